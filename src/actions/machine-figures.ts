import { UsageError } from '../errors.ts';
import type { MachineFigures } from '../providers/provider.ts';
import type { Place } from './open-place.ts';

/**
 * What machines of the profile's types are made of, the first choice first: as the cloud says, else as the profile does.
 * @throws {UsageError} `unknown-size` when neither does
 */
export async function machineFigures({
  provider,
  request: { profile },
}: Pick<Place, 'provider' | 'request'>): Promise<ReadonlyMap<string, MachineFigures>> {
  const { instanceTypes, size } = profile;
  const told = await provider.figures(instanceTypes);
  const untold = instanceTypes.filter((name) => !told.has(name));
  if (untold.length === 0) return told;
  if (size === undefined) throw unknownSize(untold);
  return new Map(instanceTypes.map((name) => [name, told.get(name) ?? size]));
}

function unknownSize(names: readonly string[]): UsageError {
  const message = `this cloud does not tell how big ${names.join(', ')} is`;
  return new UsageError('unknown-size', message, {
    hint: 'Say it in the profile, like size: {memoryMib: 4096, cpus: 2}: services are given their memory by it.',
  });
}
