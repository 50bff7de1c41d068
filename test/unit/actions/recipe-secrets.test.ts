import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { knownSecrets, madeSecrets } from '../../../src/actions/recipe-secrets.ts';
import { withRecorded } from '../../../src/actions/recorded-values.ts';
import { placeholder } from '../../../src/plan/model.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { modelOfRecipe } from '../plan/model-of.ts';
import { sampleContent } from '../state/support/sample-snapshot.ts';
import { clusterIn } from './support/cluster.ts';

const newFolder = temporaryFolders();
const components = { consul: { founders: [], values: {}, nodes: {} } };
const name = 'consul.gossipKey';

test('a secret that was made and is gone stops everything, one that a newer recipe adds does not', async () => {
  const cluster = await clusterIn(newFolder(), 'consul', 3);
  const known = (secrets?: string[]) => {
    const recorded = { components, fixed: {}, ...(secrets === undefined ? {} : { secrets }) };
    return knownSecrets(cluster, { recorded });
  };
  const fresh = { consul: { gossipKey: placeholder(name, 'secret') } };
  expect(await known([])).toEqual(fresh);
  expect(await known(['consul.other'])).toEqual(fresh);
  await expect(known([name])).rejects.toMatchObject({ code: 'secret-lost' });
  await expect(known()).rejects.toMatchObject({ code: 'secret-lost' });
  const made = await madeSecrets(cluster);
  expect(await known([name])).toEqual(made);
  rmSync(join(cluster.state.folder, 'secrets', name));
  await expect(known([name])).rejects.toMatchObject({ code: 'secret-lost' });
});

test('what was made is on record, also what no recipe has any more', async () => {
  const model = await modelOfRecipe('consul', 3);
  const recorded = { components, fixed: {}, secrets: ['consul.old'] };
  const secrets = { consul: { gossipKey: 'secret' } };
  const settled = withRecorded(sampleContent({ recorded }), { ...model, secrets });
  expect(settled.recorded.secrets).toEqual(['consul.old', name]);
});
