#!/bin/sh
# The network of a cloud directory: a part of root-half.sh, which says what it is given.
# shellcheck disable=SC2154 # name, directory and run_directory are set there

# One host-wide lock for what all cloud directories share: subnets and kernel settings.
lock_host() {
  exec 8</run
  flock --wait 60 8 || fail 'another local cloud has held the lock on /run for a minute'
}

# raise KEY LEAST: sets a kernel setting to at least that and remembers the value it had.
raise() {
  file=/proc/sys/$1
  [ -w "$file" ] || return 0
  old=$(cat "$file")
  [ "$old" -lt "$2" ] || return 0
  echo "$1 $old $2" >>"$run_directory/settings"
  echo "$2" >"$file"
}

restore_settings() {
  [ -e "$run_directory/settings" ] || return 0
  while read -r key old ours; do
    [ "$(cat "/proc/sys/$key")" != "$ours" ] || echo "$old" >"/proc/sys/$key"
  done <"$run_directory/settings"
  rm "$run_directory/settings"
}

load_table() {
  nft -f - <<END
table ip $name
delete table ip $name
table ip $name {
  chain outwards {
    type nat hook postrouting priority srcnat
    ip saddr $1 oifname != "$name" masquerade
  }
  chain through {
    type filter hook forward priority filter
    iifname "$name" accept
    oifname "$name" ct state established,related accept
  }
}
END
}

# An accept in our table does not undo a drop in another: where iptables drops what is forwarded, as docker
# makes it, two marked rules go into its chain.
outward_rule() {
  iptables -w "$1" "$2" -i "$name" -m comment --comment "$name" -j ACCEPT 2>/dev/null
}

answer_rule() {
  iptables -w "$1" "$2" -o "$name" -m conntrack --ctstate ESTABLISHED,RELATED \
    -m comment --comment "$name" -j ACCEPT 2>/dev/null
}

open_forwarding() {
  command -v iptables >/dev/null || return 0
  if iptables -w -n -L DOCKER-USER >/dev/null 2>&1; then
    chain=DOCKER-USER
  elif iptables -w -S FORWARD 2>/dev/null | grep -q '^-P FORWARD DROP'; then
    chain=FORWARD
  else
    return 0
  fi
  outward_rule -C "$chain" || outward_rule -I "$chain"
  answer_rule -C "$chain" || answer_rule -I "$chain"
}

close_forwarding() {
  command -v iptables >/dev/null || return 0
  for chain in DOCKER-USER FORWARD; do
    while outward_rule -D "$chain"; do :; done
    while answer_rule -D "$chain"; do :; done
  done
}

# network-up GATEWAY PREFIX SUBNET: exits with 9 when the subnet has been taken by somebody else meanwhile.
network_up() {
  check gateway "$1" '[0-9.]{7,15}'
  check prefix "$2" '[0-9]{1,2}'
  check subnet "$3" '[0-9.]{7,15}/[0-9]{1,2}'
  lock_host
  mkdir -p "$run_directory/$name"
  if ! [ -e "/sys/class/net/$name" ]; then
    [ -z "$(ip -4 route show root "$3")" ] || exit 9
    ip link add "$name" type bridge forward_delay 0 mcast_snooping 0
    ip address add "$1/$2" broadcast + dev "$name"
    ip link set "$name" up
  fi
  load_table "$3"
  open_forwarding
  raise net/ipv4/ip_forward 1
  raise fs/inotify/max_user_instances 4096
  raise kernel/keys/maxkeys 20000
  raise kernel/keys/maxbytes 2000000
  touch "$run_directory/$name/up"
}

forget_vanished_clouds() {
  for claim in "$run_directory"/dc*; do
    [ -d "$claim" ] || continue
    [ -e "/sys/class/net/${claim##*/}" ] || rm -r "$claim"
  done
}

network_down() {
  lock_host
  if [ -e "/sys/class/net/$name" ]; then
    ip link delete "$name"
  fi
  nft "table ip $name; delete table ip $name"
  close_forwarding
  for mount in $(mounts); do
    remove_group "$mount/$(group_parent)"
  done
  [ -d "$run_directory" ] || return 0
  forget_vanished_clouds
  if ! ls -d "$run_directory"/dc* >/dev/null 2>&1; then
    restore_settings
    rmdir "$run_directory"
  fi
}
