/*
 * clone(2) で、はじめから別のUTS名前空間にいる子プロセスを作る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o clone_uts clone_uts.c
 *       sudo ./clone_uts
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 1024 * 1024 };
static _Alignas(16) char stack[STACK_SIZE];

static void show(const char *label)
{
    struct utsname u;
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/uts", ns, sizeof(ns) - 1);

    if (n < 0)
        err(1, "readlink");
    ns[n] = '\0';
    if (uname(&u) < 0)
        err(1, "uname");
    printf("%-8s%s  %s\n", label, ns, u.nodename);
}

/* 子はここから始まり、戻り値が終了ステータスになる */
static int child(void *arg)
{
    const char *name = arg;

    if (sethostname(name, strlen(name)) < 0)
        err(1, "sethostname");
    show("child");
    fflush(stdout); /* ここからのreturnは_exit(2) で終わり、stdioを吐き出さない */
    return 0;
}

int main(void)
{
    char name[] = "inner";
    int status;

    /* スタックは下へ伸びるので、領域の終わりを渡す */
    pid_t pid = clone(child, stack + STACK_SIZE, CLONE_NEWUTS | SIGCHLD, name);
    if (pid < 0)
        err(1, "clone");

    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    show("parent");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
