#!/bin/sh
# The half of the local cloud that needs root. Read from standard input as one text with its parts before it, so that
# no file of it can be edited while it runs:
#   cat root-network.sh root-groups.sh root-machines.sh root-half.sh | sh -s -- DIRECTORY NAME COMMAND [ARGUMENT...]
# NAME is the name of the cloud's bridge, table and control group. Every command may be repeated.
set -eu
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

# shellcheck disable=SC2034 # used by the parts
run_directory=/run/deployer-cloud

fail() {
  echo "$1" >&2
  exit 1
}

# matches TEXT EXTENDED-REGULAR-EXPRESSION: the whole of a single-line text.
matches() {
  [ "$(printf '%s' "$1" | wc -l)" -eq 0 ] && printf '%s\n' "$1" | grep -Eqx "$2"
}

check() {
  matches "$2" "$3" || fail "the $1 '$2' is not acceptable"
}

main() {
  directory=$1
  name=$2
  command=$3
  shift 3
  check directory "$directory" '/.*'
  check name "$name" 'dc[0-9a-f]{8}'
  cd "$directory"
  mkdir -p machines
  exec 9<machines
  flock --wait 120 9 || fail "another process has been at the machines in $directory for two minutes"
  case $command in
    network-up) network_up "$@" ;;
    network-down) network_down ;;
    launch) launch "$@" ;;
    stop) stop "$@" ;;
    reboot) reboot "$@" ;;
    remove) remove "$@" ;;
    clear) clear ;;
    *) fail "the command $command is unknown" ;;
  esac
}

main "$@"
exit 0
