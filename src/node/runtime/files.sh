# The steps that put files and folders where they belong: directory, file; unit uses them too.

# ask_files PATH…: contents, owners and modes of all of them; in apply mode the steps ask by themselves. A folder may be a
# link to one; of a file that is a link nobody asks.
ask_files() {
  stat_table=$(stat -L -c '%n//%U:%G %a' -- "$@" 2>/dev/null)
  hash_table=$nl$(sha256sum -- "$@" 2>/dev/null)$nl
}

# see PATH: sets $seen_owner, $seen_mode and $seen_hash (empty for a folder).
see() {
  [ "$mode" = check ] || ask_files "$1"
  pick "$stat_table" "$1//"
  seen_owner=${picked% *}
  seen_mode=${picked##* }
  seen_hash=
  case $hash_table in
    *"  $1$nl"*)
      seen_hash=${hash_table%%"  $1$nl"*}
      seen_hash=${seen_hash##*"$nl"}
      ;;
  esac
}

# owner_and_mode_differ OWNER:GROUP MODE
owner_and_mode_differ() {
  [ "$seen_owner" = "$1" ] || differs "owner $seen_owner -> $1"
  [ "$seen_mode" = "$2" ] || differs "mode 0$seen_mode -> 0$2"
}

# parent_exists PATH
parent_exists() {
  parent=${1%/*}
  [ -d "${parent:-/}" ] || fail "the folder $parent does not exist: add a directory step for it"
}

# kind_directory PATH OWNER GROUP MODE
kind_directory() {
  if [ -d "$1" ]; then
    see "$1"
    owner_and_mode_differ "$2:$3" "$4"
  else
    differs 'not there'
  fi
  as_wished && return
  parent_exists "$1" || return
  attempt install -d -o "$2" -g "$3" -m "$4" -- "$1"
}

# kind_file PATH HASH OWNER GROUP MODE
kind_file() {
  file_differs "$@"
  as_wished && return
  put_file "$@"
}

# file_differs PATH HASH OWNER GROUP MODE
file_differs() {
  if [ -L "$1" ]; then
    differs 'a symbolic link'
  elif [ -f "$1" ]; then
    see "$1"
    if [ "$seen_hash" != "$2" ]; then
      differs 'content differs'
      found=$seen_hash
    fi
    owner_and_mode_differ "$3:$4" "$5"
  elif [ -e "$1" ]; then
    differs 'not a file'
  else
    differs 'not there'
  fi
}

# put_file PATH HASH OWNER GROUP MODE: whole or not at all; nobody ever sees half a file or one with the wrong mode.
put_file() {
  parent_exists "$1" || return
  fresh=${1%/*}/.deployer-new.${1##*/}
  attempt install -T -o "$3" -g "$4" -m "$5" -- "$room/files/$2" "$fresh" || return
  fresh_hash=$(sha256sum "$fresh")
  fresh_hash=${fresh_hash#\\}
  [ "${fresh_hash%% *}" = "$2" ] || fail "what was written to $fresh does not read back the same" || return
  attempt sync -- "$fresh" || return
  attempt mv -fT -- "$fresh" "$1" || return
  attempt sync -- "${1%/*}/"
}

# report_files LONGEST-BYTES PATH…: the content of each that is a file and not longer, one frame each.
report_files() {
  file_longest=$1
  file_place=0
  shift
  for path in "$@"; do
    if [ -f "$path" ] && [ "$(stat -L -c %s -- "$path")" -le "$file_longest" ]; then
      file_content=$(base64 -w 0 -- "$path") && frame "c $file_place +$file_content"
    fi
    file_place=$((file_place + 1))
  done
}
