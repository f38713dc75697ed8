/*
 * clone(2) に CLONE_NEWTIME（0x80）を渡すと、何が起きるか。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o clone_signal clone_signal.c
 *       sudo ./clone_signal
 */
#define _GNU_SOURCE
#include <err.h>
#include <linux/sched.h> /* CLONE_NEWTIME */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static _Alignas(16) char stack[1024 * 1024];

static int child(void *unused)
{
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/time", ns, sizeof(ns) - 1);

    (void)unused;
    printf("child   %.*s\n", n < 0 ? 0 : (int)n, ns);
    fflush(stdout);
    return 0;
}

// --8<-- [start:main]
int main(void)
{
    char command[64];

    /* CLONE_VFORKは、子が終わるのを待ってから戻るため。結果には関わらない */
    int flags = CLONE_NEWTIME | CLONE_VFORK | SIGCHLD;
    pid_t pid = clone(child, stack + sizeof(stack), flags, NULL);
    if (pid < 0)
        err(1, "clone");
    /* 38番目の項目が、終了を知らせるシグナルの番号 */
    snprintf(command, sizeof(command), "cut -d' ' -f38 /proc/%d/stat", pid);
    if (system(command) != 0)
        errx(1, "%s", command);
    if (waitpid(pid, NULL, 0) < 0)
        warn("waitpid");
    if (waitpid(pid, NULL, __WALL) == pid)
        puts("waitpid(__WALL): ok");
    return 0;
}
// --8<-- [end:main]
