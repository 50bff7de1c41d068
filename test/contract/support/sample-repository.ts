/**
 * A command for a Debian machine that adds a version of the package `deployer-sample` to a repository on that machine.
 * Its apt knows the version once it has updated its lists.
 */
export const addSamplePackage = (
  version: string,
) => `mkdir -p /srv/sample/tree/DEBIAN; cd /srv/sample
cat >tree/DEBIAN/control <<'END'
Package: deployer-sample
Version: ${version}
Architecture: all
Maintainer: nobody <nobody@localhost>
Description: something to install
END
deb=$(echo ${version} | tr : _).deb
dpkg-deb --build tree $deb
{ cat tree/DEBIAN/control; echo Filename: $deb; stat -c 'Size: %s' $deb
  sha256sum $deb | cut -d ' ' -f 1 | sed 's/^/SHA256: /'; echo; } >>Packages
echo 'deb [trusted=yes] file:/srv/sample ./' >/etc/apt/sources.list.d/sample.list`;
