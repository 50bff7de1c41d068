import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { answer, type CloudReply } from './answer.ts';
import { misdeedsFor, wronged } from './call-misdeeds.ts';
import type { Host } from './host.ts';
import { hostMachines } from './host-machines.ts';
import type { Machines } from './machines.ts';
import { misdeedsOf } from './misdeeds.ts';
import { networkName } from './names.ts';
import { type PaperTimes, paperMachines } from './paper-machines.ts';
import { answerParameters } from './parameters.ts';
import { type PersonalityName, personalities } from './personality.ts';
import { parseQuery } from './query.ts';
import { openRecord } from './record-store.ts';

/** What {@link openCloud} needs to know. */
export interface CloudOptions {
  /** The cloud directory, which is made when it is not there; see `cloudDirectory`. */
  readonly directory: string;
  /** Where images are; `images` in the cloud directory unless several clouds share them. */
  readonly imagesDirectory?: string;
  /** The access key on whose behalf calls are made; see `accountOf`. */
  readonly account: string;
  readonly clock: Clock;
  /** Which cloud to behave like; when it is left out the record says it, which is `aws` unless it was told otherwise. */
  readonly personality?: PersonalityName;
  /** Machines that are records only, for tests; see `paperMachines`. A directory has one kind of machines for good. */
  readonly paper?: PaperTimes;
  /** Called with every call once it has been answered. */
  readonly onCall?: (call: CloudCall) => void;
}

/** A call that the cloud has answered. */
export interface CloudCall {
  readonly action: string;
  /** When it came, by the cloud's clock. */
  readonly atMs: number;
  readonly status: number;
}

/** An EC2-compatible cloud on this computer, as one account sees it. */
export interface LocalCloud {
  readonly host: Host;
  readonly machines: Machines;
  readonly account: string;
  /**
   * Answers one request of the EC2 Query protocol, given as `application/x-www-form-urlencoded`, with an HTTP status
   * and an XML body. A change is in the cloud's record before it is answered; what is left to do when this process
   * dies is done by the next one that describes instances.
   * With `target`, the `X-Amz-Target` of a request, it is one to the Systems Manager instead, given as JSON.
   * @throws {DeployerError} when this computer cannot do it: `not-root`, `cloud-host-failed`, `cloud-busy`.
   */
  call(form: string, target?: string): Promise<CloudReply>;
}

/** The cloud in a directory; opening it starts nothing, and there is nothing to close. */
export function openCloud(options: CloudOptions): LocalCloud {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const directory = realpathSync(options.directory);
  const name = networkName(directory);
  const host: Host = {
    directory,
    imagesDirectory: options.imagesDirectory ?? join(directory, 'images'),
    name,
    store: openRecord(directory, name),
    clock: options.clock,
  };
  const { account, paper, onCall } = options;
  const machines = paper === undefined ? hostMachines(host) : paperMachines(host, paper);
  const call = async (form: string, target?: string): Promise<CloudReply> => {
    if (target !== undefined) return answerParameters(target, form, machines);
    const params = parseQuery(form);
    const nowMs = host.clock.now();
    const record = await host.store.read();
    const name = options.personality ?? record.personality ?? 'aws';
    const wrong = await misdeedsFor(host.store, record, {
      account,
      params,
      nowMs,
      personality: name,
    });
    const personality = personalities[name];
    const misdeeds = misdeedsOf(record);
    const surroundings = { host, machines, account, nowMs, personality, misdeeds };
    const reply = await wronged(wrong, host.clock, (fault) => answer(params, surroundings, fault));
    onCall?.({ action: params.get('Action') ?? '', atMs: nowMs, status: reply.status });
    return reply;
  };
  return { host, machines, account, call };
}
