# The steps that talk to systemd: unit, service; and what `status` asks about services.

# ask_units UNIT…
ask_units() {
  unit_table=$(systemctl show --property=Names,LoadState,ActiveState,UnitFileState,InvocationID,NeedDaemonReload,Type -- "$@" 2>/dev/null)
}

# see_unit UNIT: sets $unit_state to the lines that systemd has for it; nothing without systemd.
see_unit() {
  [ "$mode" = check ] || ask_units "$1"
  unit_rest=$unit_table$nl$nl
  while [ -n "$unit_rest" ]; do
    unit_state=${unit_rest%%"$nl$nl"*}
    unit_rest=${unit_rest#*"$nl$nl"}
    pick "$unit_state" Names=
    case " $picked " in
      *" $1 "*) return ;;
    esac
  done
  unit_state=
}

# unit_is PROPERTY VALUE
unit_is() {
  pick "$unit_state" "$1="
  [ "$picked" = "$2" ]
}

# kind_unit UNIT HASH ENABLED
kind_unit() {
  unit=$1 unit_path=/etc/systemd/system/$1 unit_hash=$2 unit_enabled=$3
  file_differs "$unit_path" "$unit_hash" root root 644
  unit_file_differs=$detail
  see_unit "$unit"
  if [ -z "$detail" ] && unit_is NeedDaemonReload yes; then differs 'systemd has not read it yet'; fi
  enabled_differs
  as_wished && return
  if [ -n "$unit_file_differs" ]; then
    put_file "$unit_path" "$unit_hash" root root 644 || return
  fi
  attempt systemctl daemon-reload || return
  [ "$unit_enabled" = keep ] || attempt systemctl "$unit_enabled" "$unit"
}

# enabled_differs: compares with $unit_enabled, one of enable, disable and keep.
enabled_differs() {
  pick "$unit_state" UnitFileState=
  case $unit_enabled$picked in
    enabledisabled | enablemasked) differs "$picked" ;;
    disableenabled) differs enabled ;;
  esac
}

# kind_service UNIT INPUTS RELOADS ON-CHANGE [PHASE]…: the phases are those that inputs and reloads come from; RELOADS
# is - where a reload takes in nothing.
kind_service() {
  service=$1 service_inputs=$2 service_reloads=$3 service_change=$4 service_record=$base/services/$1
  shift 4
  service_phases=$*
  see_unit "$service"
  service_differs "$service_change"
  if unit_is UnitFileState disabled; then differs 'not enabled'; fi
  if as_wished; then
    confirm_record
    return
  fi
  if unit_is UnitFileState disabled; then attempt systemctl enable "$service" || return; fi
  if [ -z "$verb" ]; then
    confirm_record
    return
  fi
  start_service || return
  stays_active || return
  put_record
}

# service_differs ON-CHANGE: sets $verb to what would make it as wished: start, restart, reload or nothing.
service_differs() {
  stored_inputs=
  stored_invocation=
  stored_generation=
  stored_reloads=
  if [ -f "$service_record" ]; then
    read -r stored_inputs stored_invocation stored_generation stored_reloads <"$service_record"
  fi
  stored_reloads=${stored_reloads:--}
  if ! unit_is ActiveState active; then
    verb=start
    differs "not running${picked:+ ($picked)}"
  elif [ "$1" = none ]; then
    :
  elif [ -z "$stored_inputs" ]; then
    verb=restart
    differs 'running, but started by someone else'
  elif ! unit_is InvocationID "$stored_invocation" && service_changed_since; then
    verb=restart
    differs 'restarted by someone else, perhaps with other inputs'
  elif [ "$stored_inputs" != "$service_inputs" ]; then
    verb=$1
    differs 'inputs changed'
  elif [ "$stored_reloads" != "$service_reloads" ]; then
    verb=reload
    differs 'what it reloads changed'
  fi
}

# service_changed_since: whether anything that it reads at its start was changed since the start that is on record.
service_changed_since() {
  # shellcheck disable=SC2086 # names of phases have no blanks
  changed_since "${stored_generation:-0}" $service_phases
}

