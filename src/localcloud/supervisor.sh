#!/bin/sh
# Keeps one machine of the local cloud running: one process of this script for each machine, root, in a
# mount namespace of its own. It owns the machine's lock, overlay, console and control groups, and boots the
# machine again when it reboots. When it ends, however it ends, the kernel takes mounts and network away.
#
#   supervisor.sh run MACHINE-DIRECTORY BOOT     settings come as environment variables from root-half.sh
#   supervisor.sh inside                         the part that runs in the machine's network namespace
set -eu

stop_seconds=20
console_reads=512

# --- control groups --------------------------------------------------------------------------------------

# The places where control groups can be made, each as "MOUNT PREFIX-IN-/proc/self/cgroup".
hierarchies() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    echo '/sys/fs/cgroup 0::'
  elif [ -e /sys/fs/cgroup/unified/cgroup.procs ]; then
    echo '/sys/fs/cgroup/unified 0::'
  fi
  if [ -e /sys/fs/cgroup/systemd/cgroup.procs ]; then
    echo '/sys/fs/cgroup/systemd [0-9]*:name=systemd:'
  fi
}

# The machine's own groups, one a hierarchy: those that this process was started in.
own_groups() {
  hierarchies | while read -r mount prefix; do
    echo "$mount$(sed -n "s|^$prefix||p" /proc/self/cgroup)"
  done
}

# Moves the shell that calls this into the group NAME of every hierarchy ("0" means the writer, also in a subshell).
join() {
  for group in $groups; do
    mkdir -p "$group/$1"
    echo 0 >"$group/$1/cgroup.procs"
  done
}

# Hands the controllers that this machine got down to its own systemd (cgroup2 only).
delegate_controllers() {
  for group in $groups; do
    [ -e "$group/cgroup.subtree_control" ] || continue
    read -r controllers <"$group/cgroup.controllers" || controllers=
    for controller in $controllers; do
      echo "+$controller" >"$group/cgroup.subtree_control" 2>/dev/null || true
    done
  done
}

# Ends whatever is left of the machine itself, for nspawn may die before its payload.
clear_box() {
  for group in $groups; do
    if [ -e "$group/box/cgroup.kill" ]; then
      echo 1 >"$group/box/cgroup.kill"
    fi
    find "$group/box" -name cgroup.procs -exec cat {} + 2>/dev/null | while read -r pid; do
      kill -KILL "$pid" 2>/dev/null || true
    done
  done
}

box_has_processes() {
  find "${groups%% *}/box" -name cgroup.procs -exec cat {} + 2>/dev/null | grep -q .
}

# --- console ---------------------------------------------------------------------------------------------

# Keeps the head of the console for good and the last two stretches of the rest; dd writes every read at once.
keep_console() {
  [ -s console.head ] || dd bs=4096 count="$console_reads" of=console.head status=none
  while dd bs=4096 count="$console_reads" of=console.next status=none && [ -s console.next ]; do
    mv console.next console.tail
  done
}

# The block that cloud-init prints, by which a client can trust the machine's key before its first contact.
print_host_keys() {
  key=$(cat upper/etc/ssh/ssh_host_ed25519_key.pub)
  echo '-----BEGIN SSH HOST KEY FINGERPRINTS-----'
  echo "256 $FINGERPRINT root@$NODE_NAME (ED25519)"
  echo '-----END SSH HOST KEY FINGERPRINTS-----'
  echo '-----BEGIN SSH HOST KEY KEYS-----'
  echo "$key"
  echo '-----END SSH HOST KEY KEYS-----'
}

# --- the machine -----------------------------------------------------------------------------------------

# Runs in the machine's new network namespace: gives it an eth0 whose peer hangs on the cloud's bridge.
inside() {
  # The kernel takes away what was plugged in before a reboot in its own time; the name must be free now.
  nsenter --target "$SUPERVISOR" --net ip link delete "$VETH" 2>/dev/null || true
  # shellcheck disable=SC2153
  ip -batch - <<END
link add eth0 address $MAC type veth peer name $VETH netns $SUPERVISOR
link set lo up
link set eth0 up
address add $ADDRESS/$PREFIX broadcast + dev eth0
route add default via $GATEWAY
END
  nsenter --target "$SUPERVISOR" --net ip -batch - <<END
link set $VETH master $BRIDGE up
neighbour replace $ADDRESS lladdr $MAC dev $BRIDGE nud permanent
END
  export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_NSPAWN_LOCK=0
  exec systemd-nspawn --quiet --keep-unit --register=no --settings=no --boot \
    --directory=root --machine="$ID" --hostname="$NODE_NAME" --capability=CAP_NET_ADMIN \
    --resolv-conf=off --timezone=off --link-journal=no --console=read-only </dev/null
}

boot_machine() {
  (
    exec 9>&-
    join box
    exec unshare --net sh ./supervisor.sh inside
  ) &
  child=$!
  while kill -0 "$child" 2>/dev/null; do
    if wait "$child"; then status=0; else status=$?; fi
  done
  clear_box
}

# Asks the machine to power off, and ends it when it has not after a while.
stop_machine() {
  kill -TERM "$child" 2>/dev/null || true
  tenths=$((stop_seconds * 10))
  while box_has_processes && [ "$tenths" -gt 0 ]; do
    sleep 0.1
    tenths=$((tenths - 1))
  done
  clear_box
}

write_file() {
  printf '%s\n' "$2" >"$1.new"
  mv "$1.new" "$1"
}

run() {
  cd "$1"
  boot=$2
  exec 9>lock
  flock --wait 5 9 || exit 0
  case $(cat started 2>/dev/null) in "$boot "*) exit 0 ;; esac
  rm -f exit
  groups=$(own_groups | tr '\n' ' ')
  clear_box
  join sup
  delegate_controllers
  SUPERVISOR=$$
  export SUPERVISOR
  child=
  status=0
  trap stop_machine TERM
  echo "$$" >pid

  rm -f console.pipe
  mkfifo console.pipe
  (exec 9>&-; keep_console <console.pipe) &
  exec >console.pipe 2>&1
  rm -f console.pipe
  print_host_keys

  mount --bind "$IMAGE" lower
  mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root
  write_file started "$boot $(cat /proc/sys/kernel/random/boot_id)"
  boot_machine
  while [ "$status" = 133 ]; do
    boot_machine
  done
  write_file exit "$boot $status"
}

case $1 in
  run) run "$2" "$3"; exit ;;
  inside) inside; exit ;;
esac
