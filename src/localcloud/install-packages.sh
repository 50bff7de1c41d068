#!/bin/sh
# Installs Debian packages, as root. Read from standard input as one text:   sh -s -- PACKAGE... <install-packages.sh
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
DEBIAN_FRONTEND=noninteractive
export PATH LC_ALL DEBIAN_FRONTEND

install_packages() {
  apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 -- "$@" </dev/null >&2
}

main() {
  install_packages "$@" || {
    apt-get update </dev/null >&2
    install_packages "$@"
  }
}

main "$@"
exit 0
