#!/bin/sh
# The machines of a cloud directory: a part of root-half.sh, which says what it is given.
# shellcheck disable=SC2154 # name, directory and run_directory are set there

# Reads a machine's settings, each of which has to be known and to look as it should, into the environment.
read_settings() {
  unset ID IMAGE ADDRESS PREFIX GATEWAY MAC NODE_NAME FINGERPRINT MEMORY CPUS VETH
  while IFS='=' read -r key value; do
    case $key in
      ID) pattern='i-[0-9a-f]{17}' ;;
      IMAGE) pattern='/.*' ;;
      ADDRESS | GATEWAY) pattern='[0-9]{1,3}(\.[0-9]{1,3}){3}' ;;
      PREFIX) pattern='[0-9]{1,2}' ;;
      MAC) pattern='[0-9a-f]{2}(:[0-9a-f]{2}){5}' ;;
      NODE_NAME) pattern='[a-z0-9-]{1,63}' ;;
      FINGERPRINT) pattern='SHA256:[A-Za-z0-9+/]{43}' ;;
      MEMORY) pattern='[0-9]{1,15}' ;;
      CPUS) pattern='[0-9]{1,3}' ;;
      VETH) pattern='[a-z0-9]{1,15}' ;;
      *) fail "the machine's setting $key is unknown" ;;
    esac
    check "$key" "$value" "$pattern"
    export "$key=$value"
  done <"$1"
  BRIDGE=$name
  export BRIDGE
  # shellcheck disable=SC2153
  : "$ID" "$IMAGE" "$ADDRESS" "$PREFIX" "$GATEWAY" "$MAC" "$NODE_NAME" "$FINGERPRINT" "$MEMORY" "$CPUS" "$VETH"
}

# Makes a machine's directory from its seed, under another name first: it exists whole or not at all.
prepare() {
  seed=seeds/$1
  new=machines/$1.tmp
  rm -rf "$new"
  mkdir -p "$new/upper/etc/ssh" "$new/upper/root/.ssh" "$new/work" "$new/lower" "$new/root"
  chmod 700 "$new/upper/root" "$new/upper/root/.ssh"
  cp "$seed/settings" "$seed/supervisor.sh" "$new"
  for file in hostname hosts resolv.conf machine-id; do
    cp "$seed/$file" "$new/upper/etc/$file"
  done
  cp "$seed/ssh_host_ed25519_key" "$seed/ssh_host_ed25519_key.pub" "$new/upper/etc/ssh"
  cp "$seed/authorized_keys" "$new/upper/root/.ssh"
  chmod 600 "$new/upper/etc/ssh/ssh_host_ed25519_key" "$new/upper/root/.ssh/authorized_keys"
  chmod 444 "$new/upper/etc/machine-id"
  if [ -e "$seed/never-ssh" ]; then
    mkdir -p "$new/upper/etc/systemd/system"
    ln -s /dev/null "$new/upper/etc/systemd/system/ssh.service"
  fi
  first_mount=$(mounts | head -n 1)
  echo "$first_mount/$(group_of "$1")" >"$new/cgroup"
  mv "$new" "machines/$1"
}

# True once the machine's last process has ended; an ending supervisor gets a moment to do so.
is_idle() {
  rounds=100
  while [ -n "$(processes_in "$1")" ]; do
    [ "$rounds" -gt 0 ] || return 1
    rounds=$((rounds - 1))
    sleep 0.01
  done
}

# Starts the supervisor, which outlives us, unless one is at this very start already, or will not end.
start() {
  read_settings "machines/$1/settings"
  group=$(cat "machines/$1/cgroup")
  if [ -n "$(processes_in "$group")" ] && [ "$(cat "machines/$1/launched" 2>/dev/null)" = "$2" ]; then
    return 0
  fi
  is_idle "$group" || return 0
  echo "$2" >"machines/$1/launched"
  for mount in $(mounts); do
    remove_group "$mount/$(group_of "$1")"
  done
  set -- setsid --fork unshare --mount sh "$directory/machines/$1/supervisor.sh" run "$directory/machines/$1" "$2"
  if has_systemd; then
    start_unit "$@"
  else
    (
      exec 8>&- 9>&-
      enter_groups
      exec "$@" </dev/null >"machines/$ID/supervisor.log" 2>&1
    )
  fi
}

