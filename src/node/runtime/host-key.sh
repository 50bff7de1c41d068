# How a machine gets a host key that is its alone, in place of one that its launch gave to it and to others. The key is
# made first and used later, so that whoever asks can remember it before sshd shows it.
host_key=/etc/ssh/ssh_host_ed25519_key

# say TEXT
say() {
  encode "$1"
  frame "t $text"
}

# make_host_key: says the public half of the next key, the same one until it is used; or why there is none.
make_host_key() {
  if [ ! -s "$host_key.next" ] || [ ! -s "$host_key.next.pub" ]; then
    rm -f "$host_key.next" "$host_key.next.pub"
    if ! problem=$(ssh-keygen -q -t ed25519 -N '' -C "root@$(uname -n)" -f "$host_key.next" 2>&1); then
      say "$problem"
      return
    fi
    sync "$host_key.next" "$host_key.next.pub"
  fi
  read -r next_key <"$host_key.next.pub"
  say "$next_key"
}

# use_host_key: sshd shows the next key from now on; asked again, it only reads its keys once more. Says what prevents it.
use_host_key() {
  if [ -s "$host_key.next" ]; then
    chmod 644 "$host_key.next.pub"
    if ! problem=$(mv -T "$host_key.next" "$host_key" 2>&1); then
      say "$problem"
      return
    fi
  fi
  if [ -s "$host_key.next.pub" ]; then mv -T "$host_key.next.pub" "$host_key.pub"; fi
  if command -v restorecon; then restorecon "$host_key" "$host_key.pub"; fi
  sync /etc/ssh
  for unit in ssh sshd; do
    if systemctl reload "$unit.service"; then return; fi
  done
  # Where sshd is started for each connection there is nobody to tell.
  if [ -s /run/sshd.pid ]; then kill -HUP "$(cat /run/sshd.pid)"; fi
}
