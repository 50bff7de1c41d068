import { describe, expect, test } from 'vitest';
import {
  acquireSettings,
  debianSources,
  isLoopbackSetting,
  parseDeb822,
  parseOneLine,
} from '../../../src/localcloud/apt-sources.ts';

const deb822 = `# made by the installer
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main
 contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: trixie
Components: main

Types: deb
URIs: https://vendor.example/apt
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/vendor.gpg
`;

const oneLine = `deb http://mirror.example/debian bookworm main # the archive
# deb http://mirror.example/debian bookworm contrib
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://sec.example/debian-security bookworm-security main non-free-firmware
deb [arch=amd64] https://vendor.example/linux bookworm stable
`;

describe('debianSources', () => {
  test('takes the Debian entries of a .sources file and turns them to the wanted release', () => {
    expect(debianSources(parseDeb822(deb822), 'bookworm')).toBe(`Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`);
  });

  test('takes the Debian entries of a .list file', () => {
    const text = debianSources(parseOneLine(oneLine), 'bookworm');
    expect(text.match(/^URIs: .*/gm)).toEqual([
      'URIs: http://mirror.example/debian',
      'URIs: http://sec.example/debian-security',
    ]);
    expect(text).toContain('Components: main non-free-firmware');
  });

  test('is empty when nothing of it is Debian’s', () => {
    const ubuntu = parseOneLine('deb http://archive.example/ubuntu jammy main universe');
    expect(debianSources(ubuntu, 'bookworm')).toBe('');
  });
});

describe('acquireSettings', () => {
  test('keeps how the user reaches packages and nothing else', () => {
    const dump = [
      'APT::Install-Recommends "1";',
      'Acquire::http::Proxy "http://127.0.0.1:3142";',
      'Acquire::http::Proxy::mirror.example "DIRECT";',
      'Acquire::Check-Valid-Until "false";',
      'Acquire::http "";',
      'DPkg::Post-Invoke:: "rm -rf /tmp/x";',
    ].join('\n');
    const kept = acquireSettings(dump);
    expect(kept).toEqual([
      'Acquire::http::Proxy "http://127.0.0.1:3142";',
      'Acquire::http::Proxy::mirror.example "DIRECT";',
      'Acquire::Check-Valid-Until "false";',
    ]);
    expect(kept.map(isLoopbackSetting)).toEqual([true, false, false]);
  });
});
