# Users and the groups they are in.

# kind_user NAME SYSTEM HOME SHELL GROUP…: an empty home or shell means: as it is, or as the system has it.
kind_user() {
  user=$1 user_system=$2 user_home=$3 user_shell=$4
  shift 4
  entry=$(getent passwd "$user")
  if [ -z "$entry" ]; then
    differs 'not there'
    as_wished && return
    create_user "$@"
    return
  fi
  entry_shell=${entry##*:}
  entry_home=${entry%:*}
  entry_home=${entry_home##*:}
  [ "${user_home:-$entry_home}" = "$entry_home" ] || differs "home $entry_home -> $user_home"
  [ "${user_shell:-$entry_shell}" = "$entry_shell" ] || differs "shell $entry_shell -> $user_shell"
  if [ $# -gt 0 ]; then missing_groups "$@"; fi
  as_wished && return
  attempt usermod --home "${user_home:-$entry_home}" --shell "${user_shell:-$entry_shell}" "$user" || return
  add_to_groups "$@"
}

# missing_groups GROUP…
missing_groups() {
  in_groups=$(id -nG "$user")
  for group in "$@"; do
    case " $in_groups " in
      *" $group "*) ;;
      *) differs "not in group $group" ;;
    esac
  done
}

# create_user GROUP…
create_user() {
  user_groups=$*
  if getent group "$user" >/dev/null; then set -- --gid "$user"; else set -- --user-group; fi
  if [ "$user_system" = yes ]; then
    set -- "$@" --system --no-create-home --home-dir "${user_home:-/nonexistent}" --shell "${user_shell:-/usr/sbin/nologin}"
  else
    set -- "$@" --create-home --home-dir "${user_home:-/home/$user}" --shell "${user_shell:-/bin/bash}"
  fi
  attempt useradd "$@" "$user" || return
  # shellcheck disable=SC2086 # group names are letters, digits, - and _
  add_to_groups $user_groups
}

# add_to_groups GROUP…
add_to_groups() {
  for group in "$@"; do
    attempt usermod --append --groups "$group" "$user" || return
  done
}
