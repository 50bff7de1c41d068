import { DeployerError } from '../errors.ts';
import type { HandshakeFailed } from './handshake.ts';

/** What stood in the way of a first contact, the last time it was tried. */
export type Obstacle =
  /** The system's error code, or `silent`. */
  | { readonly stage: 'tcp'; readonly failure: string }
  | { readonly stage: 'handshake'; readonly failed: HandshakeFailed };

/** Whom the contact was meant for. */
export interface Contact {
  readonly node: string;
  readonly address: string;
  readonly port: number;
  readonly username: string;
  /** Why keys that might have let it in were not tried. */
  readonly unused?: readonly string[];
}

/** True when the node only says that it is still starting: a login refused for that reason is not a wrong key. */
export function isBooting(failed: HandshakeFailed): boolean {
  return /booting up|nologin|not permitted to log in yet/i.test(failed.said);
}

/** The obstacle in a few words, like `port 22 refused connections`. */
export function describeObstacle(obstacle: Obstacle, { address, port, username }: Contact): string {
  if (obstacle.stage === 'tcp') return describeDialFailure(obstacle.failure, address, port);
  const { failed } = obstacle;
  const heard = failed.said === '' ? failed.message : failed.said;
  switch (failed.stage) {
    case 'banner':
      return `no ssh banner from port ${port} (${heard})`;
    case 'kex':
      return `ssh key exchange failed (${heard})`;
    case 'host-key':
      return `the host key could not be verified (${heard})`;
    case 'auth':
      if (isBooting(failed)) return `the node is still booting (${failed.said})`;
      return failed.refused
        ? `authentication refused for ${username} (${heard})`
        : `authentication of ${username} did not end (${heard})`;
  }
}

function describeDialFailure(failure: string, address: string, port: number): string {
  switch (failure) {
    case 'ECONNREFUSED':
      return `port ${port} refused connections`;
    case 'silent':
    case 'ETIMEDOUT':
      return `port ${port} did not answer`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `no route to ${address}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${address} could not be resolved`;
    default:
      return `no connection to port ${port} (${failure})`;
  }
}

const obstacleErrors = {
  tcp: {
    code: 'ssh-unreachable',
    hint: "Look at the machine's console, and whether a firewall or security group lets ssh from this computer in.",
  },
  banner: {
    code: 'no-ssh-banner',
    hint: "Something accepts connections but does not speak ssh: look at the machine's console.",
  },
  kex: {
    code: 'ssh-handshake-failed',
    hint: 'The node needs an OpenSSH server with an ssh-ed25519 host key.',
  },
  'host-key': {
    code: 'host-key-unverified',
    hint: 'The cloud must show the host key in time: look at the console output of the machine.',
  },
  auth: {
    code: 'authentication-refused',
    hint: "Check that the image's login user is the one in the profile, and that the key was authorised at launch.",
  },
} as const;

/** The error for a node that could not be reached; `lastedMs` is how long this very obstacle stood in the way. */
export function unreachable(contact: Contact, obstacle: Obstacle, lastedMs: number): DeployerError {
  const stage = obstacle.stage === 'tcp' ? 'tcp' : obstacle.failed.stage;
  const { code, hint } = obstacleErrors[stage];
  const seconds = Math.max(1, Math.round(lastedMs / 1000));
  const what = describeObstacle(obstacle, contact);
  const unused = stage === 'auth' ? (contact.unused ?? []) : [];
  return new DeployerError(
    code,
    `${contact.node} (${contact.address}): ${what} for ${seconds} s`,
    obstacle.stage === 'tcp'
      ? { hint, retryable: true }
      : {
          ...{ hint, retryable: stage !== 'auth', cause: obstacle.failed },
          ...(unused.length > 0 && { excerpt: `not tried:\n${unused.join('\n')}` }),
        },
  );
}
