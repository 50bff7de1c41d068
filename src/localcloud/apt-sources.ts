/** One place that packages come from, as an entry of apt's sources says it. */
export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Path of a keyring, or keys as text; undefined when the entry leaves it to apt's trusted keys. */
  readonly signedBy: string | undefined;
}

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const debianComponents = new Set(['main', 'contrib', 'non-free', 'non-free-firmware']);
const codenames = ['bullseye', 'bookworm', 'trixie', 'forky'];

/** The entries for binary packages of a `.sources` file (deb822). */
export function parseDeb822(text: string): AptSource[] {
  const stanzas = text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/);
  return stanzas.map(parseFields).flatMap((fields) => {
    const words = (name: string) =>
      (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
    const isUsed = words('types').includes('deb') && fields.get('enabled')?.toLowerCase() !== 'no';
    if (!isUsed) return [];
    return [
      {
        uris: words('uris'),
        suites: words('suites'),
        components: words('components'),
        signedBy: fields.get('signed-by'),
      },
    ];
  });
}

function parseFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of stanza.matchAll(
    /^([A-Za-z][A-Za-z-]*):(.*(?:\n[ \t].*)*)/gm,
  )) {
    fields.set(name.toLowerCase(), value.trim());
  }
  return fields;
}

/** The entries for binary packages of a `.list` file (one a line). */
export function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    if (found === null) return [];
    const [, options = '', uri = '', suite = '', components = ''] = found;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    return [{ uris: [uri], suites: [suite], components: components.trim().split(/\s+/), signedBy }];
  });
}

/**
 * Those of the host's entries that are Debian's own, for the release `codename` and in the form of a `.sources` file;
 * empty when there is none. Debian's own are told by the suites, components and keys that Debian has, not by a host
 * name: whoever uses a mirror keeps it.
 */
export function debianSources(sources: readonly AptSource[], codename: string): string {
  const stanzas = sources
    .filter(isDebian)
    .map((source) =>
      [
        'Types: deb',
        `URIs: ${source.uris.join(' ')}`,
        `Suites: ${source.suites.map((suite) => suite.replace(/^[a-z]+/, codename)).join(' ')}`,
        `Components: ${source.components.join(' ')}`,
        `Signed-By: ${debianKeyring}`,
        '',
      ].join('\n'),
    );
  return [...new Set(stanzas)].join('\n');
}

function isDebian({ suites, components, signedBy, uris }: AptSource): boolean {
  const isDebianSuite = (suite: string) =>
    codenames.some((name) => [name, `${name}-updates`, `${name}-security`].includes(suite));
  return (
    uris.length > 0 &&
    suites.length > 0 &&
    suites.every(isDebianSuite) &&
    components.length > 0 &&
    components.every((component) => debianComponents.has(component)) &&
    (signedBy === undefined || signedBy.includes('debian-archive'))
  );
}

const keptSettings =
  /^Acquire::(?:https?::(?:Proxy(?:::\S+)?|Timeout)|Check-Valid-Until|Check-Date|Retries|ForceIPv[46]|Max-ValidTime) "/;

/** Of what `apt-config dump` prints, the user's own ways of reaching the packages: proxies, checks, retries. */
export function acquireSettings(dump: string): string[] {
  return dump.split('\n').filter((line) => keptSettings.test(line) && !line.endsWith(' "";'));
}

/** True for a setting that names a server on the host's own loopback, which a machine cannot reach. */
export function isLoopbackSetting(setting: string): boolean {
  return /\/\/(?:127\.|localhost|\[::1\])/.test(setting);
}
