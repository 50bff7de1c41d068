# How a machine that was there before its cluster is left: what was applied to it is undone, the claim goes last. All of
# it may be run again at any point.

# begin_leave UID LOCK-WAIT-SECONDS: ends here unless the machine belongs to that cluster.
begin_leave() {
  report_claim
  case $claim_held in
    *"\"uid\":\"$1\""*) ;;
    *)
      frame .
      exit 0
      ;;
  esac
  exec 9>>"$base/lock"
  take_lock x "$2"
}

# tell_left WORD TEXT
tell_left() {
  encode "$1 $2"
  frame "t $text"
}

# leave_failed TEXT: nothing more is undone, so that the next try knows all there is to know.
leave_failed() {
  tell_left failed "$1"
  frame .
  exit 0
}

# leave_service UNIT…: stopped for good; one that systemd does not know is.
leave_service() {
  for unit in "$@"; do
    systemctl stop "deployer-resume-${unit%.service}.timer" 3>&- 9>&-
    leave_said=$(timeout 600 systemctl disable --now -- "$unit" 2>&1 3>&- 9>&-)
    case $(systemctl is-active -- "$unit") in
      active | activating | deactivating | reloading) leave_failed "$unit does not stop: $leave_said" ;;
    esac
  done
}

# leave_unit UNIT…
leave_unit() {
  for unit in "$@"; do
    systemctl disable -- "$unit"
    leave_file "/etc/systemd/system/$unit"
  done
  systemctl daemon-reload
  systemctl reset-failed -- "$@"
}

# leave_file PATH…
leave_file() {
  for path in "$@"; do
    [ -e "$path" ] || [ -L "$path" ] || continue
    leave_said=$(rm -f -- "$path" 2>&1) || leave_failed "$leave_said"
    tell_left removed "$path"
  done
}

# leave_artifact FOLDER…: the versions in it and the link to one; the folder itself where nothing else is in it.
leave_artifact() {
  for folder in "$@"; do
    for leave_version in "$folder"/*-????????????; do
      if [ -f "$leave_version/$marker" ]; then
        leave_said=$(rm -rf -- "$leave_version" 2>&1) || leave_failed "$leave_said"
        tell_left removed "$leave_version"
      fi
    done
    rm -rf -- "$folder/.new" "$folder/.old"
    if [ -L "$folder/current" ] && [ ! -e "$folder/current" ]; then rm -f -- "$folder/current"; fi
    rmdir -- "$folder"
  done
}

# leave_empty FOLDER…: those in which nothing is left.
leave_empty() {
  for folder in "$@"; do
    if rmdir -- "$folder"; then tell_left removed "$folder"; fi
  done
}

# leave_data PURGE FOLDER…: what services keep goes only where that is asked for.
leave_data() {
  leave_purge=$1
  shift
  for folder in "$@"; do
    [ -d "$folder" ] || continue
    if [ -z "$(find "$folder" ! -type d | head -n 1)" ] && rm -r -- "$folder"; then
      tell_left removed "$folder"
    elif [ "$leave_purge" = yes ]; then
      # A folder that is mounted stays, empty.
      leave_said=$(find "$folder" -mindepth 1 -maxdepth 1 -exec rm -rf --one-file-system -- {} + 2>&1) || leave_failed "$leave_said"
      rmdir -- "$folder"
      tell_left removed "$folder"
    else
      tell_left kept "$folder"
    fi
  done
}

# end_leave: all that is remembered of the cluster goes, and the claim after everything else.
end_leave() {
  find "$base" -mindepth 1 -maxdepth 1 ! -name claim.json ! -name lock -exec rm -rf -- {} +
  sync "$base"
  rm -f -- "$claim_file"
  [ ! -e "$claim_file" ] || leave_failed "$claim_file cannot be removed"
  sync "$base"
  rm -f -- "$base/lock"
  rmdir -- "$base"
}
