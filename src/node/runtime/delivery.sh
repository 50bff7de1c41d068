# How files of artifacts come to a node before the step that needs them.

# report_deliveries PLACE ID [PLACE ID]…: one text. `complete ID` where the folder is whole and nothing is needed, else
# what of it was delivered, and how much room there is for it.
report_deliveries() {
  delivery_answer=$(while [ $# -gt 0 ]; do
    report_delivery "$1" "$2"
    shift 2
  done | base64 -w 0)
  frame "t +$delivery_answer"
}

# report_delivery PLACE ID
report_delivery() {
  examine_artifact "$1" "$2"
  if [ -z "$flaw" ]; then
    echo "complete $2"
    return
  fi
  for delivery_list in have verified; do
    if [ -f "$deliveries/$2/$delivery_list" ]; then
      sed "s/^/$delivery_list $2 /" "$deliveries/$2/$delivery_list"
    fi
  done
  delivery_base=$(nearest_folder "$base")
  delivery_folder=$(nearest_folder "${1%/*}")
  # Blocks that are free, and their size, where files are delivered to and where they are unpacked to.
  echo "room $2 $(stat -f -c '%a %S' "$delivery_base") $(stat -f -c '%a %S' "$delivery_folder") $(stat -c %d "$delivery_base" "$delivery_folder" | uniq | wc -l)"
}

# nearest_folder PATH: it, or what of its parents there is.
nearest_folder() {
  nearest=$1
  while [ -n "$nearest" ] && [ ! -d "$nearest" ]; do nearest=${nearest%/*}; done
  echo "$nearest/"
}

# settle_delivery ID DIGEST…: files whose parts are all there; answers with those that are not what they should be, of
# which nothing stays.
settle_delivery() {
  delivery_id=$1
  shift
  delivery_bad=
  delivery_good=
  delivery_sums=$(sum_delivery sha256 "$@" && sum_delivery sha512 "$@")
  for digest in "$@"; do
    case $nl$delivery_sums$nl in
      *"$nl${digest#*:}  $digest$nl"*) delivery_good="$delivery_good$digest$nl" ;;
      *)
        delivery_bad="$delivery_bad$digest$nl"
        forget_delivered "$digest"
        ;;
    esac
  done
  printf %s "$delivery_good" >>"$deliveries/$delivery_id/verified"
  sync "$deliveries/$delivery_id/verified"
  encode "$delivery_bad"
  frame "t $text"
}

# sum_delivery ALGORITHM DIGEST…: the sums of the files that are named after this algorithm.
sum_delivery() {
  delivery_algorithm=$1
  shift
  for digest in "$@"; do
    shift
    case $digest in
      "$delivery_algorithm":*) set -- "$@" "$digest" ;;
    esac
  done
  [ $# -eq 0 ] || (cd "$deliveries/$delivery_id" && "${delivery_algorithm}sum" -- "$@")
}

# forget_delivered DIGEST
forget_delivered() {
  delivery_have=$deliveries/$delivery_id/have
  rm -f -- "$deliveries/$delivery_id/$1"
  if [ -f "$delivery_have" ]; then
    grep -v "^$1 " "$delivery_have" >"$delivery_have.new"
    mv -T -- "$delivery_have.new" "$delivery_have"
  fi
}

# discard_deliveries ID…: what was delivered of these goes, so that a full disk does not stay full.
discard_deliveries() {
  for delivery_id in "$@"; do rm -rf -- "${deliveries:?}/${delivery_id:?}"; done
}

# fetch_delivery ID DIGEST URL…: the node gets the file by itself, from the first place that has it. Tells how many
# bytes it has got so far; answers with nothing, or with why it has not got it.
fetch_delivery() {
  delivery_id=$1 digest=$2
  shift 2
  delivery_file=$deliveries/$delivery_id/$digest
  delivery_log=$deliveries/$delivery_id/log
  mkdir -p "$deliveries/$delivery_id" || stop unwritable "$deliveries"
  : >"$delivery_log"
  # An attempt that lost its connection may still be at it: its helper holds the lock.
  exec 8>>"$deliveries/$delivery_id/lock"
  flock -w 1800 8
  for url in "$@"; do
    if download_delivery "$url"; then
      judge_delivery "$url"
      return
    fi
  done
  frame "t +$(tail -c 4000 "$delivery_log" | base64 -w 0)"
}

# download_delivery URL: apt's own program, which is everywhere, goes through the node's proxy, and resumes.
download_delivery() {
  /usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=3 -o Acquire::http::Timeout=30 \
    -o Acquire::https::Timeout=30 download-file "$1" "$delivery_file" >>"$delivery_log" 2>&1 3>&- 9>&- &
  delivery_process=$!
  while kill -0 "$delivery_process" 2>/dev/null; do
    frame "p $(stat -c %s "$delivery_file" 2>/dev/null || echo 0)"
    sleep 0.5
  done
  wait "$delivery_process"
}

# judge_delivery URL
judge_delivery() {
  delivery_sum=$(sum_delivery "${digest%%:*}" "$digest")
  if [ "${delivery_sum%% *}" = "${digest#*:}" ]; then
    echo "$digest" >>"$deliveries/$delivery_id/verified"
    sync "$delivery_file" "$deliveries/$delivery_id/verified"
    frame 't -'
    return
  fi
  rm -f -- "$delivery_file"
  encode "mismatch ${delivery_sum%% *} $1"
  frame "t $text"
}
