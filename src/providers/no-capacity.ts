import { DeployerError } from '../errors.ts';

/**
 * Codes by which clouds say that there is no room: nothing was launched, and another type or zone may have some.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const noCapacity: ReadonlySet<string> = new Set([
  'no-free-host',
  'InsufficientInstanceCapacity',
  'InsufficientHostCapacity',
  'InsufficientAddressCapacity',
  'InsufficientReservedInstanceCapacity',
  'InsufficientCapacity',
  'MaxSpotInstanceCountExceeded',
  'SpotMaxPriceTooLow',
  'Unsupported',
]);

/** Whether a code says that there is no room. */
export function isNoCapacityCode(code: string): boolean {
  return noCapacity.has(code);
}

/** Whether a launch failed because there was no room, so that nothing of it exists. */
export function isNoCapacity(error: unknown): boolean {
  return error instanceof DeployerError && noCapacity.has(error.code);
}
