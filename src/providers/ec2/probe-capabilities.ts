import { generateKeyPairSync } from 'node:crypto';
import { isRefusedWith, isUnknownAction } from './api-error.ts';
import type { Capabilities } from './capabilities.ts';
import type { Ec2Api } from './ec2-api.ts';
import { openSshKey, throwAwayRsaKey } from './public-key.ts';
import { tagMap } from './tags.ts';

/** A key pair of this name is made and removed again; one that a killed probe left is removed by the next. */
const probeName = 'deployer-probe';
const probeTag = 'deployer:probe';

/** Ids that no cloud has given to anything. */
const noInstance = 'i-00000000';

/** Finds out what a cloud can do, by calls that change nothing but a key pair that they remove again. */
export async function probeCapabilities(api: Ec2Api): Promise<Capabilities> {
  const { sdk, client } = api;
  const [statusChecks, imdsV2, spot] = await Promise.all([
    knows(() => client.send(new sdk.DescribeInstanceStatusCommand({ MaxResults: 5 }))),
    knows(() =>
      client.send(
        new sdk.ModifyInstanceMetadataOptionsCommand({
          InstanceId: noInstance,
          HttpTokens: 'required',
        }),
      ),
    ),
    knows(() => client.send(new sdk.DescribeSpotInstanceRequestsCommand({ MaxResults: 5 }))),
  ]);
  // Whether a token is honoured shows only when a launch is repeated: a launch is looked for before it is sent again.
  return { statusChecks, imdsV2, spot, idempotencyToken: false, ...(await probeKeys(api)) };
}

/** Whether a cloud knows an action; that it refuses what was asked for says that it does. */
async function knows(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (isUnknownAction(error)) return false;
    if (isRefusedWith(error, 'InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed'))
      return true;
    if (isRefusedWith(error, 'InvalidInstanceId.NotFound', 'UnauthorizedOperation')) return false;
    throw error;
  }
}

async function probeKeys(
  api: Ec2Api,
): Promise<Pick<Capabilities, 'tagOnCreate' | 'ed25519Import'>> {
  const ed25519 = openSshKey(generateKeyPairSync('ed25519').publicKey);
  await removeProbe(api);
  try {
    const ed25519Import = await imports(api, ed25519, false);
    await removeProbe(api);
    const imported = await imports(api, ed25519Import ? ed25519 : throwAwayRsaKey(), true);
    return { ed25519Import, tagOnCreate: imported && (await isTagged(api)) };
  } finally {
    await removeProbe(api);
  }
}

/** Whether the cloud takes the key; what it says about one that it does not take differs from cloud to cloud. */
async function imports(
  { sdk, client }: Ec2Api,
  publicKey: string,
  tagged: boolean,
): Promise<boolean> {
  const tags = [{ ResourceType: 'key-pair' as const, Tags: [{ Key: probeTag, Value: 'yes' }] }];
  try {
    await client.send(
      new sdk.ImportKeyPairCommand({
        KeyName: probeName,
        PublicKeyMaterial: Buffer.from(publicKey),
        ...(tagged ? { TagSpecifications: tags } : {}),
      }),
    );
    return true;
  } catch (error) {
    if (isRefusedWith(error, ...cannotSay)) throw error;
    return false;
  }
}

/** Refusals that say nothing about what a cloud can do. */
const cannotSay = [
  'AuthFailure',
  'UnauthorizedOperation',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'cloud-unreachable',
  'credentials-expired',
  'no-credentials',
];

async function isTagged({ sdk, client }: Ec2Api): Promise<boolean> {
  const { KeyPairs } = await client.send(
    new sdk.DescribeKeyPairsCommand({ Filters: [{ Name: 'key-name', Values: [probeName] }] }),
  );
  return tagMap(KeyPairs?.[0]?.Tags).get(probeTag) === 'yes';
}

async function removeProbe({ sdk, client }: Ec2Api): Promise<void> {
  await client
    .send(new sdk.DeleteKeyPairCommand({ KeyName: probeName }))
    .catch((error: unknown) => {
      if (!isRefusedWith(error, 'InvalidKeyPair.NotFound')) throw error;
    });
}
