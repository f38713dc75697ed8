/*
 * clone(2) で、はじめから別のIPC名前空間にいる子プロセスを作る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o clone_ipc clone_ipc.c
 *       sudo ./clone_ipc
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 1024 * 1024 };
static _Alignas(16) char stack[STACK_SIZE];
static const key_t KEY = 0x2026;

static void show(const char *label)
{
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/ipc", ns, sizeof(ns) - 1);

    if (n < 0)
        err(1, "readlink");
    ns[n] = '\0';
    printf("%-8s%s  ", label, ns);

    int msqid = msgget(KEY, 0);
    if (msqid < 0)
        printf("%s\n", strerror(errno));
    else
        printf("id %d\n", msqid);
}

/* --8<-- [start:main] */
/* 子はここから始まり、戻り値が終了ステータスになる */
static int child(void *arg)
{
    (void)arg;
    if (msgget(KEY, IPC_CREAT | IPC_EXCL | 0600) < 0)
        err(1, "msgget");
    show("child");
    fflush(stdout); /* ここからのreturnは_exit(2) で終わり、stdioを吐き出さない */
    return 0;
}

int main(void)
{
    int status;

    /* スタックは下へ伸びるので、領域の終わりを渡す */
    pid_t pid = clone(child, stack + STACK_SIZE, CLONE_NEWIPC | SIGCHLD, NULL);
    if (pid < 0)
        err(1, "clone");

    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    show("parent");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
/* --8<-- [end:main] */
