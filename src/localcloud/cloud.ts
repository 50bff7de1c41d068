import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { answer } from './answer.ts';
import { misdeedsFor, wronged } from './call-misdeeds.ts';
import type { CloudReply } from './cloud-reply.ts';
import { actionOf } from './fault-reply.ts';
import type { Host } from './host.ts';
import { hostMachines } from './host-machines.ts';
import type { Machines } from './machines.ts';
import { misdeedsOf } from './misdeeds.ts';
import { networkName } from './names.ts';
import { type PaperTimes, paperMachines } from './paper-machines.ts';
import { type Personality, type PersonalityName, personalities } from './personality.ts';
import { type Params, parseQuery } from './query.ts';
import type { CloudRecord } from './record.ts';
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
  /** How it behaves now. */
  personality(): Promise<Personality>;
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
  const nameOf = (record: CloudRecord) => options.personality ?? record.personality ?? 'aws';
  const call = async (form: string, target?: string): Promise<CloudReply> => {
    const params: Params = target === undefined ? parseQuery(form) : new Map();
    const action = actionOf(params, target);
    const nowMs = host.clock.now();
    const record = await host.store.read();
    const name = nameOf(record);
    const wrong = await misdeedsFor(host.store, record, {
      account,
      action,
      params,
      nowMs,
      personality: name,
    });
    const personality = personalities[name];
    const misdeeds = misdeedsOf(record);
    const surroundings = { host, machines, account, nowMs, personality, misdeeds };
    const reply = await wronged(wrong, host.clock, (fault) =>
      answer({ form, params, target }, surroundings, fault),
    );
    onCall?.({ action, atMs: nowMs, status: reply.status });
    return reply;
  };
  const personality = async () => personalities[nameOf(await host.store.read())];
  return { host, machines, account, personality, call };
}
