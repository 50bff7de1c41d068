# What a machine that was there before its cluster had in the places that steps change. It is noted before the first step
# that may change them, once: $found_list has a line for each place, `absent PATH` or `there PATH`, and $found_before
# those that were there: files and links with all that is in them, of folders only owner and mode.
found_list=$base/found
found_before=$base/before
# Outlives the claim: `INODE.BIRTH PATH` of each folder that a former cluster made and whose data stayed. It is no more the
# machine's own than it was then.
found_made=$base/made

# keep_found PATH…: stops this exchange where it cannot be kept.
keep_found() {
  [ -z "$halted" ] && [ -f "$base/claim.json" ] || return 0
  read_found
  found_new=
  for path in "$@"; do
    if was_found there "$path" || was_found absent "$path"; then continue; fi
    if { [ -e "$path" ] || [ -L "$path" ]; } && ! was_made "$path"; then
      found_said=$(keep_before "$path" 2>&1) || stop unwritable "$found_before$path: $found_said"
      found_new="$found_new${nl}there $path"
    else
      found_new="$found_new${nl}absent $path"
    fi
  done
  [ -n "$found_new" ] || return 0
  if [ -d "$found_before" ]; then sync -f "$found_before" || stop unwritable "$found_before"; fi
  put_line "$found_known$found_new" "$found_list" || stop unwritable "$found_list"
}

# read_found
read_found() {
  found_known=
  if [ -f "$found_list" ]; then found_known=$(cat "$found_list"); fi
  made_known=
  if [ -f "$found_made" ]; then made_known=$(cat "$found_made"); fi
}

# was_made PATH: by a former cluster, and it still is that one.
was_made() {
  [ -n "$made_known" ] || return
  case $nl$made_known$nl in
    *"$nl$(stat -c %i.%W -- "$1") $1$nl"*) return 0 ;;
  esac
  return 1
}

# keep_made LINES: adds these to those that are still there.
keep_made() {
  made_now=$(printf '%s\n' "$made_known$1" | while read -r made_id made_path; do
    if [ -n "$made_path" ] && [ "$(stat -c %i.%W -- "$made_path")" = "$made_id" ]; then echo "$made_id $made_path"; fi
  done | sort -u)
  if [ -n "$made_now" ]; then put_line "$made_now" "$found_made"; else rm -f -- "$found_made"; fi
}

# was_found WORD PATH: WORD is absent or there; neither is true of a place that no step was about to change.
was_found() {
  case $nl$found_known$nl in
    *"$nl$1 $2$nl"*) return 0 ;;
  esac
  return 1
}

# keep_before PATH
keep_before() {
  [ -d "$found_before" ] || mkdir -m 700 "$found_before" || return
  mkdir -p -- "$found_before${1%/*}" || return
  if [ -d "$1" ]; then
    mkdir -p -- "$found_before$1" && chown --reference="$1" -- "$found_before$1" && chmod --reference="$1" -- "$found_before$1"
  else
    # What is neither a file nor a link no step replaces.
    if [ ! -f "$1" ] && [ ! -L "$1" ]; then return 0; fi
    cp -aT -- "$1" "$found_before/.new" && mv -fT -- "$found_before/.new" "$found_before$1" || return
    case $1 in
      /etc/systemd/system/*) if systemctl is-enabled --quiet -- "${1##*/}"; then : >"$found_before$1.enabled"; fi ;;
    esac
  fi
}

# put_back PATH: as it was; false where it cannot be. Nothing happens where nothing is kept of it.
put_back() {
  if [ -d "$found_before$1" ]; then
    [ -d "$1" ] || return 0
    chown --reference="$found_before$1" -- "$1" && chmod --reference="$found_before$1" -- "$1"
  elif [ -e "$found_before$1" ] || [ -L "$found_before$1" ]; then
    found_fresh=${1%/*}/.deployer-new.${1##*/}
    mkdir -p -- "${1%/*}" && cp -aT -- "$found_before$1" "$found_fresh" || return
    [ -L "$found_fresh" ] || sync "$found_fresh" || return
    mv -fT -- "$found_fresh" "$1" && sync "${1%/*}/"
  fi
}
