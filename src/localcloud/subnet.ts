/** One block of IPv4 addresses; `base` is its lowest address as a number. */
export interface Block {
  readonly base: number;
  readonly prefix: number;
}

const machinePrefix = 20;

/** Where subnets for machines are looked for, the usual place first. */
const ranges: readonly Block[] = ['10.64.0.0/10', '172.16.0.0/12', '198.18.0.0/15'].map(parseBlock);

/** The block written as `10.77.0.0/20`; an address without a length is a block of one. */
export function parseBlock(text: string): Block {
  const [address = '', length = '32'] = text.split('/');
  const prefix = Number(length);
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return { base: number - (number % sizeOf(prefix)), prefix };
}

/** The block as `10.77.0.0/20`. */
export function formatBlock({ base, prefix }: Block): string {
  return `${formatAddress(base)}/${prefix}`;
}

/** The address whose number is `value`, as text. */
function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

function overlap(a: Block, b: Block): boolean {
  return a.base < b.base + sizeOf(b.prefix) && b.base < a.base + sizeOf(a.prefix);
}

/**
 * A subnet for machines that none of the `taken` blocks touches, or undefined. `seed` says where to begin, so that
 * several clouds on one computer seldom want the same.
 */
export function freeSubnet(taken: readonly Block[], seed: number): Block | undefined {
  for (const range of ranges) {
    const count = sizeOf(range.prefix) / sizeOf(machinePrefix);
    for (let step = 0; step < count; step += 1) {
      const base = range.base + ((seed + step) % count) * sizeOf(machinePrefix);
      const block = { base, prefix: machinePrefix };
      if (!taken.some((other) => overlap(block, other))) return block;
    }
  }
  return undefined;
}

/** The host's own address in a subnet, which is the machines' gateway. */
export function gatewayOf(subnet: Block): string {
  return formatAddress(subnet.base + 1);
}

/**
 * The next `count` addresses for machines, going round from `nextHost` so that an address is not used again soon;
 * undefined when there are not enough.
 */
export function nextAddresses(
  subnet: Block,
  nextHost: number,
  count: number,
  used: ReadonlySet<string>,
): { addresses: string[]; nextHost: number } | undefined {
  const hosts = sizeOf(subnet.prefix) - 3;
  const addresses: string[] = [];
  let host = nextHost;
  for (let tried = 0; tried < hosts && addresses.length < count; tried += 1) {
    const address = formatAddress(subnet.base + 2 + ((host - 2) % hosts));
    if (!used.has(address)) addresses.push(address);
    host = 2 + ((host - 1) % hosts);
  }
  return addresses.length === count ? { addresses, nextHost: host } : undefined;
}
