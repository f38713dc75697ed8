/*
 * vDSOとシステムコールで同じ時計を読む。システムコールになるのは最後の1回だけ。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o vdso vdso.c
 *       sudo unshare -T --monotonic 604800 strace -o log ./vdso
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    struct timespec t, u;

    for (int i = 0; i < 1000; i++)
        if (clock_gettime(CLOCK_MONOTONIC, &t) < 0)
            err(1, "clock_gettime");
    if (syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &u) < 0)
        err(1, "syscall");
    long gap = (long)(u.tv_sec - t.tv_sec);
    printf("same time: %s\n", gap >= 0 && gap < 60 ? "yes" : "no");
    printf("7 days or more: %s\n", t.tv_sec >= 604800 ? "yes" : "no");
    return 0;
}
