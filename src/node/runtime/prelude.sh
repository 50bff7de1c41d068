# Shared by everything that runs on a node: frames, steps, and how a step says what it found.
# fd 3 takes the frames, fd 9 holds the node's lock; both are closed inside steps, so that nothing a step starts can
# write answers or keep the lock. `mode` is check (nothing is changed) or apply.
set -u
cd /
base=/var/lib/deployer
room=/dev/null
halted=
changing=
nl='
'

# frame LINE: on a full disk the reserve makes room, and a fresh line keeps a half written one apart.
frame() {
  printf '%s\n' "$1" >&3 && return
  rm -f "$room/reserve"
  printf '\n%s\n' "$1" >&3
}

# encode TEXT: sets $text to a frame's text field; a process is spent only where the text is not plain ASCII.
encode() {
  case $1 in
    *[!' '-~]*) text=+$(printf %s "$1" | base64 -w 0) ;;
    *) text=-$1 ;;
  esac
}

# clock: sets $now to milliseconds since boot.
clock() {
  read -r now _ </proc/uptime
  now_fraction=${now#*.}
  now=$((${now%.*} * 1000 + ${now_fraction#0} * 10))
}

# stop REASON TEXT: ends this exchange before its steps.
stop() {
  encode "$2"
  frame "! $1 $text"
  frame .
  exit 0
}

# take_lock KIND SECONDS: locks fd 9 (s shared, x exclusive), and says so when another runner has it.
take_lock() {
  flock "-$1" -n 9 && return
  holder=
  read -r holder <"$base/lock"
  encode "$holder"
  frame "~ $text"
  flock "-$1" -w "$2" 9 || stop busy "$holder"
}

# step ID KIND WORD…: one step; kind_KIND sets $status and $detail, $verb to what it does to a service, and $found
# to the hash of a file that is another than the wished one. After a failure later steps are not begun.
step() {
  [ -z "$halted" ] || return 0
  step_id=$1
  step_kind=$2
  shift 2
  log=/dev/null
  if [ "$mode" = apply ]; then
    frame "> $step_id"
    log=$room/output/$step_id
  fi
  status=ok
  detail=
  verb=
  found=
  clock
  step_began=$now
  "kind_$step_kind" "$@" </dev/null 3>&- 9>&-
  clock
  if [ "$mode" = check ] && [ -n "$verb" ]; then frame "v $step_id $verb"; fi
  if [ "$mode" = check ] && [ -n "$found" ]; then frame "h $step_id $found"; fi
  encode "$detail"
  frame "= $step_id $status $((now - step_began)) $text"
  if [ "$mode$status" = applyfailed ]; then halted=1; fi
}

# differs TEXT: notes something that is not as wished.
differs() {
  detail="${detail:+$detail; }$1"
}

# as_wished: true when the step ends here, because nothing differs or because this is only a look.
as_wished() {
  [ -n "$detail" ] || return 0
  status=changed
  note_change || return 0
  [ "$mode" = check ] || return 1
  status=would-change
}

# note_change: before a bundle changes anything of a phase that a service may read at its start, this bundle's number
# goes to $base/changes/PHASE, to stay. Starting a service changes nothing of that kind, nor does the identity.
note_change() {
  note_phase=${step_id%.*}
  case $step_kind$changing in
    service* | *" $note_phase "*) return ;;
  esac
  if [ "$step_id" = identity ]; then return; fi
  changing="$changing $note_phase "
  [ "$mode" = check ] || put_line "$generation" "$base/changes/$note_phase" 2>>"$log" || fail "$(last_lines "could not write $base/changes/$note_phase")"
}

# changed_since GENERATION [PHASE]…: whether anything of these phases, or of any where none is named, was changed by
# later bundles, or differs in front of this step.
changed_since() {
  since=$1
  shift
  if [ $# -eq 0 ]; then
    [ -z "$changing" ] || return 0
    # shellcheck disable=SC2046 # names of phases have no blanks
    set -- $(ls "$base/changes" 2>/dev/null)
  fi
  for changed_phase in "$@"; do
    case $changing in
      *" $changed_phase "*) return 0 ;;
    esac
    last_change=0
    if [ -f "$base/changes/$changed_phase" ]; then read -r last_change <"$base/changes/$changed_phase"; fi
    [ "$last_change" -le "$since" ] || return 0
  done
  return 1
}

# put_line TEXT PATH: whole or not at all, and still there after a power cut.
put_line() {
  echo "$1" >"$2.new" && sync "$2.new" && mv -T "$2.new" "$2" && sync "${2%/*}"
}

# fail TEXT: the step failed; always false, for `… || return`.
fail() {
  status=failed
  detail=$1
  free=$(stat -f -c %a "$base" 2>/dev/null)
  if [ "${free:-1}" -lt 16 ]; then detail="the disk is full$nl$detail"; fi
  return 1
}

# attempt WORD…: runs a command, its output into the step's log; when it fails, the step fails with its last lines.
attempt() {
  "$@" >>"$log" 2>&1 && return
  attempt_code=$?
  attempt_words=$*
  fail "$(last_lines "exit code $attempt_code: ${attempt_words%%"$nl"*}")"
}

# last_lines TITLE: the title and the end of the step's log.
last_lines() {
  printf '%s\n' "$1"
  tail -n 20 "$log" | tail -c 8000
}

# pick TABLE KEY: sets $picked to what follows KEY at the beginning of a line of the table; false when no line has it.
pick() {
  picked=
  case $nl$1 in
    *"$nl$2"*) ;;
    *) return 1 ;;
  esac
  picked=$nl$1
  picked=${picked#*"$nl$2"}
  picked=${picked%%"$nl"*}
}
