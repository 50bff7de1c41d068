# The beginning of an observation: no effect at all, everything in the foreground. LOCK-WAIT-SECONDS
exec 3>&1 1>/dev/null 2>&1
mode=check

begin_check() {
  if [ -f "$base/lock" ]; then
    exec 9<"$base/lock"
    take_lock s "$1"
  fi
  report_facts
  generation=0
  if [ -f "$base/generation" ]; then read -r generation <"$base/generation"; fi
  frame "g $generation"
  if [ -f "$base/node.json" ]; then
    identity=
    read -r identity <"$base/node.json"
    encode "$identity"
    frame "i $text"
  fi
}

# survey KIND WORD…: asks once for all steps of a kind what each of them would have to ask for by itself.
survey() {
  survey_kind=$1
  shift
  "ask_$survey_kind" "$@" 3>&- 9>&-
}
