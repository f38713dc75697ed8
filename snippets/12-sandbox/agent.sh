# エージェントのサンドボックス。実行: bash agent.sh LAYER WRITABLE COMMAND...（LAYERは、landlock、bwrap、both）
set -e
layer=$1 work=$(realpath "$2")
shift 2
command=("$@")
[ "$layer" = bwrap ] || command=(python3 landlock.py "$work" "$@")
[ "$layer" = landlock ] || command=(
  bwrap --ro-bind / / --bind "$work" "$work" --dev /dev --proc /proc --tmpfs /tmp
  --unshare-all --unshare-user --disable-userns --new-session --die-with-parent
  --clearenv --setenv PATH /usr/bin:/bin "${command[@]}")
exec "${command[@]}"
