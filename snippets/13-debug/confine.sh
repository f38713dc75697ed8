# snap-confineのまね: マウント名前空間を初めに1つ作って残し、次からは入り直す。
# 実行: sudo sh confine.sh COMMAND...
set -e
kept=/run/snapd/ns/shop.mnt
if ! findmnt "$kept" > /dev/null; then
    mkdir -p /run/snapd/ns
    if ! findmnt /run/snapd/ns > /dev/null; then
        mount --bind /run/snapd/ns /run/snapd/ns
        mount --make-private /run/snapd/ns
    fi
    touch "$kept"
    unshare --mount="$kept" sh -ec '
        mount --rbind base/current /mnt
        mount --rbind /proc /mnt/proc
        cd /mnt
        pivot_root . var/lib/snapd/hostfs
    '
fi
exec nsenter --mount="$kept" "$@"
