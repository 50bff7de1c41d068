import { Ec2Fault, invalidParameter } from '../fault.ts';
import { fingerprintOf } from '../host-key.ts';
import { listOf, required } from '../query.ts';
import type { KeyPair } from '../record.ts';
import type { XmlValue } from '../xml.ts';
import { type Action, change, isoTime, look, tagItems } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { newResource } from './new-resource.ts';

const filters = filterTable<KeyPair>({
  'key-name': (pair) => [pair.name],
  'key-pair-id': (pair) => [pair.id],
  fingerprint: (pair) => [pair.fingerprint],
});

/** Keeps a public key under a name. */
export const importKeyPair: Action = async (context) => {
  const { params, nowMs, personality } = context;
  const name = required(params, 'KeyName');
  const publicKey = readPublicKey(required(params, 'PublicKeyMaterial'), personality.keyKinds);
  const pair: KeyPair = {
    ...newResource(context, ['key', 'key-pair']),
    name,
    publicKey,
    fingerprint: fingerprintOf(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')),
    createdAtMs: nowMs,
  };
  await change(context, (_own, record) => {
    const { account } = context;
    if (record.keyPairs.some((other) => other.account === account && other.name === name)) {
      throw new Ec2Fault('InvalidKeyPair.Duplicate', `The keypair '${name}' already exists.`);
    }
    record.keyPairs.push(pair);
  });
  return keyPairItem(pair);
};

function readPublicKey(base64: string, kinds: readonly string[]): string {
  const text = Buffer.from(base64, 'base64').toString().trim();
  const [, kind = ''] = /^(ssh-\S+) [A-Za-z0-9+/]+={0,2}( [^\r\n]*)?$/.exec(text) ?? [];
  if (kinds.includes(kind)) return text;
  throw new Ec2Fault('InvalidKey.Format', 'Key is not in valid OpenSSH public key format');
}

/** Describes the account's key pairs. */
export const describeKeyPairs: Action = async (context) => {
  const { params } = context;
  const { keyPairs: own } = await look(context);
  const names = listOf(params, 'KeyName');
  const ids = listOf(params, 'KeyPairId');
  const missing =
    names.find((name) => !own.some((pair) => pair.name === name)) ??
    ids.find((id) => !own.some((pair) => pair.id === id));
  if (missing !== undefined) throw notFound(missing);
  const isNamed = (pair: KeyPair) =>
    (names.length === 0 && ids.length === 0) || names.includes(pair.name) || ids.includes(pair.id);
  const matches = matcherOf(params, filters);
  return { keySet: own.filter((pair) => isNamed(pair) && matches(pair)).map(keyPairItem) };
};

function notFound(name: string): Ec2Fault {
  return new Ec2Fault('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);
}

/** Forgets a key pair; as on EC2, one that is not there is no error. */
export const deleteKeyPair: Action = async ({ host, account, params }) => {
  const name = params.get('KeyName');
  const id = params.get('KeyPairId');
  if (name === undefined && id === undefined) throw invalidParameter('KeyName', '', 'is required');
  const isDoomed = (pair: KeyPair) =>
    pair.account === account && (id === undefined ? pair.name === name : pair.id === id);
  await host.store.update((record) => {
    record.keyPairs = record.keyPairs.filter((pair) => !isDoomed(pair));
  });
  return { return: true };
};

function keyPairItem(pair: KeyPair): Record<string, XmlValue> {
  return {
    keyPairId: pair.id,
    keyName: pair.name,
    keyFingerprint: pair.fingerprint,
    keyType: pair.publicKey.startsWith('ssh-rsa') ? 'rsa' : 'ed25519',
    createTime: isoTime(pair.createdAtMs),
    tagSet: tagItems(pair.tags),
  };
}
