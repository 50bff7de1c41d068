#!/bin/sh
# The control groups of its machines: a part of root-half.sh, which says what it is given.
# shellcheck disable=SC2154 # name, directory and run_directory are set there

has_systemd() {
  [ -d /run/systemd/system ]
}

# Where control groups can be made, the one that tells whether a machine lives first.
mounts() {
  for mount in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd /sys/fs/cgroup/memory /sys/fs/cgroup/cpu; do
    if [ -e "$mount/cgroup.procs" ]; then
      echo "$mount"
    fi
  done
}

group_parent() {
  if has_systemd; then
    echo "deployer.slice/deployer-$name.slice"
  else
    echo "$name"
  fi
}

# The path of a machine's own group below a mount.
group_of() {
  if has_systemd; then
    echo "$(group_parent)/$name-$1.service"
  else
    echo "$(group_parent)/$1"
  fi
}

processes_in() {
  find "$1" -name cgroup.procs -exec cat {} + 2>/dev/null || true
}

# Ends every process of a group and of those below it; returns when none is left.
kill_group() {
  rounds=500
  while [ -n "$(processes_in "$1")" ] && [ "$rounds" -gt 0 ]; do
    if [ -e "$1/cgroup.kill" ]; then
      echo 1 >"$1/cgroup.kill"
    else
      processes_in "$1" | while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done
    fi
    rounds=$((rounds - 1))
    sleep 0.01
  done
}

# A group goes only when its last process has been reaped, which may be a moment after its end.
remove_group() {
  rounds=100
  while [ -d "$1" ] && [ "$rounds" -gt 0 ]; do
    find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.01
    rounds=$((rounds - 1))
  done
}

# limit FILE VALUE, where the kernel has it.
limit() {
  [ ! -e "$1" ] || echo "$2" >"$1"
}

# Makes the groups of machine $ID and moves the calling shell into them.
enter_groups() {
  for mount in $(mounts); do
    group=$mount/$(group_of "$ID")
    mkdir -p "$group"
    if [ -e "$mount/cgroup.subtree_control" ]; then
      read -r controllers <"$mount/cgroup.controllers" || controllers=
      for controller in $controllers; do
        echo "+$controller" >"$mount/cgroup.subtree_control" 2>/dev/null || true
        echo "+$controller" >"$mount/$(group_parent)/cgroup.subtree_control" 2>/dev/null || true
      done
    fi
    limit "$group/memory.max" "$MEMORY"
    limit "$group/cpu.max" "${CPUS}00000 100000"
    limit "$group/memory.limit_in_bytes" "$MEMORY"
    limit "$group/cpu.cfs_quota_us" "${CPUS}00000"
    echo 0 >"$group/cgroup.procs"
  done
}
