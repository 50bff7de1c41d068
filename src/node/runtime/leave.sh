# How a machine that was there before its cluster is left: what was applied to it is undone, the claim goes last. All of
# it may be run again at any point.

# begin_leave UID LOCK-WAIT-SECONDS: ends here unless the machine belongs to that cluster, also once its lock is held: who
# held it before may have left the machine, and removed the lock that this one waited for.
begin_leave() {
  leave_uid=$1
  leave_lock=none
  leave_made=
  report_claim
  while [ "$leave_lock" != "$(stat -L -c '%d %i' /proc/self/fd/9)" ]; do
    still_claimed || leave_nothing
    exec 9>>"$base/lock"
    take_lock x "$2"
    leave_lock=$(stat -c '%d %i' "$base/lock" || echo gone)
  done
  still_claimed || leave_nothing
  read_found
}

# still_claimed: by the cluster that leaves.
still_claimed() {
  claim_held=
  if [ -f "$claim_file" ]; then read -r claim_held <"$claim_file"; fi
  case $claim_held in
    *"\"uid\":\"$leave_uid\""*) return 0 ;;
  esac
  return 1
}

# leave_nothing
leave_nothing() {
  frame .
  exit 0
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

# leave_unit UNIT…: one that was there before is enabled again where it was, and not started.
leave_unit() {
  for unit in "$@"; do
    systemctl disable -- "$unit"
    leave_file "/etc/systemd/system/$unit"
  done
  systemctl daemon-reload
  for unit in "$@"; do
    if [ -e "$found_before/etc/systemd/system/$unit.enabled" ]; then systemctl enable -- "$unit"; fi
  done
  systemctl reset-failed -- "$@"
}

# leave_file PATH…: those that were not there before go, the others become what they were.
leave_file() {
  for path in "$@"; do
    if was_found there "$path"; then
      leave_said=$(put_back "$path" 2>&1) || leave_failed "$leave_said"
      tell_left restored "$path"
    elif was_found absent "$path"; then
      [ -e "$path" ] || [ -L "$path" ] || continue
      leave_said=$(rm -f -- "$path" 2>&1) || leave_failed "$leave_said"
      tell_left removed "$path"
    fi
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
    if was_found there "$folder/current"; then
      leave_said=$(put_back "$folder/current" 2>&1) || leave_failed "$leave_said"
    elif [ -L "$folder/current" ] && [ ! -e "$folder/current" ]; then
      rm -f -- "$folder/current"
    fi
    if was_found absent "$folder"; then rmdir -- "$folder"; fi
  done
}

# leave_empty FOLDER…: those that were not there before and in which nothing is left.
leave_empty() {
  for folder in "$@"; do
    if was_found absent "$folder"; then
      if rmdir -- "$folder"; then tell_left removed "$folder"; fi
    elif was_found there "$folder"; then
      leave_said=$(put_back "$folder" 2>&1) || leave_failed "$leave_said"
    fi
  done
}

# leave_data PURGE FOLDER…: what services keep goes only where that is asked for, and never from a folder that was there
# before. Folders come before those within them.
leave_data() {
  leave_purge=$1
  leave_kept=/dev/null
  shift
  for folder in "$@"; do
    [ -d "$folder" ] || continue
    case $folder in "$leave_kept"/*) continue ;; esac
    if ! was_found absent "$folder"; then
      leave_said=$(put_back "$folder" 2>&1) || leave_failed "$leave_said"
      if holds_files "$folder"; then tell_left kept "$folder"; fi
      continue
    fi
    if [ "$leave_purge" = yes ]; then purge_data "$folder"; fi
    if holds_files "$folder"; then
      leave_kept=$folder
      leave_made="$leave_made$nl$(stat -c %i.%W -- "$folder") $folder"
      tell_left kept "$folder"
    else
      find -H "$folder" -depth -type d -exec rmdir -- {} +
      tell_left removed "$folder"
    fi
  done
}

# purge_data FOLDER: what is in it. A folder that is mounted stays, empty, and so does a link to one.
purge_data() {
  leave_said=$(find -H "$1" -mindepth 1 -maxdepth 1 -exec rm -rf --one-file-system -- {} + 2>&1) || leave_failed "$leave_said"
}

# holds_files FOLDER
holds_files() {
  [ -n "$(find -H "$1" ! -type d | head -n 1)" ]
}

# end_leave: all that is remembered of the cluster goes, and the claim after everything else. Only which folders it made
# is known on, where their data stays.
end_leave() {
  still_claimed || leave_nothing
  keep_made "$leave_made" || leave_failed "$found_made cannot be written"
  find "$base" -mindepth 1 -maxdepth 1 ! -name claim.json ! -name lock ! -name made -exec rm -rf -- {} +
  sync "$base"
  rm -f -- "$claim_file"
  [ ! -e "$claim_file" ] || leave_failed "$claim_file cannot be removed"
  sync "$base"
  rm -f -- "$base/lock"
  rmdir -- "$base"
}
