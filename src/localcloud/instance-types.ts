/** A size of machine, with EC2's own figures. */
export interface InstanceType {
  readonly name: string;
  readonly cpus: number;
  readonly memoryMib: number;
}

/** @see https://aws.amazon.com/ec2/instance-types/ for the figures. */
export const instanceTypes: readonly InstanceType[] = [
  { name: 't3.nano', cpus: 2, memoryMib: 512 },
  { name: 't3.micro', cpus: 2, memoryMib: 1024 },
  { name: 't3.small', cpus: 2, memoryMib: 2048 },
  { name: 't3.medium', cpus: 2, memoryMib: 4096 },
  { name: 't3.large', cpus: 2, memoryMib: 8192 },
  { name: 't3.xlarge', cpus: 4, memoryMib: 16_384 },
  { name: 't3.2xlarge', cpus: 8, memoryMib: 32_768 },
  { name: 'm5.large', cpus: 2, memoryMib: 8192 },
  { name: 'm5.xlarge', cpus: 4, memoryMib: 16_384 },
];

/**
 * The instance type called `name`.
 * @throws {RangeError} when there is none.
 */
export function instanceType(name: string): InstanceType {
  const found = instanceTypes.find((type) => type.name === name);
  if (found === undefined) throw new RangeError(`there is no instance type ${name}`);
  return found;
}
