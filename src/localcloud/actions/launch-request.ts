import { Ec2Fault, invalidParameter } from '../fault.ts';
import type { Image } from '../images.ts';
import { instanceTypes } from '../instance-types.ts';
import { digest } from '../names.ts';
import { groupsOf, integerOf, listOf, type Params, required } from '../query.ts';
import type { Instance, MetadataOptions } from '../record.ts';
import { readUserData, type UserData } from '../user-data.ts';
import { accountNumber, defaultZone, zoneOfSubnet, zones } from '../zones.ts';
import type { ActionContext } from './action.ts';
import { type Disk, disksOf } from './disks.ts';

const mostAtOnce = 1000;
const mostUserDataBytes = 16_384;

/** What a launch asks for, checked as far as that goes without the record. */
export interface LaunchRequest {
  readonly least: number;
  readonly most: number;
  readonly image: Image;
  readonly type: string;
  readonly zone: string;
  /** Ids and names of security groups. */
  readonly groups: { readonly ids: readonly string[]; readonly names: readonly string[] };
  readonly isSpot: boolean;
  readonly keyName: string | undefined;
  readonly userData: UserData;
  readonly disks: readonly Disk[];
  /** What is written down as it was asked for. */
  readonly options: Partial<Instance>;
  readonly token: string | undefined;
  readonly hash: string;
}

/** The launch that a request is about; it throws the fault that EC2 answers a wrong one with. */
export async function readLaunchRequest(context: ActionContext): Promise<LaunchRequest> {
  const { params } = context;
  const least = integerOf(params, 'MinCount', [1, mostAtOnce]) ?? 1;
  const most = integerOf(params, 'MaxCount', [1, mostAtOnce]) ?? least;
  if (most < least) throw invalidParameter('MinCount', String(least), 'is more than MaxCount');
  const type = params.get('InstanceType') ?? 't3.micro';
  if (!instanceTypes.some(({ name }) => name === type))
    throw invalidParameter('InstanceType', type);
  const token = params.get('ClientToken');
  if (token !== undefined && !/^[\x21-\x7e]{1,64}$/.test(token)) {
    throw invalidParameter('ClientToken', token, 'must have 1 to 64 ASCII characters');
  }
  const market = params.get('InstanceMarketOptions.MarketType');
  if (market !== undefined && market !== 'spot') throw invalidParameter('MarketType', market);
  const image = await findImage(context, required(params, 'ImageId'));
  const [card = new Map()] = groupsOf(params, 'NetworkInterface');
  return {
    least,
    most,
    image,
    type,
    zone: zoneFor(context, card.get('SubnetId') ?? params.get('SubnetId')),
    groups: {
      ids: [...listOf(params, 'SecurityGroupId'), ...listOf(card, 'SecurityGroupId')],
      names: listOf(params, 'SecurityGroup'),
    },
    isSpot: market === 'spot',
    keyName: params.get('KeyName'),
    userData: readUserData(decodeUserData(params.get('UserData') ?? '')),
    disks: disksOf(params),
    options: optionsOf(context),
    token,
    hash: hashOf(params),
  };
}

function zoneFor({ account, params }: ActionContext, subnetId: string | undefined): string {
  const asked = params.get('Placement.AvailabilityZone');
  if (asked !== undefined && !zones.some((zone) => zone === asked)) {
    throw new Ec2Fault('InvalidParameterValue', `Invalid availability zone: [${asked}]`);
  }
  if (subnetId === undefined) return asked ?? defaultZone;
  const zone = zoneOfSubnet(account, subnetId);
  if (zone === undefined) {
    throw new Ec2Fault('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`);
  }
  if (asked === undefined || asked === zone) return zone;
  throw invalidParameter('Placement.AvailabilityZone', asked, `is not the zone of ${subnetId}`);
}

async function findImage({ machines }: ActionContext, id: string): Promise<Image> {
  if (!/^ami-[0-9a-f]{8,17}$/.test(id)) {
    throw new Ec2Fault('InvalidAMIID.Malformed', `Invalid id: "${id}"`);
  }
  const image = (await machines.images()).find((candidate) => candidate.id === id);
  if (image !== undefined) return image;
  throw new Ec2Fault('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
}

function decodeUserData(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length <= mostUserDataBytes) return bytes.toString();
  const why = `is limited to ${mostUserDataBytes} bytes`;
  throw invalidParameter('UserData', `${bytes.length} bytes`, why);
}

function optionsOf({ account, params, personality }: ActionContext): Partial<Instance> {
  const arn = params.get('IamInstanceProfile.Arn');
  const profile = params.get('IamInstanceProfile.Name');
  const ownProfile = `arn:aws:iam::${accountNumber(account)}:instance-profile/${profile}`;
  const profileArn = arn ?? (profile === undefined ? undefined : ownProfile);
  const knowsMetadata = !personality.missingParameters.has('MetadataOptions');
  return {
    ...(params.get('DisableApiTermination') === 'true' && { isTerminationProtected: true }),
    ...(params.get('DisableApiStop') === 'true' && { isStopProtected: true }),
    ...(profileArn !== undefined && { profileArn }),
    ...(knowsMetadata && { metadataOptions: metadataOptionsOf(params) }),
  };
}

function metadataOptionsOf(params: Params): MetadataOptions {
  const oneOf = (name: string, choices: readonly [string, string]) => {
    const value = params.get(`MetadataOptions.${name}`) ?? choices[0];
    if (!choices.includes(value)) throw invalidParameter(`MetadataOptions.${name}`, value);
    return value;
  };
  return {
    httpTokens: oneOf('HttpTokens', ['optional', 'required']),
    httpPutResponseHopLimit:
      integerOf(params, 'MetadataOptions.HttpPutResponseHopLimit', [1, 64]) ?? 1,
    httpEndpoint: oneOf('HttpEndpoint', ['enabled', 'disabled']),
    instanceMetadataTags: oneOf('InstanceMetadataTags', ['disabled', 'enabled']),
  };
}

/** The same for two requests that EC2 holds to be the same: the SDK fills the token in by itself. */
function hashOf(params: Params): string {
  const parts = [...params]
    .filter(([name]) => name !== 'ClientToken')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return digest(JSON.stringify(parts), 64);
}
