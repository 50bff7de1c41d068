# The first thing that runs on a node when a bundle is applied or followed: RUN OFFSET SEND NONCE-HALF NONCE-HALF.
# Comments go and the lines are joined to one, which stands in single quotes in a command line of any login shell
# (bash, dash, zsh, fish, tcsh): so no single quote, backslash or exclamation mark here, and every line ends its command.
# shellcheck disable=SC2086,SC2046 # no value here has blanks, and the splitting of stat is meant
umask 077;
run=$1; offset=$2; send=$3; token=$4$5;
base=/var/lib/deployer;
room=$base/runs/$run;
upload=$base/runs/.up.$run.$token;
say() { echo "@$token $*"; exit 0; };
# A run's folder appears whole (rename) or not at all; the spool is there before anybody may follow it.
# The reserve lets the runner say its last words on a full disk.
unpack() {
mkdir -p $upload &&
timeout 600 tar -xzmof - -C $upload &&
head -c 65536 /dev/zero > $upload/reserve &&
: > $upload/spool &&
cat $upload/run.sh > /dev/null;
};
if [ -d $room ]; then :; else
[ $send = 1 ] || say absent;
why=$(unpack 2>&1) || { rm -rf $upload; say refused $(echo "$why" | tail -c 8000 | base64 -w 0); };
mv -T $upload $room 2> /dev/null || { rm -rf $upload; [ -f $room/spool ] || say refused; };
fi;
# Whoever comes first starts the runner; the runner itself takes the claim, and a second one ends at once.
[ -s $room/pid ] || setsid -f sh $room/run.sh $run < /dev/null > /dev/null 2> $room/err;
tries=0;
until [ -s $room/pid ]; do
tries=$((tries + 1)); [ $tries -lt 1000 ] || say unclaimed; sleep 0.005;
done;
# Alive only if the process with this id still is the one that took the claim.
read -r pid began boot < $room/pid;
read -r booted < /proc/sys/kernel/random/boot_id;
stat=; [ -r /proc/$pid/stat ] && read -r stat < /proc/$pid/stat;
set -- ${stat##*) };
if [ "$boot ${20}" = "$booted $began" ]; then
echo "@$token ok live";
exec tail -c +$((offset + 1)) -f -s 0.01 --pid=$pid $room/spool;
fi;
echo "@$token ok dead";
exec tail -c +$((offset + 1)) $room/spool;
