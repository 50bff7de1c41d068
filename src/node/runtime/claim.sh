# A machine that was there before its cluster belongs to it by its claim, one line of JSON. It appears whole, by a link
# that is refused where there is one: of two clusters that want a machine at the same moment one gets it.
claim_file=$base/claim.json

# report_host: what the machine is made of, whose it is, and for whom it works.
report_host() {
  report_facts
  if [ -f "$base/node.json" ]; then
    identity=
    read -r identity <"$base/node.json"
    encode "$identity"
    frame "i $text"
  fi
  report_claim
}

# report_claim
report_claim() {
  claim_held=
  if [ -f "$claim_file" ]; then read -r claim_held <"$claim_file"; fi
  encode "$claim_held"
  frame "t $text"
}

# claim_host CLAIM: where there is none, this one holds; then the one that holds is told.
claim_host() {
  claim_new=$base/.claim.$$
  if mkdir -p "$base" && [ ! -e "$claim_file" ]; then
    printf '%s\n' "$1" >"$claim_new" && sync "$claim_new" && ln -T "$claim_new" "$claim_file"
    rm -f "$claim_new"
    sync "$base"
  fi
  report_claim
}
