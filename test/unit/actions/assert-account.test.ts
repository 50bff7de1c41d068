import { expect, test } from 'vitest';
import { assertAccount } from '../../../src/actions/assert-account.ts';
import type { Credentials } from '../../../src/config/profile.ts';

const none = undefined;
const credentials: Credentials = {
  ...{ kind: 'ec2', name: 'aws', region: 'eu-central-1', endpoint: none, account: none },
  ...{ awsProfile: none, accessKey: none, secretKey: none, sessionToken: none },
};

test('another account than the one that the cluster was made in is refused by both names (B12)', () => {
  expect(() => assertAccount('222', credentials, '111')).toThrow(
    'these credentials are of account 222: the cluster was made in 111',
  );
});

test('another account than the credentials are said to be for is refused before anything is made (B12)', () => {
  expect(() => assertAccount('222', { ...credentials, account: '111' }, null)).toThrow(
    'these credentials are of account 222: credentials "aws" are for 111',
  );
});

test('the same account, a first one, and a cloud that does not tell are let pass (B12)', () => {
  expect(() => assertAccount('111', { ...credentials, account: '111' }, '111')).not.toThrow();
  expect(() => assertAccount('111', credentials, null)).not.toThrow();
  expect(() => assertAccount(null, credentials, '111')).not.toThrow();
});
