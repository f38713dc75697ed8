/*
 * clone(2) で子を新しいPID名前空間に生み、1つのプロセスの2つのPIDを並べる。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o clone_pid clone_pid.c
 *       sudo ./clone_pid
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 1024 * 1024 };
static _Alignas(16) char stack[STACK_SIZE];
static int ends[2]; /* 親から子へのパイプ */

/* --8<-- [start:main] */
/* 子はここから始まり、戻り値が終了ステータスになる */
static int child(void *arg)
{
    char c;

    (void)arg;
    close(ends[1]);
    if (read(ends[0], &c, 1) < 0) /* 親が調べ終えてパイプを閉じるまで待つ */
        err(1, "read");
    printf("child   getpid()=%d getppid()=%d\n", getpid(), getppid());
    fflush(stdout); /* ここからのreturnは_exit(2) で終わり、stdioを吐き出さない */
    return 0;
}

int main(void)
{
    char path[64], line[256];
    int outer, inner, status;

    if (pipe(ends) < 0)
        err(1, "pipe");
    pid_t pid = clone(child, stack + STACK_SIZE, CLONE_NEWPID | SIGCHLD, NULL);
    if (pid < 0)
        err(1, "clone");

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        err(1, "%s", path);
    while (fgets(line, sizeof(line), file))
        if (sscanf(line, "NSpid: %d %d", &outer, &inner) == 2)
            printf("parent  clone()=%d NSpid: %d %d\n", pid, outer, inner);
    fclose(file);
    fflush(stdout);
    close(ends[1]);

    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
/* --8<-- [end:main] */
