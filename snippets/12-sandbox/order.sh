# straceで、名前空間に関わる呼び出しを、順に1行ずつ表示する。実行: bash order.sh COMMAND...
strace -f -qq -o trace -e trace=unshare,clone,clone3,pivot_root,close_range,openat "$@"
grep -oE '(unshare|clone3?)\(.*CLONE_NEW[A-Z_|]*|pivot_root|close_range|"[^"]*uid_map", O_(WRONLY|RDWR)' trace |
  sed -E 's/child_stack=NULL, flags=//; s/CLONE_//g; s/.*(uid_map).*/\1/; s/\(.*/&)/' | uniq
