# サンドボックスの中で試し、できたかどうかを1行ずつ表示する。実行: sh -s 外のPID < attempts.sh
try() {
  name=$1
  shift
  "$@" > /dev/null 2>&1 && did=yes || did=no
  printf '%-14s%s\n' "$name" "$did"
}
try write-work touch work/made
try write-outside touch outside
try read-secret cat secret/key
try connect-tcp bash -c 'true < /dev/tcp/127.0.0.1/8080'
try see-process test -d "/proc/$1"
try signal kill -0 "$1"
try new-userns unshare --user true
try environment sh -c 'test "$API_KEY"'
