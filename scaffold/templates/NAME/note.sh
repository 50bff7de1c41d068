#!/bin/sh
# Called by the web server for every request: POST leaves a note, and both POST and GET answer with the note.
set -eu
if [ "$REQUEST_METHOD" = POST ]; then
  cat > "$NOTE.new"
  mv "$NOTE.new" "$NOTE"
fi
printf 'Content-Type: text/plain\r\n\r\n'
cat "$NOTE"
