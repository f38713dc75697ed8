/*
 * clone3(2) で、はじめから別のcgroupにいて、そこをルートと見る子を作る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o clone_cgroup clone_cgroup.c
 *       sudo ./clone_cgroup
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h> /* struct clone_args、CLONE_INTO_CGROUP */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEMO "/sys/fs/cgroup/demo"

static void show(const char *label)
{
    char ns[64], line[256];
    ssize_t n = readlink("/proc/self/ns/cgroup", ns, sizeof(ns) - 1);
    FILE *f = fopen("/proc/self/cgroup", "re");

    if (n < 0 || !f)
        err(1, "/proc/self");
    ns[n] = '\0';
    while (fgets(line, sizeof(line), f))
        if (strncmp(line, "0::", 3) == 0) /* cgroup v2の行 */
            printf("%-8s%s  self=%s", label, ns, line + 3);
    fclose(f);
    fflush(stdout);
}

int main(void)
{
    int status;

    show("parent");
    if (mkdir(DEMO, 0755) < 0 && errno != EEXIST)
        err(1, "mkdir");
    int fd = open(DEMO, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        err(1, "open");

    /* --8<-- [start:clone3] */
    struct clone_args args = {
        .flags = CLONE_INTO_CGROUP | CLONE_NEWCGROUP,
        .exit_signal = SIGCHLD,
        .cgroup = (uint64_t)fd,
    };
    /* stackを渡さないので、fork(2) と同じく親のスタックの写しで続ける */
    long pid = syscall(SYS_clone3, &args, sizeof(args));
    if (pid < 0)
        err(1, "clone3");
    /* --8<-- [end:clone3] */
    if (pid == 0) {
        show("child");
        _exit(0);
    }

    if (waitpid((pid_t)pid, &status, 0) < 0)
        err(1, "waitpid");
    if (rmdir(DEMO) < 0)
        err(1, "rmdir");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
