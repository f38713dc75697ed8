/*
 * clone(2) で、はじめから別のマウント名前空間にいる子プロセスを作る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o clone_mnt clone_mnt.c
 *       sudo ./clone_mnt
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 1024 * 1024 };
static _Alignas(16) char stack[STACK_SIZE];

static void show(const char *label)
{
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/mnt", ns, sizeof(ns) - 1);

    if (n < 0)
        err(1, "readlink");
    ns[n] = '\0';
    printf("%-8s%s  /mnt/inner: %s\n", label, ns,
           access("/mnt/inner", F_OK) == 0 ? "yes" : "no");
}

/* --8<-- [start:main] */
/* 子はここから始まり、戻り値が終了ステータスになる */
static int child(void *arg)
{
    (void)arg;
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        err(1, "mount /");
    if (mount("tmpfs", "/mnt", "tmpfs", 0, NULL) < 0)
        err(1, "mount /mnt");
    if (mkdir("/mnt/inner", 0755) < 0)
        err(1, "mkdir");
    show("child");
    fflush(stdout); /* ここからのreturnは_exit(2) で終わり、stdioを吐き出さない */
    return 0;
}

int main(void)
{
    int status;

    /* スタックは下へ伸びるので、領域の終わりを渡す */
    pid_t pid = clone(child, stack + STACK_SIZE, CLONE_NEWNS | SIGCHLD, NULL);
    if (pid < 0)
        err(1, "clone");

    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    show("parent");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
/* --8<-- [end:main] */
