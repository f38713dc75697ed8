#!/bin/bash
# 種類を1つだけ禁じて、全種類を一度に作る。作った順と、失敗のあとに手放した順を並べる
cd /sys/kernel/tracing || exit
echo create_new_namespaces > set_graph_function
echo copy_{mnt,pid,cgroup,net,time}_ns copy_utsname copy_ipcs > set_ftrace_filter
echo put_{mnt,ipc,pid}_ns free_{uts,cgroup}_ns __put_net create_new_namespaces >> set_ftrace_filter
echo $$ > set_ftrace_pid
echo 1 > options/function-fork
echo 0 | tee options/funcgraph-{cpu,duration} > /dev/null
echo function_graph > current_tracer
for kind in mnt uts ipc pid cgroup net time; do
  echo > trace
  unshare -U -r bash -c "echo 0 > /proc/sys/user/max_${kind}_namespaces
    exec unshare -muipnCT true" 2>&1 | sed "s/.*: /$kind: /"
  # 字下げが2つの行だけ。それより深いものは、それぞれの関数の中のこと
  grep -oE '^  [a-z_]+' trace | xargs
done
echo nop > current_tracer
echo | tee set_ftrace_{filter,pid} set_graph_function > /dev/null
echo 0 > options/function-fork
echo 1 | tee options/funcgraph-{cpu,duration} > /dev/null
