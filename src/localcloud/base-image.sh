#!/bin/sh
# Makes a base image, as root. Read from standard input as one text:
#   sh -s -- IMAGES-DIRECTORY NAME CODENAME ORDER-DIRECTORY <base-image.sh
# The order holds `sources` and `apt.conf` for making it, `machine-apt.conf` for its machines, and `image.json`.
# One process makes an image while others wait; it appears under its name when it is complete.
set -eu
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

# What a machine cannot do without, and what an engineer who logs in expects.
packages=systemd,systemd-sysv,dbus,libpam-systemd,openssh-server,iproute2,ca-certificates,sudo,procps,less,netbase,tzdata

# What a throw-away machine without devices of its own does not need at boot; apt's timers fight for its lock.
masked='apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer
systemd-tmpfiles-clean.timer getty.target console-getty.service systemd-pstore.service
systemd-hwdb-update.service systemd-update-utmp.service systemd-update-utmp-runlevel.service
systemd-random-seed.service systemd-sysusers.service dev-hugepages.mount sys-kernel-debug.mount
sys-kernel-tracing.mount'

write_settings() {
  mkdir -p "$1/etc/dpkg/dpkg.cfg.d" "$1/etc/apt/apt.conf.d"
  cat >"$1/etc/dpkg/dpkg.cfg.d/local-cloud" <<END
force-unsafe-io
path-exclude=/usr/share/man/*
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/locale/*
END
  cat >"$1/etc/apt/apt.conf.d/local-cloud" "$order/machine-apt.conf" - <<END
Acquire::Languages "none";
END
}

# In namespaces of its own, so that no process and no mount of it outlives the one that holds the lock.
make_root() {
  settings=$new/settings
  export settings
  write_settings "$settings"
  # shellcheck disable=SC2016 # the hook is for the shell that mmdebstrap starts
  unshare --mount --mount-proc --pid --fork --kill-child \
    mmdebstrap --mode=root --variant=minbase --include="$packages" \
    --aptopt="$order/apt.conf" --aptopt='Acquire::Languages "none"' \
    --setup-hook='cp -R "$settings/etc" "$1/"' \
    --skip=cleanup/apt/lists \
    "$codename" "$new/rootfs" "$order/sources" </dev/null
}

# Takes away what has to differ from machine to machine, and what only making the image needed.
finish_root() {
  rm -f rootfs/etc/apt/apt.conf.d/99mmdebstrap rootfs/etc/ssh/ssh_host_* rootfs/etc/hostname rootfs/etc/resolv.conf
  : >rootfs/etc/machine-id
  rm -f rootfs/var/lib/dbus/machine-id
  for unit in $masked; do
    ln -sf /dev/null "rootfs/etc/systemd/system/$unit"
  done
}

main() {
  images=$1
  name=$2
  codename=$3
  order=$4
  cd "$images"
  exec 9<.
  flock --nonblock 9 || {
    echo "another process is making the image $name" >&2
    flock --wait 1800 9
  }
  [ ! -e "$name/image.json" ] || exit 0
  new=$images/.$name.tmp
  rm -rf --one-file-system "$new" "$name"
  find . -maxdepth 1 -name '.order-*' -mtime +0 -exec rm -rf {} +
  mkdir "$new"
  make_root
  rm -r "$settings"
  cd "$new"
  finish_root
  cp "$order/image.json" image.json
  sync -f image.json
  mv "$new" "$images/$name"
}

main "$@"
exit 0
