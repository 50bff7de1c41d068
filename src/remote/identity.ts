import { readFile } from 'node:fs/promises';
import type { AgentAuthMethod, ParsedKey, PublicKeyAuthMethod } from 'ssh2';
import ssh2 from 'ssh2';
import { Interrupted, UsageError } from '../errors.ts';
import { chosenFrom } from './chosen-keys.ts';
import { publicHalf } from './public-half.ts';

/** Something that proves who logs in. */
export type Identity =
  /** An unencrypted private key, in OpenSSH's format. */
  | { readonly privateKey: string }
  /** A file of one; left out when it cannot be read, as long as anything else is left to try. */
  | {
      readonly keyFile: string;
      /** Gives the passphrase of an encrypted one; null when nobody says it. */
      readonly passphrase?: (() => Promise<string | null>) | undefined;
    }
  /** The socket of an agent; with `onlyNamed` it offers no keys but those of the named files. */
  | { readonly agent: string; readonly onlyNamed?: boolean };

/** What ssh2 tries, one after the other. */
export type AuthMethod = AgentAuthMethod | PublicKeyAuthMethod;

/** How to log in. */
export interface Credentials {
  readonly methods: readonly AuthMethod[];
  /** Why keys that were named are not among them: a passphrase, for example. Files that are not there are left out. */
  readonly unused: readonly string[];
}

/** sshd ends a connection after six refused keys (MaxAuthTries). */
const mostTries = 6;

/**
 * How to log in as `username`: agents first, in which the keys of the named files come first, then the keys
 * themselves. An encrypted key is used through an agent that holds it, or
 * with the passphrase that is asked for.
 *
 * @throws {UsageError} code `bad-private-key` when nothing is left to try, or a key that was given as text is none.
 */
export async function credentialsOf(
  identities: readonly Identity[],
  { node, username }: { readonly node: string; readonly username: string },
): Promise<Credentials> {
  const found = await Promise.all(identities.map(readIdentity));
  const keys = found.flatMap((each) => ('key' in each ? [each.key] : []));
  const publics = found.flatMap((each) => ('publicKey' in each ? [each.publicKey] : []));
  const agents = identities.flatMap((each) => ('agent' in each ? [each] : []));
  const most = Math.max(1, Math.floor((mostTries - keys.length) / Math.max(1, agents.length)));
  const methods: readonly AuthMethod[] = [
    ...agents.map(({ agent, onlyNamed = false }) => ({
      ...({ type: 'agent', username } as const),
      agent: chosenFrom(agent, { named: publics, onlyNamed, most }),
    })),
    ...keys.map((key) => ({ ...({ type: 'publickey', username } as const), key })),
  ];
  const problems = found.flatMap((each) => ('problem' in each ? [each.problem] : []));
  const isBroken = identities.some((each, index) => {
    return 'privateKey' in each && 'problem' in (found[index] ?? {});
  });
  if (methods.length === 0 || isBroken) throw noIdentity(node, problems);
  const unused = found.flatMap((each) =>
    'problem' in each && each.isMissing !== true ? [each.problem] : [],
  );
  return { methods, unused };
}

type Found = {
  readonly key?: ParsedKey;
  readonly publicKey?: Buffer;
  readonly problem?: string;
  /** There is no such file. */
  readonly isMissing?: boolean;
};

async function readIdentity(identity: Identity): Promise<Found> {
  if ('agent' in identity) return {};
  if ('privateKey' in identity) return parse(identity.privateKey, 'the private key');
  const { keyFile } = identity;
  const publicKey = await readPublic(keyFile);
  try {
    const text = await readFile(keyFile, 'utf8');
    const half = publicHalf(text);
    const passphrase = isEncrypted(text) ? await identity.passphrase?.() : undefined;
    const read = parse(text, keyFile, passphrase ?? undefined);
    return { ...(half && { publicKey: half }), ...publicKey, ...read };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { problem: `${keyFile} cannot be read: ${reason}`, isMissing, ...publicKey };
  }
}

function isEncrypted(text: string): boolean {
  const key = ssh2.utils.parseKey(text);
  return key instanceof Error && /no passphrase given/i.test(key.message);
}

function parse(text: string, what: string, passphrase?: string): Found {
  const key = ssh2.utils.parseKey(text, passphrase);
  if (key instanceof Error) return { problem: `${what} cannot be read: ${key.message}` };
  const [first] = [key].flat();
  if (first?.isPrivateKey() !== true) return { problem: `${what} is not a private key` };
  return { key: first, publicKey: first.getPublicSSH() };
}

/** The public half beside the file, by which an agent that holds the key is asked for it. */
async function readPublic(keyFile: string): Promise<Found> {
  const text = await readFile(`${keyFile}.pub`, 'utf8').catch(() => '');
  const base64 = text.split(/\s+/)[1];
  return base64 === undefined ? {} : { publicKey: Buffer.from(base64, 'base64') };
}

function noIdentity(node: string, problems: readonly string[]): UsageError {
  const [first = 'there is neither a key nor an agent to log in with'] = problems;
  return new UsageError('bad-private-key', `${node}: ${first}`, {
    ...(problems.length > 1 && { excerpt: problems.join('\n') }),
    hint: 'A key in the OpenSSH format is needed. One with a passphrase is used through an agent (ssh-add FILE), or at a terminal, where the passphrase is asked for.',
  });
}
