import { DescribeImagesCommand, EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf } from './support/program.ts';
import { cloudEnv } from './support/served-cloud.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
});
afterAll(async () => workspace[Symbol.asyncDispose]());

/** How the program tells others to reach the cloud that it serves. */
async function accessOf(): Promise<EC2ClientConfig> {
  const variables = await cloudEnv(workspace);
  const of = (name: string) => variables[name] ?? '';
  return {
    endpoint: of('AWS_ENDPOINT_URL_EC2'),
    region: of('AWS_REGION'),
    maxAttempts: 1,
    credentials: {
      accessKeyId: of('AWS_ACCESS_KEY_ID'),
      secretAccessKey: of('AWS_SECRET_ACCESS_KEY'),
    },
  };
}

describe('deployer cloud serve', () => {
  it('answers a client that is told by cloud env, does wrong what it is told to, and ends with Ctrl-C', async () => {
    const server = workspace.start(['cloud', 'serve', '--port', '0', '--personality', 'openstack']);
    await server.said(/is served at http:\/\/127\.0\.0\.1:\d+, until Ctrl-C/);
    const second = await workspace.run(['cloud', 'serve', '--port', '0']);
    expect([second.code, second.stderr]).toEqual([
      2,
      expect.stringContaining('served already, at'),
    ]);
    const client = new EC2Client(await accessOf());
    const images = () => client.send(new DescribeImagesCommand({}));
    expect((await images()).Images?.map(({ Name }) => Name)).toContain('debian-12');
    await expect(client.send(new DescribeImagesCommand({ DryRun: true }))).rejects.toMatchObject({
      name: 'TypeError',
    });
    await workspace.run(['cloud', 'misbehave', 'expire:0']);
    await expect(images()).rejects.toMatchObject({ name: 'ExpiredToken' });
    expect((await workspace.run(['cloud', 'misbehave', 'none'])).stdout).toContain(
      'does nothing wrong',
    );
    client.destroy();
    server.signal('SIGINT');
    expect(await server.ended).toMatchObject({ code: 0 });
    const refused = await workspace.run(['cloud', 'env', '--json']);
    expect(errorOf(refused)).toMatchObject({ code: 'cloud-not-served' });
  });
});
