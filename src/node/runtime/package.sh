# Debian packages.

# Packages are named as apt does it: NAME or NAME=VERSION.

# ask_packages PACKAGE…
ask_packages() {
  for package in "$@"; do
    shift
    set -- "$@" "${package%%=*}"
  done
  # shellcheck disable=SC2016 # dpkg-query's own placeholders
  package_table=$(dpkg-query -W -f '${Package}//${db:Status-Status} ${Version}\n' -- "$@" 2>/dev/null)
}

# compare_packages PACKAGE…: sets $missing to those that are not installed, and $deviating to those that are in another
# version than they should be.
compare_packages() {
  missing=
  deviating=
  for package in "$@"; do
    pick "$package_table" "${package%%=*}//"
    case $picked in
      'installed '*) compare_version "$package" "${picked#installed }" ;;
      *) missing="$missing $package" ;;
    esac
  done
}

# compare_version PACKAGE INSTALLED-VERSION
compare_version() {
  case $1 in
    *=*) [ "${1#*=}" = "$2" ] || deviating="${deviating:+$deviating; }${1%%=*} $2 -> ${1#*=}" ;;
  esac
}

# kind_package RECOMMENDS SUITE PACKAGE…: SUITE may be empty.
kind_package() {
  recommends=$1
  suite=$2
  shift 2
  [ "$mode" = check ] || ask_packages "$@"
  compare_packages "$@"
  [ -z "$missing" ] || differs "not installed:$missing"
  [ -z "$deviating" ] || differs "$deviating"
  if [ -n "$suite" ]; then compare_suite || return; fi
  if as_wished; then
    if [ -n "$suite" ] && [ "$mode" = apply ]; then seal_suite; fi
    return
  fi
  if [ -n "$suite" ]; then put_suite && seal_suite || return; fi
  [ -n "$missing$deviating" ] || return 0
  lists_are_fresh || update_lists
  apt_install "$@" || install_again "$@" || return
  ask_packages "$@"
  compare_packages "$@"
  [ -z "$missing" ] || fail "apt-get is content, but these are not installed (only a real package's name will do):$missing" || return
  [ -z "$deviating" ] || fail "apt-get is content, but it is still: $deviating"
}

# apt WORD…: apt-get that never asks and waits for another apt's locks.
apt() {
  DEBIAN_FRONTEND=noninteractive timeout 1800 apt-get -q -y \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    "$@" >>"$log" 2>&1
}

# apt_install PACKAGE…: only a version that is asked for by name may be older than what is there.
apt_install() {
  for package in "$@"; do
    shift
    with_suite "$package"
    set -- "$@" "$package"
  done
  case $* in
    *=*) set -- --allow-downgrades "$@" ;;
  esac
  if [ "$recommends" = no ]; then set -- --no-install-recommends "$@"; fi
  apt install "$@"
}

# install_again PACKAGE…: cures what a first try may have met, lists without the package and an interrupted dpkg.
install_again() {
  timeout 1800 dpkg --configure -a --force-confdef --force-confold >>"$log" 2>&1
  update_lists
  : >"$log"
  apt_install "$@" || fail "$(last_lines 'apt-get install failed:')"
}

# update_lists: the folder's time says when, also where apt found nothing new.
update_lists() {
  apt update && touch /var/lib/apt/lists
}

# lists_are_fresh: package lists are there, and were fetched or made within the last day.
lists_are_fresh() {
  for list in /var/lib/apt/lists/*_Packages*; do
    [ -e "$list" ] && [ -n "$(find /var/lib/apt/lists -maxdepth 0 -mmin -1440)" ]
    return
  done
}