# On a host with systemd the groups are systemd's: a transient unit is given one and may divide it itself.
start_unit() {
  shift 2
  systemctl reset-failed "$name-$ID.service" 2>/dev/null || true
  systemd-run --quiet --collect --unit="$name-$ID" --slice="deployer-$name.slice" \
    --property=Delegate=yes --property=KillMode=mixed --property=TasksMax=infinity \
    --property="MemoryMax=$MEMORY" --property="CPUQuota=${CPUS}00%" \
    --setenv="ID=$ID" --setenv="IMAGE=$IMAGE" --setenv="ADDRESS=$ADDRESS" --setenv="PREFIX=$PREFIX" \
    --setenv="GATEWAY=$GATEWAY" --setenv="MAC=$MAC" --setenv="NODE_NAME=$NODE_NAME" \
    --setenv="FINGERPRINT=$FINGERPRINT" --setenv="VETH=$VETH" --setenv="BRIDGE=$BRIDGE" \
    --property="StandardOutput=file:$directory/machines/$ID/supervisor.log" --property=StandardError=inherit \
    "$@" || systemctl is-active --quiet "$name-$ID.service"
}

# launch ID:BOOT...
launch() {
  for item in "$@"; do
    check machine "$item" 'i-[0-9a-f]{17}:[0-9]{1,9}'
    id=${item%:*}
    [ -d "machines/$id" ] || prepare "$id"
    start "$id" "${item#*:}"
  done
}

# The process of the machine that is its init: the one whose innermost process id is 1.
init_of() {
  for pid in $(processes_in "$(cat "machines/$1/cgroup")/box"); do
    if grep -Eqs '^NSpid:.*[[:space:]]1$' "/proc/$pid/status"; then
      echo "$pid"
    fi
  done
}

# stop ID...: its supervisor asks the machine to power off; without one the machine is ended.
stop() {
  for id in "$@"; do
    check machine "$id" 'i-[0-9a-f]{17}'
    [ -d "machines/$id" ] || continue
    group=$(cat "machines/$id/cgroup")
    pid=$(cat "machines/$id/pid" 2>/dev/null || echo none)
    if grep -qsx "$pid" "$group/sup/cgroup.procs"; then
      kill -TERM "$pid"
    else
      kill_group "$group"
    fi
  done
}

reboot() {
  for id in "$@"; do
    check machine "$id" 'i-[0-9a-f]{17}'
    for pid in $(init_of "$id"); do
      kill -INT "$pid"
    done
  done
}

# remove ID...: ends the machine at once and leaves nothing of it.
remove() {
  for id in "$@"; do
    check machine "$id" 'i-[0-9a-f]{17}'
    for mount in $(mounts); do
      kill_group "$mount/$(group_of "$id")"
    done
  done
  for id in "$@"; do
    for mount in $(mounts); do
      remove_group "$mount/$(group_of "$id")"
    done
    address=$(sed -n 's/^ADDRESS=//p' "machines/$id/settings" 2>/dev/null || true)
    [ -z "$address" ] || ip neighbour delete "$address" dev "$name" 2>/dev/null || true
    # A connection that nobody closed keeps the machine's network for minutes, and with it the cable (vethOf in names.ts).
    ip link delete "v${id#i-???}" 2>/dev/null || true
    rm -rf "/run/systemd/nspawn/propagate/$id"
    if [ -d "machines/$id" ]; then
      rm -rf "trash/$id"
      mkdir -p trash
      mv "machines/$id" "trash/$id"
    fi
    rm -rf "machines/$id.tmp" "trash/$id"
  done
}

# clear: ends and removes all that root made in the directory, machines nobody remembers included.
clear() {
  for entry in machines/* trash/*; do
    id=$(basename "$entry" .tmp)
    if matches "$id" 'i-[0-9a-f]{17}'; then
      remove "$id"
    fi
  done
  network_down
  rm -rf --one-file-system machines trash images
}
