#!/bin/bash
# 種類ごとの関数の表を、カーネルのメモリから読むbpftraceのプログラムを作る
echo 'BEGIN {'
for table in $(grep -oE '\b[a-z]+ns(_for_children)?_operations$' /proc/kallsyms | sort); do
  echo "\$o = (struct proc_ns_operations *)kaddr(\"$table\");"
  echo 'printf("%-18s %-26s %s", str($o->name), ksym($o->get), ksym($o->install));'
  echo 'if ($o->get_parent != 0) { printf(" %s", ksym($o->get_parent)); }'
  echo 'printf("\n");'
done
echo 'exit(); }'
