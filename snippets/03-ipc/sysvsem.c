/*
 * CLONE_NEWIPCとCLONE_SYSVSEMを同時に渡すと、clone(2) とunshare(2) で結果が違う。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o sysvsem sysvsem.c
 *       sudo ./sysvsem
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 64 * 1024 };
static _Alignas(16) char stack[STACK_SIZE];

static int child(void *arg)
{
    (void)arg;
    return 0;
}

static void report(const char *call, int result)
{
    printf("%-8s%s\n", call, result < 0 ? strerror(errno) : "ok");
}

/* --8<-- [start:main] */
int main(void)
{
    int flags = CLONE_NEWIPC | CLONE_SYSVSEM;

    int pid = clone(child, stack + STACK_SIZE, flags | SIGCHLD, NULL);

    report("clone", pid);
    if (pid > 0) /* 断らないカーネルなら、子がいる */
        waitpid(pid, NULL, 0);
    report("unshare", unshare(flags));
    return 0;
}
/* --8<-- [end:main] */
