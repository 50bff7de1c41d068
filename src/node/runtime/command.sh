# Commands that the other kinds have no word for.

# kind_command RUN UNLESS CREATES USER SECONDS: empty where not given. Each runs in a process group of its own (timeout).
kind_command() {
  command_user=$4 command_seconds=$5
  if [ -n "$3" ] && [ -e "$3" ]; then return; fi
  if [ -n "$2" ] && run_as_user "$2" >/dev/null 2>&1; then return; fi
  if [ -n "$3" ]; then differs "$3 is not there"; else differs 'not done yet'; fi
  as_wished && return
  run_as_user "$1" >>"$log" 2>&1
  command_code=$?
  case $command_code in
    0) ;;
    124) fail "$(last_lines "not done after $command_seconds s")" || return ;;
    *) fail "$(last_lines "exit code $command_code")" || return ;;
  esac
  if [ -n "$3" ] && [ ! -e "$3" ]; then fail "$(last_lines "the command ended well, but $3 is not there")"; fi
}

# run_as_user TEXT
run_as_user() {
  if [ -n "$command_user" ]; then
    timeout "$command_seconds" runuser -u "$command_user" -- sh -c "$1"
  else
    timeout "$command_seconds" sh -c "$1"
  fi
}
