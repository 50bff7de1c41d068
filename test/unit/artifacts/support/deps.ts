import { join } from 'node:path';
import { openCache } from '../../../../src/artifacts/cache.ts';
import { openHttp } from '../../../../src/artifacts/http.ts';
import type { ResolveDeps } from '../../../../src/artifacts/resolve-artifact.ts';
import { virtualClock } from '../../actions/support/virtual-clock.ts';

/** What sources need, with a cache in `folder`, and what they have told. */
export interface TestDeps extends ResolveDeps {
  readonly damaged: string[];
  readonly told: string[];
}

/** Nobody waits: pauses pass at once. Nothing can be installed. */
export function depsIn(folder: string, changes: Partial<ResolveDeps> = {}): TestDeps {
  const damaged: string[] = [];
  const told: string[] = [];
  return {
    cache: openCache(join(folder, 'cache'), (file) => damaged.push(file)),
    http: openHttp({}),
    clock: virtualClock(),
    signal: new AbortController().signal,
    env: {},
    installMaven: () => Promise.reject(new Error('nothing is installed here')),
    folders: { templates: join(folder, 'templates'), config: folder },
    onProgress: (text) => told.push(text),
    ...changes,
    ...{ damaged, told },
  };
}
