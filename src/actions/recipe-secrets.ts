import { randomBytes } from 'node:crypto';
import { DeployerError } from '../errors.ts';
import { placeholder } from '../plan/model.ts';
import type { Composition } from '../recipe/composition.ts';
import type { ClusterValues } from '../recipe/scope.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import type { Cluster } from './open-cluster.ts';

type SecretValues = ClusterValues['secrets'];

/** One secret of a cluster. */
interface SecretPlace {
  readonly recipe: string;
  readonly name: string;
  readonly bytes: number;
  readonly encoding: 'base64' | 'hex';
}

/**
 * The secrets of the cluster's recipes as they are kept; one that was not made yet is a placeholder.
 * @throws {DeployerError} `secret-lost` when one was made that is no longer there
 */
export async function knownSecrets(
  { state, request, name: cluster }: Cluster,
  snapshot: Pick<ClusterSnapshot, 'recorded'>,
): Promise<SecretValues> {
  return collect(request.composition, async (place) => {
    const value = await state.secrets.existingValue(secretName(place));
    if (value !== null) return value;
    if (wasMade(place, snapshot)) throw secretLost(cluster, place, state.folder);
    return placeholder(secretName(place), 'secret');
  });
}

/** A newer version of a recipe may have secrets that were never made. Where none are on record, all may have been. */
function wasMade(
  place: SecretPlace,
  { recorded: { secrets, components } }: Pick<ClusterSnapshot, 'recorded'>,
): boolean {
  return secrets?.includes(secretName(place)) ?? components[place.recipe] !== undefined;
}

/** The secrets of the cluster's recipes; those that were not made yet are made, and durable when this resolves. */
export async function madeSecrets({ state, request }: Cluster): Promise<SecretValues> {
  return collect(request.composition, (place) =>
    state.secrets.value(secretName(place), () => randomBytes(place.bytes).toString(place.encoding)),
  );
}

async function collect(
  { components }: Composition,
  read: (place: SecretPlace) => Promise<string>,
): Promise<SecretValues> {
  const all = components.map(async ({ recipe }) => {
    const values = Object.entries(recipe.secrets).map(async ([name, secret]) => [
      name,
      await read({ recipe: recipe.name, name, ...secret }),
    ]);
    return [recipe.name, Object.fromEntries(await Promise.all(values))];
  });
  return Object.fromEntries(await Promise.all(all));
}

/** What a secret is called in its cluster, and its file in the folder of secrets. */
export function secretName({ recipe, name }: Pick<SecretPlace, 'recipe' | 'name'>): string {
  return `${recipe}.${name}`;
}

function secretLost(cluster: string, place: SecretPlace, folder: string): DeployerError {
  const message = `the secret ${secretName(place)} of ${cluster} is not in its state folder`;
  return new DeployerError('secret-lost', message, {
    hint: `Restore ${folder}/secrets/${secretName(place)}: the nodes work with it, so no new one is made.`,
  });
}
