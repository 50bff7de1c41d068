import type { Clock } from '../clock.ts';
import { DeployerError } from '../errors.ts';
import { readHostCertificate } from '../remote/host-certificate.ts';
import type { HostKey, Peer } from '../remote/host-key.ts';
import { matchesHostNames } from '../ssh-config/patterns.ts';

/** A host key that is shown, and who shows it. */
export interface Shown {
  /** Names and addresses by which the host may be certified. */
  readonly names: readonly string[];
  readonly key: HostKey;
  readonly peer: Peer;
}

/**
 * Accepts a host key when one of the authorities has certified it for this host and for now. The certificate is public:
 * that the host has the private half of its key is proven by the connection that is under way.
 * @param authorities their public keys as base64
 * @throws {DeployerError} `host-key-uncertified` with what does not fit, `bad-certificate`, `no-such-host-key`
 */
export async function assertCertified(
  { names, key, peer }: Shown,
  authorities: readonly string[],
  clock: Clock,
): Promise<void> {
  const certificate = readHostCertificate(await peer.certificate());
  const now = BigInt(Math.floor(clock.now() / 1000));
  const { principals, validAfter, validBefore } = certificate;
  const problem =
    certificate.key.toString('base64') !== key.base64
      ? 'is for another key than the one that is shown'
      : !authorities.includes(certificate.authority.toString('base64'))
        ? 'is signed by an authority that is not trusted'
        : now < validAfter || now >= validBefore
          ? `holds from ${dateOf(validAfter)} to ${dateOf(validBefore)}`
          : principals.length > 0 && !names.some((name) => matchesHostNames(principals, name))
            ? `is for ${principals.join(', ')}`
            : null;
  if (problem === null) return;
  const message = `the certificate of ${names.join(', ')} ${problem}`;
  throw new DeployerError('host-key-uncertified', message, {
    excerpt: `host key ${key.fingerprint}`,
    hint: 'Sign the key anew: ssh-keygen -s AUTHORITY -I NAME -h -n ADDRESS,NAME ssh_host_ed25519_key.pub; sshd shows it with HostCertificate.',
  });
}

function dateOf(seconds: bigint): string {
  const ms = Number(seconds) * 1000;
  return Number.isFinite(ms) && ms < 8.64e15 ? new Date(ms).toISOString() : 'for ever';
}
