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
    int pid = clone(child, stack + sizeof(stack), CLONE_NEWTIME | SIGCHLD, NULL);
    if (pid < 0)
        err(1, "clone");
    if (waitpid(pid, NULL, 0) < 0)
        warn("waitpid");
    if (waitpid(pid, NULL, __WALL) == pid)
        puts("waitpid(__WALL): ok");
    return 0;
}
// --8<-- [end:main]
