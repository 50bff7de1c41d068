# Ports that a service is going to listen on. The kernel's own tables serve, since not every system has ss.

# kind_port PROTOCOL NUMBER UNIT ADDRESS…
kind_port() {
  port_protocol=$1 port_number=$2 port_unit=$3 listener=
  shift 3
  for address in "$@"; do find_listener "$address"; done
  [ -n "$listener" ] || return 0
  taken="port $port_number/$port_protocol is taken by $listener"
  differs "$taken"
  as_wished && return
  fail "$taken: ${port_unit%.service} cannot listen there before it is gone"
}

# find_listener ADDRESS: sets $listener to whoever else listens where the service would.
find_listener() {
  while read -r inode; do
    [ -z "$inode" ] || name_holder "$inode"
  done <<END
$(cat "/proc/net/$port_protocol" "/proc/net/${port_protocol}6" 2>/dev/null |
    awk -v "port=$port_number" -v "address=$1" "$listening")
END
}

# Prints the socket of everybody who listens on the port of that address, or of all. The kernel writes both in hexadecimal,
# addresses from right to left, and one of IPv4 behind this mark where a socket of IPv6 has it, as those of Java do; the
# state of a listening TCP socket is 0A, that of an unconnected UDP one 07.
# shellcheck disable=SC2016 # the fields are those of awk
listening='
  BEGIN {
    split(address, part, ".")
    address = sprintf("%02X%02X%02X%02X", part[4], part[3], part[2], part[1])
    port = sprintf("%04X", port)
  }
  $4 != "0A" && $4 != "07" { next }
  { split($2, place, ":"); sub(/^0000000000000000FFFF0000/, "", place[1]) }
  place[2] != port { next }
  place[1] == address || place[1] ~ /^0+$/ || address ~ /^0+$/ { print $10 }'

# name_holder INODE: sets $listener unless the socket belongs to a process of the unit.
name_holder() {
  holder=$(find /proc/[0-9]*/fd -lname "socket:\[$1\]" 2>/dev/null | head -n 1)
  holder=${holder#/proc/}
  holder=${holder%%/*}
  if [ -z "$holder" ]; then
    listener='a process that cannot be seen'
  elif ! grep -q "/$port_unit\$" "/proc/$holder/cgroup" 2>/dev/null; then
    listener="$(cat "/proc/$holder/comm" 2>/dev/null) (process $holder)"
  fi
}
