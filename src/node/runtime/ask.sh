# The first thing that runs on a node when it is asked something without any effect: NONCE-HALF NONCE-HALF, the script
# gzipped on stdin. A script that did not arrive whole fails gzip's checksum and is not run. Nothing is written.
# A gzip that waits on a dead connection holds nothing, so no time limit is worth its process.
# The rules of enter.sh hold here too.
umask 077;
token=$1$2;
script=$(gzip -dc 2> /dev/null) || { echo "@$token refused"; exit 0; };
echo "@$token ok";
eval "$script";
