# Another suite is the node's own source of Debian, with that suite in it, beside a pin that keeps apt from taking
# anything from there that was not asked for. Below 100 nothing that is installed is upgraded to it either.

# compare_suite: in check mode nothing can be told where apt has no lists, and nothing is to be done where somebody
# else has added the suite, or where it is the node's own. Asking apt takes a second, so a look does not while all is
# as it was sealed.
compare_suite() {
  suite_base=deployer-$suite
  if [ "$mode" = check ] && [ "$(cat "$base/suites/$suite" 2>/dev/null)" = "$(suite_seal)" ]; then return 0; fi
  pin_path=/etc/apt/preferences.d/$suite_base
  source_path=
  find_source
  if [ -z "$debian_source" ] && [ "$mode" = apply ]; then
    update_lists
    find_source
    [ -n "$debian_source" ] || fail "no source of apt's is Debian's own, so nothing says where $suite is:$nl$(tail -n 20 "$log")" || return
  fi
  if [ -z "$debian_source" ] || [ -n "$suite_known" ]; then return 0; fi
  pin_text="Package: *${nl}Pin: release o=Debian*,n=$suite${nl}Pin-Priority: 50"
  source_file=${debian_source%:*}
  source_path=/etc/apt/sources.list.d/$suite_base.${source_file##*.}
  source_text=$(suite_source "$source_file" "${debian_source##*:}")
  compare_text "$pin_path" "$pin_text" "the pin of $suite"
  compare_text "$source_path" "$source_text" "the source of $suite"
}

# find_source: sets $debian_source to the place (FILE:LINE, or FILE:STANZA of a .sources file) of apt's first entry for
# Debian itself, and $suite_known when an entry that is not ours has the suite. Who is Debian, apt knows from its lists;
# it keeps no cache of them here, because a check writes nothing.
find_source() {
  debian_source=
  suite_known=
  # shellcheck disable=SC2016 # apt's own placeholders
  source_table=$(apt-get -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= indextargets \
    --format '$(SOURCESENTRY)|$(RELEASE)|$(CODENAME)|$(REPO_URI)|$(ORIGIN)|$(LABEL)' \
    'Created-By: Packages' 'Component: main' 2>/dev/null)
  while IFS='|' read -r entry release codename uri origin label; do
    case "$entry $uri $origin" in
      /etc/apt/sources.list.d/deployer-* | *' cdrom:'*) continue ;;
      *' Debian'*) ;;
      *) continue ;;
    esac
    case $suite in "$release" | "$codename") suite_known=1 ;; esac
    if [ "$origin|$label" = 'Debian|Debian' ]; then debian_source=${debian_source:-$entry}; fi
  done <<END
$source_table
END
}

# suite_source FILE NUMBER: prints that entry, all its options kept, for the main packages of $suite.
suite_source() {
  case $1 in
    *.sources) suite_stanza "$1" "$2" ;;
    *) sed -nE "$2s/^[[:space:]]*deb[[:space:]]+((\[[^]]*\][[:space:]]*)?[^[:space:]]+).*/deb \1 $suite main/p" "$1" ;;
  esac
}

# suite_stanza FILE NUMBER
suite_stanza() {
  printf 'Types: deb\nSuites: %s\nComponents: main\n' "$suite"
  awk -v "wanted=$2" '
    /^#/ { next }
    /^[ \t]*$/ { inside = 0; next }
    !inside { inside = 1; stanza++ }
    stanza != wanted { next }
    /^[^ \t]/ { dropped = tolower($0) ~ /^(types|suites|components)[ \t]*:/ }
    !dropped' "$1"
}

# compare_text PATH TEXT NAME
compare_text() {
  if [ ! -f "$1" ]; then
    differs "$3 is not there"
  elif [ "$(cat "$1")" != "$2" ]; then
    differs "$3 differs"
  fi
}

# put_suite: the pin first, so that apt never sees the one without the other. A source that apt cannot read or does not
# trust would spoil every later update, so it does not stay.
put_suite() {
  [ -n "$source_path" ] || return 0
  put_text "$pin_path" "$pin_text" || return
  if [ ! -f "$source_path" ] || [ "$(cat "$source_path")" != "$source_text" ]; then
    rm -f "/etc/apt/sources.list.d/$suite_base.list" "/etc/apt/sources.list.d/$suite_base.sources"
    put_text "$source_path" "$source_text" || return
    if lists_are_fresh; then update_source; else update_lists; fi
  fi
  suite_has_lists || update_lists
  suite_has_lists && return
  rm -f "$source_path" "$pin_path"
  fail "$(last_lines 'apt-get update failed:')"
}

# suite_seal: prints a checksum of all that says where apt finds the suite.
suite_seal() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/* "/etc/apt/preferences.d/$suite_base" 2>/dev/null | sha256sum
}

# seal_suite: remembers that all is as it should be.
seal_suite() {
  put_text "$base/suites/$suite" "$(suite_seal)"
}

# update_source: gets the lists of the suite alone, where those of all others are there.
update_source() {
  apt -o "Dir::Etc::sourcelist=$source_path" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0 update
}

# put_text PATH TEXT
put_text() {
  put_line "$2" "$1" 2>>"$log" || fail "$(last_lines "could not write $1")"
}

# suite_has_lists
suite_has_lists() {
  for list in /var/lib/apt/lists/*_dists_"${suite}"_main_*_Packages*; do
    [ -e "$list" ] && return
  done
}

# with_suite PACKAGE: sets $package to how apt takes it from the suite; what is installed stays where it came from, and
# a version says by itself where it is.
with_suite() {
  package=$1
  case "$suite $1" in
    ' '* | *=*) return ;;
  esac
  case "$missing " in
    *" $1 "*) package=$1/$suite ;;
  esac
}
