# 箱の中から見えるものを、名前と値の行で表示する（busyboxだけで動く）
for name in user mnt pid uts ipc net cgroup time; do
  echo "$name $(readlink /proc/self/ns/$name)"
done
ids=0
while read -r _ _ count; do ids=$((ids + count)); done < /proc/self/uid_map
echo "UIDs $ids"
echo "PID1 $(cat /proc/1/comm)"
while read -r name value; do
  case $name in CapEff:|NoNewPrivs:|Seccomp:) echo "${name%:} $value" ;; esac
done < /proc/self/status
echo "nested-user $(unshare -U true 2> /dev/null && echo yes || echo no)"
echo "secret $SECRET"
echo "open-dir $(cat /proc/self/fd/9/etc/hostname 2> /dev/null)"
echo "devices $(ls -l /dev | grep -c '^c')"
echo "pty $([ -c /dev/ptmx ] && echo ok || echo no)"
echo "root $(touch /made 2> /dev/null && echo rw || echo ro)"
echo "proc-sys $(echo 1 2> /dev/null > /proc/sys/net/ipv4/ip_forward && echo rw || echo ro)"
echo "kcore $([ -c /proc/kcore ] && echo masked || echo plain)"
echo "sys $(ls /sys 2> /dev/null | wc -w)"
