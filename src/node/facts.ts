/** What a node says about itself. Inside a container memory and processors are the host's. */
export interface Facts {
  /** `id` and `version` as in /etc/os-release: `debian` and `12`. */
  readonly os: { readonly id: string; readonly version: string; readonly name: string };
  readonly kernel: string;
  readonly architecture: string;
  readonly hostname: string;
  readonly memoryMib: number;
  readonly cpus: number;
  /** Changes with every boot. */
  readonly bootId: string;
  readonly uptimeSeconds: number;
  /** True when systemd is the running init. */
  readonly systemd: boolean;
  /** Free for ordinary use where /var/lib lies. */
  readonly diskFreeMib: number;
  /** The node's clock, milliseconds since the epoch. */
  readonly clockMs: number;
}

/** The facts out of the texts that the runtime's `report_facts` sends, by key. */
export function factsFrom(texts: ReadonlyMap<string, string>): Facts {
  const text = (key: string) => texts.get(key) ?? '';
  const number = (key: string) => Number.parseFloat(/\d+(\.\d+)?/.exec(text(key))?.[0] ?? '0');
  return {
    os: { id: text('os-id'), version: text('os-version'), name: text('os-name') },
    kernel: text('kernel'),
    architecture: text('architecture'),
    hostname: text('hostname'),
    memoryMib: Math.floor(number('memory') / 1024),
    cpus: countCpus(text('cpu-list')),
    bootId: text('boot-id'),
    uptimeSeconds: number('uptime'),
    systemd: text('systemd') === 'yes',
    diskFreeMib: freeMib(text('disk-free')),
    clockMs: number('clock-ms'),
  };
}

/** MiB of a number of blocks and their size, as `stat -f` gives them. */
export function freeMib(text: string): number {
  const [blocks = 0, blockBytes = 0] = text.split(' ').map(Number);
  return Math.floor((blocks * blockBytes) / 1024 / 1024);
}

/** How many processors a list like `0-3,6` names. */
function countCpus(list: string): number {
  const spans = [...list.matchAll(/(\d+)(?:-(\d+))?/g)];
  return spans.reduce((sum, [, first, last = first]) => sum + Number(last) - Number(first) + 1, 0);
}
