import type { ClusterRef } from '../provider.ts';
import { isRefusedWith } from './api-error.ts';
import type { Capabilities } from './capabilities.ts';
import type { Ec2Api } from './ec2-api.ts';
import { throwAwayRsaKey } from './public-key.ts';
import { clusterTags, tagMap, tagNames } from './tags.ts';

/**
 * Imports the cluster's key. A cloud that takes RSA keys only is given one that nobody has: there the key pair is only
 * the name that machines are found by, and the way in travels with them.
 */
export async function importKey(
  { sdk, client }: Ec2Api,
  { ed25519Import, tagOnCreate }: Capabilities,
  cluster: ClusterRef,
  name: string,
  publicKey: string,
): Promise<void> {
  const tags = clusterTags(cluster);
  try {
    await client.send(
      new sdk.ImportKeyPairCommand({
        KeyName: name,
        PublicKeyMaterial: Buffer.from(ed25519Import ? publicKey : throwAwayRsaKey()),
        ...(tagOnCreate ? { TagSpecifications: [{ ResourceType: 'key-pair', Tags: tags }] } : {}),
      }),
    );
  } catch (error) {
    if (!isRefusedWith(error, 'InvalidKeyPair.Duplicate')) throw error;
  }
  if (!tagOnCreate) await tagKey({ sdk, client }, name, tags);
}

async function tagKey(
  { sdk, client }: Pick<Ec2Api, 'sdk' | 'client'>,
  name: string,
  Tags: ReturnType<typeof clusterTags>,
): Promise<void> {
  const { KeyPairs } = await client.send(
    new sdk.DescribeKeyPairsCommand({ Filters: [{ Name: 'key-name', Values: [name] }] }),
  );
  // On some clouds a key pair has no id, and so no tags; there its name has to do.
  const bare = (KeyPairs ?? []).filter((pair) => !tagMap(pair.Tags).has(tagNames.uid));
  const ids = bare.flatMap(({ KeyPairId }) => KeyPairId ?? []);
  if (ids.length > 0) await client.send(new sdk.CreateTagsCommand({ Resources: ids, Tags }));
}
