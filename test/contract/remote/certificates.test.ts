import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { assertCertified } from '../../../src/actions/assert-certified.ts';
import { judgeByKnownHosts } from '../../../src/actions/known-hosts.ts';
import { systemClock } from '../../../src/clock.ts';
import { openBastions } from '../../../src/remote/bastions.ts';
import { connect } from '../../../src/remote/connect.ts';
import type { VerifyHostKey } from '../../../src/remote/host-key.ts';
import { parseKnownHosts } from '../../../src/ssh-config/known-hosts.ts';
import { canHaveMachines } from '../../support/images.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { deps, generateKey, type Sshd, startSshd } from '../support/sshd.ts';

const run = promisify(execFile);
const newFolder = temporaryFolders();
const certified = ['HostCertificate /root/host-key-cert.pub'];

/** An authority that signs host keys with `options` of ssh-keygen, and one that nobody trusts. */
async function authority(type: readonly string[] = ['-t', 'ed25519']) {
  const file = join(newFolder(), 'authority');
  await run('ssh-keygen', ['-q', ...type, '-N', '', '-f', file]);
  const [kind = '', base64 = ''] = (await readFile(`${file}.pub`, 'utf8')).split(' ');
  const signing =
    (...options: readonly string[]) =>
    async (folder: string) => {
      const words = ['-s', file, '-I', 'node', '-h', ...options, join(folder, 'host-key.pub')];
      await run('ssh-keygen', ['-q', ...words]);
    };
  return { kind, base64, signing };
}

function certifiedBy(base64: string, names = ['127.0.0.1', 'node-1']): VerifyHostKey {
  return (key, peer) => assertCertified({ names, key, peer }, [base64], systemClock);
}

async function contact(sshd: Sshd, verifyHostKey: VerifyHostKey): Promise<number | null> {
  const remote = await connect(sshd.target({ verifyHostKey }), deps);
  const { code } = await remote.exec('exit 5');
  await remote.close();
  return code;
}

describe.skipIf(!canHaveMachines)('C8: a certificate of a host key', () => {
  it.each([
    ['an ed25519 key', ['-t', 'ed25519']],
    ['an RSA key', ['-t', 'rsa', '-b', '2048']],
    ['a key on the curve P-256', ['-t', 'ecdsa']],
    ['a key on the curve P-521', ['-t', 'ecdsa', '-b', '521']],
  ])('is accepted when the authority has signed it with %s', async (_, type) => {
    const trusted = await authority(type);
    const prepare = trusted.signing('-n', '127.0.0.1,node-1', '-V', '-1h:+1h');
    await using sshd = await startSshd(certified, { prepare });
    expect(await contact(sshd, certifiedBy(trusted.base64))).toBe(5);
  });

  it('is read through a bastion, too', async () => {
    const trusted = await authority();
    await using gate = await startSshd();
    await using sshd = await startSshd(certified, { prepare: trusted.signing('-n', 'node-*') });
    const bastions = openBastions(deps);
    const via = bastions.through([gate.target()]);
    const verifyHostKey = certifiedBy(trusted.base64);
    const remote = await connect(sshd.target({ via, verifyHostKey }), deps);
    await remote.close();
    await bastions.close();
  });

  it.each([
    ['for another host', ['-n', 'node-2'], 'is for node-2'],
    ['that is over', ['-n', 'node-1', '-V', '-2h:-1h'], 'holds from'],
    ['that has not begun', ['-n', 'node-1', '-V', '+1h:+2h'], 'holds from'],
  ])('%s is refused, and the error says so', async (_, options, problem) => {
    const trusted = await authority();
    await using sshd = await startSshd(certified, { prepare: trusted.signing(...options) });
    await expect(contact(sshd, certifiedBy(trusted.base64))).rejects.toMatchObject({
      code: 'host-key-uncertified',
      message: expect.stringContaining(problem),
      excerpt: expect.stringContaining(sshd.fingerprint),
    });
  });

  it('of an authority that is not trusted is refused', async () => {
    const [trusted, other] = [await authority(), await authority()];
    await using sshd = await startSshd(certified, { prepare: other.signing('-n', 'node-1') });
    await expect(contact(sshd, certifiedBy(trusted.base64))).rejects.toMatchObject({
      code: 'host-key-uncertified',
      message: expect.stringContaining('not trusted'),
    });
  });

  it('that was changed by one bit anywhere is refused', async () => {
    const trusted = await authority();
    const folder = newFolder();
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host-key')]);
    await trusted.signing('-n', 'node-1')(folder);
    const read = async (name: string) =>
      Buffer.from((await readFile(join(folder, name), 'utf8')).split(' ')[1] ?? '', 'base64');
    const [blob, shown] = [await read('host-key-cert.pub'), await read('host-key.pub')];
    const key = {
      type: 'ssh-ed25519',
      base64: shown.toString('base64'),
      fingerprint: 'SHA256:x',
    } as const;
    const judge = (bytes: Buffer) =>
      assertCertified(
        { names: ['node-1'], key, peer: { certificate: async () => bytes } },
        [trusted.base64],
        systemClock,
      );
    await judge(blob);
    for (let at = 0; at < blob.length; at += 1) {
      const changed = Buffer.from(blob);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(judge(changed), `byte ${at}`).rejects.toThrow();
      await expect(judge(blob.subarray(0, at)), `cut at ${at}`).rejects.toThrow();
    }
  });

  it('is missed where the sshd has none', async () => {
    await using sshd = await startSshd();
    await expect(contact(sshd, certifiedBy(''))).rejects.toMatchObject({
      code: 'no-such-host-key',
    });
  });
});

describe.skipIf(!canHaveMachines)('C8: known_hosts', () => {
  const judge = async (sshd: Sshd, text: (own: string) => string) => {
    const verdicts: unknown[] = [];
    const verifyHostKey: VerifyHostKey = async (key, peer) => {
      const lines = parseKnownHosts(text(key.base64));
      const stranger = { names: ['127.0.0.1'], port: sshd.port, key, peer };
      verdicts.push((await judgeByKnownHosts(lines, stranger, systemClock)).is);
    };
    await contact(sshd, verifyHostKey);
    return verdicts;
  };
  const other = generateKey().public.split(' ')[1];

  it('know a host by its key, by its authority, or not; another or a revoked key is wrong', async () => {
    const trusted = await authority();
    await using sshd = await startSshd(certified, { prepare: trusted.signing('-n', '127.0.0.1') });
    const host = `[127.0.0.1]:${sshd.port}`;
    expect(await judge(sshd, (own) => `${host} ssh-ed25519 ${own}`)).toEqual(['known']);
    const signed = `@cert-authority ${host} ${trusted.kind} ${trusted.base64}`;
    expect(await judge(sshd, () => signed)).toEqual(['known']);
    expect(await judge(sshd, (own) => `elsewhere ssh-ed25519 ${own}`)).toEqual(['unknown']);
    expect(await judge(sshd, () => `${host} ssh-ed25519 ${other}`)).toEqual(['wrong']);
    const both = (own: string) => `${host} ssh-ed25519 ${own}\n@revoked ${host} ssh-ed25519 ${own}`;
    expect(await judge(sshd, both)).toEqual(['wrong']);
  });
});
