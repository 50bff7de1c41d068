import { UsageError } from '../errors.ts';
import { installPrerequisites } from '../localcloud/prerequisites.ts';
import type { ActionContext } from './context.ts';

const fix = 'Run as root: apt-get install maven';

/**
 * Installs Maven on this computer, with a notice.
 * @param setup whether that is allowed
 * @throws {UsageError} `maven-missing` when it is not, or this is no Debian; `prerequisites-missing` without root
 */
export async function installMaven(
  setup: boolean,
  { emit, signal }: ActionContext,
  onProgress: (text: string) => void,
): Promise<void> {
  if (!setup || process.platform !== 'linux') {
    throw new UsageError(
      'maven-missing',
      'an artifact comes from Maven, and there is no mvn here',
      {
        hint:
          process.platform === 'linux'
            ? `${fix}, or leave out --no-setup.`
            : 'Install Maven, so that `mvn` is on the PATH.',
      },
    );
  }
  const message =
    'installing what artifacts need on this computer: mvn (fetches what a lock file lists)';
  emit({ type: 'notice', level: 'info', message });
  const maven = { name: 'mvn', why: 'fetches artifacts', found: false, package: 'maven', fix };
  await installPrerequisites([maven], { onProgress, signal, needy: 'an artifact' });
}
