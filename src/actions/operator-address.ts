import { connect } from 'node:net';
import type { Credentials } from '../config/profile.ts';
import { isAwsEndpoint } from '../endpoint-kinds.ts';
import { DeployerError } from '../errors.ts';
import type { ActionContext } from './context.ts';
import { endpointOf } from './endpoint.ts';

/** Where AWS tells callers from which address they come. */
const askAws = 'https://checkip.amazonaws.com/';
const timeoutMs = 5_000;

/**
 * The address of this computer as machines of the cloud see it, as a network of one: AWS is asked; a cloud of one's own
 * sees the address from which its endpoint is reached; the cloud on this computer sees nothing but this computer.
 * @throws {DeployerError} `own-address-unknown` when it cannot be found
 */
export async function operatorNetwork(
  credentials: Credentials,
  { env, signal }: Pick<ActionContext, 'env' | 'signal'>,
): Promise<string> {
  if (credentials.kind !== 'ec2') return '127.0.0.1/32';
  const endpoint = endpointOf(credentials, env);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const address = await (endpoint === undefined || isAwsEndpoint(endpoint)
      ? addressSeenByAws(limited)
      : addressTowards(new URL(endpoint), limited));
    return address.includes(':') ? `${address}/128` : `${address}/32`;
  } catch (error) {
    signal.throwIfAborted();
    throw new DeployerError(
      'own-address-unknown',
      'the address of this computer, which SSH is to be open to, could not be found',
      { cause: error, hint: 'Write it into the profile: network: {sshFrom: 203.0.113.7/32}.' },
    );
  }
}

async function addressSeenByAws(signal: AbortSignal): Promise<string> {
  const answer = await fetch(askAws, { signal });
  const text = (await answer.text()).trim();
  if (!answer.ok || !/^[0-9a-fA-F.:]+$/.test(text)) throw new Error(`${askAws} says no address`);
  return text;
}

function addressTowards(endpoint: URL, signal: AbortSignal): Promise<string> {
  const port = Number(endpoint.port) || (endpoint.protocol === 'http:' ? 80 : 443);
  const host = endpoint.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal }, () => {
      const { localAddress = '' } = socket;
      socket.destroy();
      resolve(localAddress.replace(/^::ffff:/, ''));
    });
    socket.on('error', reject);
  });
}
