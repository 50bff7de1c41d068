# What a node knows about itself, cheaply: /proc wherever it has it, a process only where it has not.

# fact KEY TEXT
fact() {
  encode "$2"
  frame "f $1 $text"
}

# fact_from KEY FILE: the first line of a file.
fact_from() {
  fact_line=
  if [ -r "$2" ]; then read -r fact_line <"$2"; fi
  fact "$1" "$fact_line"
}

report_facts() {
  # shellcheck source=/dev/null
  if [ -r /etc/os-release ]; then . /etc/os-release; fi
  fact os-id "${ID-}"
  fact os-version "${VERSION_ID-}"
  fact os-name "${PRETTY_NAME-}"
  fact_from kernel /proc/sys/kernel/osrelease
  fact_from hostname /proc/sys/kernel/hostname
  fact_from boot-id /proc/sys/kernel/random/boot_id
  fact_from uptime /proc/uptime
  fact_from memory /proc/meminfo
  fact_from cpu-list /sys/devices/system/cpu/online
  if [ -r /proc/sys/kernel/arch ]; then
    fact_from architecture /proc/sys/kernel/arch
  else
    fact architecture "$(uname -m)"
  fi
  fact disk-free "$(stat -f -c "%a %S" /var/lib)"
  fact clock-ms "$(date +%s%3N)"
  if [ -d /run/systemd/system ]; then fact systemd yes; else fact systemd no; fi
}