# start_service: systemctl waits until systemd says started; a unit that used up its starts gets a new chance. A start
# is a restart, too: one that is half up (activating, waiting for its next try) must come up anew, with today's inputs.
start_service() {
  service_order=reload
  if [ "$verb" != reload ]; then
    service_order=restart
    timeout 20 systemctl reset-failed "$service" >/dev/null 2>&1
  fi
  timeout 600 systemctl "$service_order" "$service" >>"$log" 2>&1 || fail "$(unit_report "systemctl $service_order $service failed")"
}

# stays_active: systemd calls a simple service started before its program has done anything, so look a little longer.
stays_active() {
  see_unit "$service"
  pick "$unit_state" InvocationID=
  first_invocation=$picked
  looks=0
  while unit_is ActiveState active && unit_is InvocationID "$first_invocation"; do
    if unit_is Type notify || unit_is Type forking || unit_is Type dbus || [ $looks -ge 5 ]; then return; fi
    looks=$((looks + 1))
    sleep 0.05
    see_unit "$service"
  done
  fail "$(unit_report "$service did not stay up")"
}

# unit_report TITLE: why a unit is not running, in systemd's words and its own.
unit_report() {
  printf '%s\n' "$1"
  timeout 5 journalctl --sync
  systemctl status --no-pager --full --lines=0 "$service" | tail -n +2 | head -n 12
  journalctl --unit="$service" --lines=20 --no-pager --output=short-iso | tail -c 8000
}

# put_record: the start that systemd knows now was with these inputs, and still is right as of this bundle.
put_record() {
  pick "$unit_state" InvocationID=
  put_line "$service_inputs $picked $generation $service_reloads" "$service_record" 2>>"$log" || fail "$(last_lines "could not write $service_record")"
}

# confirm_record: brings the record of a service that needed no start up to date: either it is the start that we know
# and something else was changed since, or another one with nothing changed since. In all other cases the record stays.
confirm_record() {
  if [ "$mode" = check ] || [ "$stored_inputs $stored_reloads" != "$service_inputs $service_reloads" ]; then return; fi
  if unit_is InvocationID "$stored_invocation"; then
    service_changed_since || return 0
  elif service_changed_since; then
    return
  fi
  put_record
}

# report_services UNIT…: one frame each.
report_services() {
  ask_units "$@"
  for service in "$@"; do
    see_unit "$service"
    stored_inputs=
    if [ -f "$base/services/$service" ]; then read -r stored_inputs _ <"$base/services/$service"; fi
    pick "$unit_state" InvocationID=
    service_invocation=$picked
    pick "$unit_state" ActiveState=
    frame "s $service ${picked:-unknown} ${service_invocation:--} ${stored_inputs:--}"
  done
}

# pause_service UNIT SECONDS: stops a unit; where nobody resumes it, systemd starts it again by itself after that time.
# What systemd said is told as a text. A unit that failed at this once stays with systemd unless it is collected.
pause_service() {
  pause_unit=deployer-resume-${1%.service}
  systemctl stop "$pause_unit.timer" >/dev/null 2>&1
  systemctl reset-failed "$pause_unit.service" >/dev/null 2>&1
  if pause_answer=$(systemd-run --quiet --collect --unit="$pause_unit" --on-active="$2" systemctl start "$1" 2>&1); then
    pause_answer=$(systemctl stop "$1" 2>&1)
  fi
  encode "$pause_answer"
  frame "t $text"
  report_services "$1"
}

# resume_service UNIT: starts a unit that was paused. Where that fails systemd tries once more when its time has come.
resume_service() {
  if resume_answer=$(systemctl start "$1" 2>&1); then
    systemctl stop "deployer-resume-${1%.service}.timer" >/dev/null 2>&1
  fi
  encode "$resume_answer"
  frame "t $text"
  report_services "$1"
}

# report_journal UNIT LINES
report_journal() {
  encode "$(journalctl --unit="$1" --lines="$2" --quiet --no-pager --output=cat 2>/dev/null)"
  frame "t $text"
}
