import { describe, expect, it } from 'vitest';
import { remoteOnceReached } from '../../../src/actions/contact-nodes.ts';

const hello = { node: 'hello-1', needsSudo: false };

describe('a connection that has not come about yet', () => {
  it('fails each call with the reason for which it never does', async () => {
    const remote = remoteOnceReached(hello, Promise.reject(new Error('port 22 refused')));
    await expect(remote.exec('true')).rejects.toThrow('port 22 refused');
    await expect(remote.openTcp(80)).rejects.toThrow('port 22 refused');
  });

  it('is waited for only as long as the caller wants', async () => {
    const remote = remoteOnceReached(hello, new Promise(() => {}));
    const signal = AbortSignal.abort(new Error('time is over'));
    await expect(remote.exec('true', { signal })).rejects.toThrow('time is over');
  });
});
