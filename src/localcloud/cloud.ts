import { randomUUID } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { actions } from './actions/table.ts';
import { Ec2Fault } from './fault.ts';
import type { Host } from './host.ts';
import { networkName } from './names.ts';
import { type Params, parseQuery, required } from './query.ts';
import { openRecord } from './record-store.ts';
import { renderXml, type XmlValue } from './xml.ts';

/** What {@link openCloud} needs to know. */
export interface CloudOptions {
  /** The cloud directory, which is made when it is not there; see `cloudDirectory`. */
  readonly directory: string;
  /** Where images are; `images` in the cloud directory unless several clouds share them. */
  readonly imagesDirectory?: string;
  /** The access key on whose behalf calls are made; see `accountOf`. */
  readonly account: string;
  readonly clock: Clock;
}

/** An EC2-compatible cloud on this computer, as one account sees it. */
export interface LocalCloud {
  readonly host: Host;
  readonly account: string;
  /**
   * Answers one request of the EC2 Query protocol, given as `application/x-www-form-urlencoded`, with an HTTP status
   * and an XML body. A change is in the cloud's record before it is answered; what is left to do when this process
   * dies is done by the next one that describes instances.
   * @throws {DeployerError} when this computer cannot do it: `not-root`, `cloud-host-failed`, `cloud-busy`.
   */
  call(form: string): Promise<CloudReply>;
}

/** The cloud's answer to one request. */
export interface CloudReply {
  readonly status: number;
  readonly body: string;
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
  const { account } = options;
  return { host, account, call: (form) => answer(host, account, form) };
}

async function answer(host: Host, account: string, form: string): Promise<CloudReply> {
  const requestId = randomUUID();
  try {
    const params = parseQuery(form);
    const name = required(params, 'Action');
    const action = actions.get(name);
    if (action === undefined)
      throw new Ec2Fault('InvalidAction', `The action ${name} is not valid for this web service.`);
    refuseDryRun(params);
    const answered = await action({ host, account, params, nowMs: host.clock.now() });
    return { status: 200, body: responseXml(name, { requestId, ...answered }) };
  } catch (error) {
    if (!(error instanceof Ec2Fault)) throw error;
    return { status: error.status, body: errorXml(error, requestId) };
  }
}

function refuseDryRun(params: Params): void {
  if (params.get('DryRun') !== 'true') return;
  throw new Ec2Fault(
    'DryRunOperation',
    'Request would have succeeded, but DryRun flag is set.',
    412,
  );
}

function responseXml(action: string, content: Readonly<Record<string, XmlValue>>): string {
  const body = Object.entries(content).map(([name, value]) => renderXml(name, value));
  const root = `${action}Response`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${body.join('')}</${root}>`;
}

function errorXml({ code, message }: Ec2Fault, requestId: string): string {
  const content = { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderXml('Response', content)}`;
}
