import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EC2Client, RunInstancesCommand, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { afterEach } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { type CloudCall, type LocalCloud, openCloud } from '../../../src/localcloud/cloud.ts';
import { imageIdOf } from '../../../src/localcloud/names.ts';
import type { PersonalityName } from '../../../src/localcloud/personality.ts';
import { cloudRequestHandler } from '../../../src/localcloud/request-handler.ts';

/** A cloud whose machines are records and whose time is moved by the test. */
export interface PaperCloud {
  readonly cloud: LocalCloud;
  readonly client: EC2Client;
  readonly calls: readonly CloudCall[];
  /** Lets this many milliseconds pass. */
  pass(ms: number): void;
  /** A client of another account, or of the same as another cloud. */
  as(account: string, personality?: PersonalityName): EC2Client;
}

/** What a launch of `debian-12` says; `more` says the rest. */
export function launchOf(more: Partial<RunInstancesCommandInput> = {}): RunInstancesCommand {
  return new RunInstancesCommand({
    ImageId: imageIdOf('debian-12'),
    InstanceType: 't3.small',
    MinCount: 1,
    MaxCount: 1,
    ...more,
  });
}

/** A function that makes paper clouds, which are removed after each test. Machines boot within 1000 ms and stop in 500. */
export function paperClouds(): (personality?: PersonalityName) => PaperCloud {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const made: string[] = [];
  afterEach(() => {
    for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
  return (usual) => {
    const directory = mkdtempSync(join(tmpdir(), 'deployer-paper-'));
    made.push(directory);
    const calls: CloudCall[] = [];
    const time = manualTime();
    const open = (account: string, personality = usual) =>
      openCloud({
        directory,
        account,
        clock: time.clock,
        paper: { bootMs: 1000, stopMs: 500 },
        onCall: (call) => calls.push(call),
        ...(personality !== undefined && { personality }),
      });
    const cloud = open('AKPAPER');
    return {
      cloud,
      client: clientOf(cloud),
      calls,
      pass: time.pass,
      as: (account, personality) => clientOf(open(account, personality)),
    };
  };
}

function manualTime(): { clock: Clock; pass(ms: number): void } {
  let nowMs = Date.UTC(2025, 0);
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return {
    pass,
    clock: {
      now: () => nowMs,
      monotonicMs: () => nowMs,
      sleep: async (ms) => pass(ms),
    },
  };
}

function clientOf(cloud: LocalCloud): EC2Client {
  return new EC2Client({
    region: 'local-1',
    endpoint: 'http://localcloud.invalid',
    maxAttempts: 1,
    credentials: { accessKeyId: cloud.account, secretAccessKey: 'local' },
    requestHandler: cloudRequestHandler(cloud),
  });
}
