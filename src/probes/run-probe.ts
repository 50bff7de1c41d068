import type { Clock } from '../clock.ts';
import { DeployerError } from '../errors.ts';
import { orAbort, startDeadline } from '../remote/deadline.ts';
import type { Remote } from '../remote/remote.ts';
import type { Probe } from './probe.ts';
import type { Attempt, ProbeAnswer } from './probe-kind.ts';
import { probeKinds } from './probe-kinds.ts';

/** What one attempt needs. */
export interface ProbeDeps {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * What the node answers to the probe now. Not being answered within `timeoutMs`, a refused connection and a lost one
 * are answers too, with `ok` false: the next attempt may fare better.
 *
 * @throws {DeployerError} when no later attempt can succeed, such as a wrong host key.
 * @throws The signal's reason when it aborts.
 */
export async function runProbe(
  probe: Probe,
  remote: Remote,
  { timeoutMs, clock, signal }: ProbeDeps,
): Promise<ProbeAnswer> {
  signal?.throwIfAborted();
  const deadline = startDeadline(timeoutMs, clock, signal);
  try {
    const attempt = { remote, timeoutMs, clock, signal: deadline.signal };
    return await orAbort(ask(probe, attempt), deadline.signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (deadline.expired) return noAnswer(`no answer within ${timeoutMs / 1000} s`);
    if (error instanceof DeployerError && !error.retryable) throw error;
    return noAnswer(error instanceof Error ? error.message : String(error));
  } finally {
    deadline.clear();
  }
}

function ask(probe: Probe, attempt: Attempt): Promise<ProbeAnswer> {
  if ('tcp' in probe) return probeKinds.tcp.ask(probe.tcp, attempt);
  if ('http' in probe) return probeKinds.http.ask(probe.http, attempt);
  if ('dns' in probe) return probeKinds.dns.ask(probe.dns, attempt);
  if ('cql' in probe) return probeKinds.cql.ask(probe.cql, attempt);
  return probeKinds.command.ask(probe.command, attempt);
}

function noAnswer(detail: string): ProbeAnswer {
  return { ok: false, text: '', detail };
}
