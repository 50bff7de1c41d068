# Artifacts: files that were delivered beforehand become the folder of a version, and `current` beside it leads there.
# What is delivered lies in $deliveries/ID under its digest; `have` lists the parts of files that are on disk, and
# `verified` the files that are whole.
deliveries=$base/artifacts
marker=.deployer-artifact

# kind_artifact PLACE ID FORMAT STRIP [DIGEST MODE NAME]…
kind_artifact() {
  artifact_place=$1
  artifact_folder=${1%/*}
  artifact_before=$(readlink -- "$artifact_folder/current")
  examine_artifact "$1" "$2"
  if [ "$artifact_before" != "${1##*/}" ]; then
    if [ -n "$artifact_before" ]; then differs "$artifact_before -> ${1##*/}"; else differs 'not there'; fi
  elif [ -n "$flaw" ]; then
    differs "damaged: $flaw"
  fi
  as_wished && return
  if [ -n "$flaw" ]; then build_artifact "$@" || return; fi
  point_current || return
  rm -rf -- "${deliveries:?}/$2"
}

# examine_artifact PLACE ID: sets $flaw to what is wrong with the folder, nothing when it is whole. Files that somebody
# has added do no harm.
examine_artifact() {
  flaw='not there'
  [ -d "$1" ] || return 0
  flaw='it has no marker'
  grep -qxF "id $2" -- "$1/$marker" 2>/dev/null || return 0
  flaw=$(list_artifact "$1" "$2" | comm --nocheck-order -13 - "$1/$marker" | head -n 1)
  flaw=${flaw#* * }
}

# list_artifact PLACE ID: a line for each file (with its size) and link (with its target).
list_artifact() {
  {
    printf 'id %s\n' "$2"
    find "$1" -mindepth 1 ! -name "$marker" \( -type f -printf 'file %s %P\n' -o -type l -printf 'link %l %P\n' \)
  } | sort
}

# build_artifact PLACE ID FORMAT STRIP [DIGEST MODE NAME]…: whole or not at all; what is left of a try is removed.
build_artifact() {
  artifact_fresh=$artifact_folder/.new
  rm -rf -- "$artifact_fresh"
  if attempt mkdir -p -- "$artifact_fresh" && fill_artifact "$@" && tame_artifact && seal_artifact "$2"; then
    return
  fi
  rm -rf -- "$artifact_fresh"
  return 1
}

# fill_artifact PLACE ID FORMAT STRIP [DIGEST MODE NAME]…
fill_artifact() {
  delivered=$deliveries/$2
  artifact_format=$3 artifact_strip=$4
  verified=$(cat -- "$delivered/verified" 2>/dev/null)
  shift 4
  while [ $# -gt 0 ]; do
    case $nl$verified$nl in
      *"$nl$1$nl"*) ;;
      *) fail "its content was not delivered: $3 ($1) is not on this node" || return ;;
    esac
    if [ "$artifact_format" = plain ]; then
      put_artifact_file "$delivered/$1" "$2" "$3" || return
    else
      unpack_artifact "$delivered/$1" || return
    fi
    shift 3
  done
}

