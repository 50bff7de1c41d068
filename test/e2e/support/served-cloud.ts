import { errorOf } from './program.ts';
import type { Workspace } from './workspace.ts';

/** The local cloud, served as another kind of cloud, and a profile `served` that leads to it. */
export interface ServedCloud extends AsyncDisposable {
  /** The keys that the profile names. */
  readonly env: Readonly<Record<string, string>>;
  /** Changes what the cloud does wrong. */
  misbehave(...spec: readonly string[]): Promise<void>;
}

/** It serves for as long as its tests take, which is what all of them together do. */
const servingMs = 30 * 60_000;

/**
 * Serves the workspace's cloud over HTTP as the program's users can, and writes the profile `served`, which names its
 * endpoint and nothing that is peculiar to this computer.
 * @param more further lines of the profile
 */
export async function serveCloud(
  workspace: Workspace,
  personality: string,
  more: readonly string[] = [],
): Promise<ServedCloud> {
  const words = ['cloud', 'serve', '--port', '0', '--personality', personality];
  const server = workspace.start(words, {}, servingMs);
  await server.said(/is served at http:\/\/127\.0\.0\.1:\d+, until Ctrl-C/);
  const env = await cloudEnv(workspace);
  await workspace.write(
    'config.yml',
    `profiles:
  served:
    credentials: served
    image: debian-12
    instanceType: [t3.small, t3.medium]
    username: root
    zones: [local-1a, local-1b, local-1c]
    size: {memoryMib: 2048, cpus: 2}
    hostKeys: ${personality === 'aws' ? 'inject' : 'console'}
${more.map((line) => `    ${line}\n`).join('')}
credentials:
  served:
    endpoint: ${env['AWS_ENDPOINT_URL_EC2'] ?? ''}
    accessKey: {env: AWS_ACCESS_KEY_ID}
    secretKey: {env: AWS_SECRET_ACCESS_KEY}
`,
  );
  return {
    env,
    misbehave: async (...spec) => {
      const outcome = await workspace.run(['cloud', 'misbehave', ...spec, '--json']);
      if (outcome.code !== 0) throw new Error(errorOf(outcome).message);
    },
    [Symbol.asyncDispose]: async () => {
      server.signal('SIGINT');
      await server.ended;
    },
  };
}

/** How the program tells others to reach the cloud that it serves: variables by their names. */
export async function cloudEnv({ run }: Workspace): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await run(['cloud', 'env']);
  const variables = [...stdout.matchAll(/^export (\w+)=(.*)$/gm)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  return Object.fromEntries(variables);
}
