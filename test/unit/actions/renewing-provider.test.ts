import { beforeEach, expect, test } from 'vitest';
import { renewingProvider } from '../../../src/actions/renewing-provider.ts';
import { DeployerError } from '../../../src/errors.ts';
import type { DeployerEvent } from '../../../src/events.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { providerThat } from './support/provider.ts';
import { contextIn } from './support/run.ts';

const newFolder = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});

const expiry = () =>
  new DeployerError('credentials-expired', 'the token has expired', {
    hint: 'Run aws sso login --profile work.',
  });

/** A cloud whose credentials are renewed after some looks; what was told and how often each asked is counted. */
function cloudRenewedAfter(looks: number) {
  let left = looks;
  const asked: string[] = [];
  const events: DeployerEvent[] = [];
  const context = { ...contextIn(cwd), emit: (event: DeployerEvent) => void events.push(event) };
  const old: Partial<Provider> = {
    describe: () => {
      asked.push('describe with the old');
      return Promise.reject(expiry());
    },
  };
  const fresh: Partial<Provider> = {
    account: () => {
      left -= 1;
      return left >= 0 ? Promise.reject(expiry()) : Promise.resolve('111');
    },
    describe: async () => {
      asked.push('describe with the new');
      return [];
    },
  };
  const provider = renewingProvider(providerThat(old), async () => providerThat(fresh), context);
  return { provider, asked, context, events };
}

test('a call whose credentials expired is asked again with new ones, and loses nothing (B11)', async () => {
  const { provider, asked, context, events } = cloudRenewedAfter(3);
  expect(await provider.describe('uid')).toEqual([]);
  expect(asked).toEqual(['describe with the old', 'describe with the new']);
  expect(context.clock.monotonicMs()).toBe(20_000);
  expect(events.map((event) => 'message' in event && event.message)).toEqual([
    'the credentials have expired, waiting for new ones. Run aws sso login --profile work.',
    'there are new credentials: going on',
  ]);
});

test('calls that find out together wait together (B11)', async () => {
  const { provider, asked, events } = cloudRenewedAfter(0);
  await Promise.all([provider.describe('uid'), provider.describe('uid')]);
  expect(asked.filter((each) => each.endsWith('new'))).toHaveLength(2);
  expect(events).toHaveLength(2);
});

test('what nobody renews in half an hour ends with the error itself (B11)', async () => {
  const { provider, context } = cloudRenewedAfter(Number.POSITIVE_INFINITY);
  await expect(provider.describe('uid')).rejects.toMatchObject({ code: 'credentials-expired' });
  expect(context.clock.monotonicMs()).toBe(30 * 60_000);
});

test('another failure is not waited for', async () => {
  const { context } = cloudRenewedAfter(0);
  const can = { describe: () => Promise.reject(new DeployerError('refused', 'no')) };
  const provider = renewingProvider(providerThat(can), async () => providerThat({}), context);
  await expect(provider.describe('uid')).rejects.toMatchObject({ code: 'refused' });
  expect(context.clock.monotonicMs()).toBe(0);
});