# put_artifact_file FILE MODE NAME: a link where both lie on one file system.
put_artifact_file() {
  case $3 in
    */*) [ -d "$artifact_fresh/${3%/*}" ] || attempt mkdir -p -- "$artifact_fresh/${3%/*}" || return ;;
  esac
  ln -- "$1" "$artifact_fresh/$3" 2>/dev/null || attempt cp -- "$1" "$artifact_fresh/$3" || return
  [ "$2" = 644 ] || attempt chmod "$2" -- "$artifact_fresh/$3"
}

# unpack_artifact FILE
unpack_artifact() {
  case $artifact_format in
    tar.gz) untar_artifact -z "$1" ;;
    tar.xz) needs_program xz xz-utils && untar_artifact -J "$1" ;;
    zip) needs_program unzip unzip && unzip_artifact "$1" ;;
  esac
}

# untar_artifact FILTER FILE: tar itself refuses "..", takes leading slashes away and makes links last.
untar_artifact() {
  attempt tar -x "$1" -f "$2" -C "$artifact_fresh" --strip-components="$artifact_strip" \
    --no-same-owner --no-same-permissions --delay-directory-restore
}

# unzip_artifact FILE: folders of one name become one, as with tar; files of one name are an error.
unzip_artifact() {
  attempt unzip -q -o -d "$artifact_fresh/.zip" "$1" || return
  artifact_depth=$((artifact_strip + 1))
  artifact_twice=$(find "$artifact_fresh/.zip" -mindepth "$artifact_depth" ! -type d -printf '%P\n' | cut -d / -f "$artifact_depth-" | sort | uniq -d | head -n 1)
  [ -z "$artifact_twice" ] || fail "two files of the archive would become $artifact_twice: is \"strip\" too large?" || return
  attempt find "$artifact_fresh/.zip" -mindepth "$artifact_depth" -maxdepth "$artifact_depth" \
    -exec cp -alt "$artifact_fresh" -- {} + || return
  rm -rf -- "$artifact_fresh/.zip"
}

# needs_program PROGRAM PACKAGE
needs_program() {
  command -v "$1" >/dev/null && return
  lists_are_fresh || update_lists
  apt_needed "$2" && return
  update_lists
  : >"$log"
  apt_needed "$2" || fail "$(last_lines "$1 is needed to unpack this, and $2 could not be installed:")"
}

# apt_needed PACKAGE
apt_needed() {
  apt install --no-install-recommends "$1"
}

# tame_artifact: everybody may read all of it, and nothing in it is more than a file, a folder, or a link within it.
tame_artifact() {
  artifact_root=$(realpath -- "$artifact_fresh")
  attempt chmod -R a-s,u=rwX,go=rX -- "$artifact_fresh" || return
  artifact_odd=$(find "$artifact_fresh" ! -type f ! -type d ! -type l | head -n 1)
  [ -z "$artifact_odd" ] || fail "the archive holds something that is no file, folder or link: ${artifact_odd#"$artifact_fresh/"}" || return
  find "$artifact_fresh" -type l >"$room/output/.links"
  while IFS= read -r artifact_link; do
    case $(realpath -m -- "$artifact_link") in
      "$artifact_root" | "$artifact_root"/*) ;;
      *) fail "the archive holds a link that leaves its folder: ${artifact_link#"$artifact_fresh/"}" || return ;;
    esac
  done <"$room/output/.links"
  [ -n "$(find "$artifact_fresh" -mindepth 1 -maxdepth 1 | head -n 1)" ] || fail 'nothing is left of the archive: is "strip" too large?'
}

# seal_artifact ID: a folder has its name only when all of it is on disk.
seal_artifact() {
  list_artifact "$artifact_fresh" "$1" 2>>"$log" >"$artifact_fresh/$marker" || fail "$(last_lines "could not write $artifact_fresh/$marker")" || return
  attempt sync -f -- "$artifact_fresh/$marker" || return
  rm -rf -- "$artifact_folder/.old"
  if [ -e "$artifact_place" ]; then attempt mv -T -- "$artifact_place" "$artifact_folder/.old" || return; fi
  attempt mv -T -- "$artifact_fresh" "$artifact_place" || return
  attempt sync -- "$artifact_folder/" || return
  rm -rf -- "$artifact_folder/.old"
}

# point_current: who goes through the link finds one version or the other, whenever that is.
point_current() {
  [ "$artifact_before" != "${artifact_place##*/}" ] || return 0
  rm -f -- "$artifact_folder/.link"
  attempt ln -s -- "${artifact_place##*/}" "$artifact_folder/.link" || return
  attempt mv -fT -- "$artifact_folder/.link" "$artifact_folder/current" || return
  attempt sync -- "$artifact_folder/" || return
  for artifact_other in "$artifact_folder"/*-????????????; do
    case ${artifact_other##*/} in "${artifact_place##*/}" | "$artifact_before") continue ;; esac
    if [ -f "$artifact_other/$marker" ]; then rm -rf -- "$artifact_other"; fi
  done
}
