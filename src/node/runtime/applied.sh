# What was last applied: $base/applied has one file a phase with its wishes as JSON, and .order with the phases in one
# line. Only root may look into that folder, for the wishes hold whole files, secret ones too.
phase_order=$base/applied/.order

# order_phases PHASE…: all phases of today's recipe, in order; what is kept of others goes.
order_phases() {
  [ -z "$halted" ] || return 0
  put_line "$*" "$phase_order" || stop unwritable "$phase_order"
  for record in "$base"/applied/*; do
    case " $* " in
      *" ${record##*/} "*) ;;
      *) keep_begun "$record" ;;
    esac
  done
}

# begin_phase HASH: what a machine that goes on after its cluster was told is kept until all of it is recorded.
begin_phase() {
  [ -z "$halted" ] && [ -f "$base/claim.json" ] && [ ! -e "$base/begun/$1" ] || return 0
  [ -d "$base/begun" ] || mkdir -m 700 "$base/begun"
  cp "$room/files/$1" "$base/begun/$1"
}

# keep_begun RECORD: of a phase that is no longer one.
keep_begun() {
  if [ ! -f "$base/claim.json" ]; then
    rm -f "$1"
    return
  fi
  [ -d "$base/begun" ] || mkdir -m 700 "$base/begun"
  mv -T "$1" "$base/begun/former-${1##*/}"
}

# record_phase PATH HASH: all steps of a phase have ended well. It is no step: it is in no answer, and changes nothing
# that a service reads.
record_phase() {
  [ -z "$halted" ] || return 0
  log=$room/output/.record
  add_to_order "${1##*/}" && put_file "$1" "$2" root root 600 && return
  halted=1
  encode "$detail"
  frame "! unrecorded $text"
}

# add_to_order PHASE: behind the others, where the bundle did not say which phases there are.
add_to_order() {
  phases=
  if [ -f "$phase_order" ]; then read -r phases <"$phase_order"; fi
  case " $phases " in
    *" $1 "*) ;;
    *) put_line "${phases:+$phases }$1" "$phase_order" 2>>"$log" || fail "$(last_lines "could not write $phase_order")" ;;
  esac
}

# compare_record PATH HASH: says when that is not what the node has kept of the phase.
compare_record() {
  see "$1"
  [ "$seen_hash" = "$2" ] || frame "u ${1##*/}"
}

# report_begun: one frame for each record of a phase that was begun, whether it was ended or not.
report_begun() {
  for record in "$base"/begun/*; do
    if [ -f "$record" ]; then frame "a begun +$(base64 -w 0 "$record")"; fi
  done
}

# report_applied: one frame for each phase that was applied, in order.
report_applied() {
  if [ -f "$phase_order" ]; then read -r phases <"$phase_order"; else phases=; fi
  for phase in $phases; do
    record=$base/applied/$phase
    if [ -f "$record" ]; then frame "a $phase +$(base64 -w 0 "$record")"; fi
  done
}
