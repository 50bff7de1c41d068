# Takes parts of files that are delivered: NONCE-HALF NONCE-HALF. Standard input holds, for each part, a line ID DIGEST
# OFFSET LENGTH and so many bytes; each part is acknowledged once it is on disk. A part that ended early is none.
# The rules of enter.sh hold here too.
# shellcheck disable=SC2086 # no value here has blanks, and the splitting of what dd says is meant
umask 077;
token=$1$2;
base=/var/lib/deployer;
why=$(mkdir -p $base/artifacts 2>&1) || { echo "@$token refused $(echo "$why" | tail -c 8000 | base64 -w 0)"; exit 0; };
cd $base/artifacts || exit 0;
echo "@$token ok";
while read -r id digest offset length; do
[ -d $id ] || mkdir -p $id;
if why=$(dd of=$id/$digest bs=256K count=$length seek=$offset iflag=fullblock,count_bytes oflag=seek_bytes conv=notrunc,fdatasync 2>&1); then
set -- $why;
case " $*" in
*" $length byte"*) echo "$digest $offset $length" >> $id/have && echo "+ $id $digest $offset"; ;;
*) exit 0; ;;
esac;
else
echo "failed $(stat -f -c "%a %S" .) $(echo "$why" | tail -c 8000 | base64 -w 0)"; exit 0;
fi;
done;
