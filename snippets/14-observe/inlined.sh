#!/bin/bash
# カーネルの記号の表に、その名前があるか
for name in copy_pid_ns create_pid_namespace validate_nsset commit_nsset \
  vdso_join_timens exit_task_namespaces find_alive_thread; do
  found=$(sudo grep -oE " [tT] $name(\.[a-z]+\.[0-9]+)?$" /proc/kallsyms | cut -c4-)
  printf '%-21s %s\n' $name "${found:--}"
done
