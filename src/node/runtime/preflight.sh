# What a machine has of what nodes need, before it is one. Nothing stays changed.

report_preflight() {
  report_facts
  fact disk-root "$(stat -f -c '%a %S' /)"
  fact disk-var "$(stat -f -c '%a %S' /var)"
  preflight_missing=
  for program in tar gzip flock setsid timeout sha256sum base64 stat install getent apt-get; do
    command -v "$program" >/dev/null || preflight_missing="$preflight_missing $program"
  done
  fact missing "${preflight_missing# }"
  fact ports "$(listening_ports)"
  report_apt
}

# listening_ports: TCP ports on which something listens for others, in the kernel's hexadecimal, separated by blanks.
# Addresses of the loopback, 127.0.0.0/8 and ::1, are left out.
listening_ports() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk '$4 == "0A" && $2 !~ /^((0000000000000000FFFF0000)?......7F|00000000000000000000000001000000):/ { split($2, place, ":"); print place[2] }' |
    sort -u | paste -sd ' ' -
}

# report_apt: whether packages can be had, from the first source of apt's.
report_apt() {
  # shellcheck disable=SC2016 # apt's own placeholders
  apt_source=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2>/dev/null | head -n 1)
  fact apt-source "${apt_source% *}"
  [ -n "$apt_source" ] || return 0
  apt_folder=$(mktemp -d)
  apt_said=$(timeout 15 /usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=0 -o Acquire::http::Timeout=5 \
    download-file "${apt_source% *}dists/${apt_source##* }/InRelease" "$apt_folder/InRelease" 2>&1) || fact apt-problem "${apt_said:-no answer}"
  rm -rf "$apt_folder"
}
