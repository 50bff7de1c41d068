# The beginning and the end of a runner, detached from the connection that started it.
mode=apply

# begin_apply RUN GENERATION LOCK-WAIT-SECONDS: takes the run's claim, then the node's lock, then the generation fence.
begin_apply() {
  run=$1
  room=$base/runs/$run
  read -r booted </proc/sys/kernel/random/boot_id
  read -r stat <"/proc/$$/stat"
  claim "${stat##*) }" "$booted"
  exec 3>>"$room/spool" 9>>"$base/lock"
  take_lock x "$3"
  echo "$run" >"$base/lock"
  pass_fence "$2"
  mkdir -p "$room/output" "$base/services" "$base/changes" "$base/applied" "$base/suites"
  umask 022
  report_facts
}

# claim PROCESS-STATE BOOT: the first runner of a run makes the pid file; any other ends here.
claim() {
  claim_boot=$2
  # shellcheck disable=SC2086 # the fields of /proc/PID/stat behind the name; the 20th is the start time
  set -- $1
  set -C
  echo "$$ ${20} $claim_boot" 2>/dev/null >"$room/pid" || exit 0
  set +C
}

# pass_fence EXPECTED: counts this bundle, or stops when another one was applied since it was made.
pass_fence() {
  generation=0
  if [ -f "$base/generation" ]; then read -r generation <"$base/generation"; fi
  [ "$generation" = "$1" ] || stop stale "$generation"
  generation=$((generation + 1))
  put_line "$generation" "$base/generation" || stop unwritable "$base/generation"
  frame "g $generation"
}

# end_apply: the last frame, then the clean-up, which nobody waits for.
end_apply() {
  frame .
  exec 9>&-
  tidy 3>&- &
}

# tidy: what only a run under way needs, uploads and deliveries that never ended, and old runs' output. A run's name, claim and spool
# stay for ever: a copy of its bundle that arrives late must find them.
tidy() {
  rm -rf "$room/files" "$room/run.sh" "$room/reserve"
  find "$base/runs" -maxdepth 1 -name '.up.*' -mmin +60 -exec rm -rf {} +
  find "$base" -mindepth 2 -maxdepth 2 -path "$base/artifacts/*" -mtime +7 -exec rm -rf {} +
  # shellcheck disable=SC2012 # run names are letters, digits, dots and dashes
  ls -1t "$base"/runs/*/spool | tail -n +6 | while read -r old; do
    cd "${old%/spool}" && rm -rf files run.sh reserve output
  done
}
