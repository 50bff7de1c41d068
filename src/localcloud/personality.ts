/** The clouds that the local cloud can behave like. */
export const personalityNames = ['aws', 'eucalyptus', 'openstack'] as const;

/** One of {@link personalityNames}. */
export type PersonalityName = (typeof personalityNames)[number];

/** In what an EC2-compatible cloud differs from AWS. */
export interface Personality {
  /** Actions that it does not have. */
  readonly missingActions: ReadonlySet<string>;
  /** Its error code for these. */
  readonly missingActionCode: string;
  /** First parts of the names of parameters that it does not know, for every action. */
  readonly missingParameters: ReadonlySet<string>;
  /** What it does about a parameter that it does not know: as if it was not there, or an error. */
  readonly onUnknownParameter: 'ignored' | { readonly code: string; readonly status: number };
  /** How instance types are described: as on AWS, or in elements of its own, which AWS's clients do not see. */
  readonly instanceTypes: 'aws' | 'eucalyptus';
  /** The kinds of public key that can be imported. */
  readonly keyKinds: readonly string[];
  /** `unchecked`: the same token gives the earlier machines, whatever else the request says. */
  readonly clientToken: 'checked' | 'unchecked';
  /** `old`: `<ErrorResponse><Error>` in place of `<Response><Errors><Error>`. */
  readonly errorEnvelope: 'current' | 'old';
  /** How many hexadecimal digits the ids of what is made have. */
  readonly idDigits: 17 | 8;
}

const aws: Personality = {
  missingActions: new Set(),
  missingActionCode: 'InvalidAction',
  missingParameters: new Set(),
  onUnknownParameter: { code: 'UnknownParameter', status: 400 },
  instanceTypes: 'aws',
  keyKinds: ['ssh-ed25519', 'ssh-rsa'],
  clientToken: 'checked',
  errorEnvelope: 'current',
  idDigits: 17,
};

/**
 * Eucalyptus 4, from its sources (github.com/eucalyptus/eucalyptus): `KeyPairManager.decodeKeyMaterial` takes RSA keys
 * only, `DefaultCryptoProvider.generateId` gives eight digits, the client token is kept, the console is base64, status
 * checks are there. `DescribeInstanceTypes` is its own action of the same name (`euca-instance-types.xml`), without filters
 * and with other elements. STS is a service of its own (`tokens`), not answered at the address of EC2.
 * Nothing there knows `DryRun`, `MetadataOptions` or `InstanceMarketOptions`. `TagSpecification` came in April 2017, with
 * 4.4; here is what was before it.
 * Conservative assumptions, for releases before 4.4: unknown parameters are ignored, `DryRun` among them, so that the
 * request is carried out; errors come in the old envelope.
 */
const eucalyptus: Personality = {
  ...aws,
  missingActions: new Set([
    ...['DescribeSecurityGroupRules', 'DescribeSpotInstanceRequests'],
    ...['CancelSpotInstanceRequests', 'GetCallerIdentity', 'GetParameter'],
  ]),
  missingParameters: new Set([
    ...['TagSpecification', 'DryRun', 'MetadataOptions', 'InstanceMarketOptions', 'DisableApiStop'],
  ]),
  onUnknownParameter: 'ignored',
  instanceTypes: 'eucalyptus',
  keyKinds: ['ssh-rsa'],
  errorEnvelope: 'old',
  idDigits: 8,
};

/**
 * OpenStack's ec2-api, from its sources before they were retired (opendev.org/openstack/ec2-api) and its table of
 * supported features: no `DryRun`, no `TagSpecification`, no status checks, no instance types, no metadata or market
 * options. A parameter becomes a keyword of a Python method, so an unknown one is a `TypeError` with status 500
 * (`ec2_error_ex`), and an unknown action an `InvalidRequest` (`APIRequest.invoke`). `run_instances` looks for the client
 * token first and compares nothing else; the first releases did not know it. Ids have eight digits, the console is base64.
 * Conservative assumption: ed25519 keys can be imported, since Nova does not look at their kind.
 */
const openstack: Personality = {
  ...aws,
  missingActions: new Set([
    ...['DescribeInstanceStatus', 'DescribeInstanceTypes', 'DescribeSecurityGroupRules'],
    ...['DescribeSpotInstanceRequests', 'CancelSpotInstanceRequests', 'GetCallerIdentity'],
    'GetParameter',
  ]),
  missingActionCode: 'InvalidRequest',
  missingParameters: new Set([
    ...['TagSpecification', 'DryRun', 'MetadataOptions', 'InstanceMarketOptions', 'DisableApiStop'],
  ]),
  onUnknownParameter: { code: 'TypeError', status: 500 },
  clientToken: 'unchecked',
  idDigits: 8,
};

/** What each of the clouds lacks or does differently. */
export const personalities = { aws, eucalyptus, openstack } satisfies Record<
  PersonalityName,
  Personality
>;
