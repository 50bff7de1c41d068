# Kernel settings, now and after a reboot.

# kind_sysctl KEY PATH VALUE [KEY PATH VALUE]…
kind_sysctl() {
  host_owned=
  sysctl_check "$@"
  if [ -z "$detail" ] && [ -n "$host_owned" ]; then
    status=host-owned
    detail=$host_owned
    return
  fi
  as_wished && return
  while [ $# -gt 0 ]; do
    sysctl_put "$1" "$2" "$3" || return
    shift 3
  done
}

# sysctl_check KEY PATH VALUE …
sysctl_check() {
  while [ $# -gt 0 ]; do
    if [ ! -e "$2" ]; then
      differs "$1 does not exist here"
    elif sysctl_is "$2" "$3"; then
      if [ -w "$2" ] && ! sysctl_kept "$1" "$3"; then differs "$1 would not last"; fi
    elif [ -w "$2" ]; then
      differs "$1 $sysctl_value -> $3"
    else
      host_owned="${host_owned:+$host_owned; }$1 is $sysctl_value, wanted $3, and only the host can set it"
    fi
    shift 3
  done
}

# sysctl_is PATH VALUE: the kernel separates several numbers by tabs, and gives a number only to one read of all of it,
# while dash's `read` takes byte by byte.
sysctl_is() {
  sysctl_value=$(cat "$1")
  sysctl_wish=$2
  # shellcheck disable=SC2086 # split on purpose
  set -- $sysctl_value
  sysctl_value=$*
  [ "$sysctl_value" = "$sysctl_wish" ]
}

# sysctl_kept KEY VALUE
sysctl_kept() {
  sysctl_file=/etc/sysctl.d/60-deployer-$(echo "$1" | tr / .).conf
  kept=
  if [ -f "$sysctl_file" ]; then read -r kept <"$sysctl_file"; fi
  [ "$kept" = "$1 = $2" ]
}

# sysctl_put KEY PATH VALUE
sysctl_put() {
  [ -e "$2" ] || fail "$1 does not exist here" || return
  [ -w "$2" ] || return 0
  sysctl_kept "$1" "$3" || echo "$1 = $3" 2>>"$log" >"$sysctl_file" || fail "$(last_lines "could not write $sysctl_file")" || return
  sysctl_is "$2" "$3" || attempt sysctl -q -p "$sysctl_file"
}
