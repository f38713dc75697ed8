/*
 * pidfdからUTS名前空間を直に開いて入る（PIDFD_GET_UTS_NAMESPACE、Linux 6.11以降）。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o pidfd_get pidfd_get.c
 *       sudo ./pidfd_get PID
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <unistd.h>

#ifndef PIDFD_GET_UTS_NAMESPACE /* 古い <sys/pidfd.h> にはない */
#define PIDFD_GET_UTS_NAMESPACE _IO(0xFF, 10)
#endif

/* PIDを読む。数でなければ終わる（atoi(3) は、誤りも0にする） */
static pid_t number(const char *text)
{
    char *end;
    errno = 0;
    long pid = strtol(text, &end, 10);

    if (errno || end == text || *end || pid < 1 || pid > INT_MAX)
        errx(1, "%s: not a PID", text);
    return (pid_t)pid;
}

/* --8<-- [start:main] */
int main(int argc, char *argv[])
{
    char name[65];

    if (argc != 2)
        errx(1, "usage: %s PID", argv[0]);
    int pidfd = pidfd_open(number(argv[1]), 0);
    if (pidfd < 0)
        err(1, "pidfd_open");
    int ns = ioctl(pidfd, PIDFD_GET_UTS_NAMESPACE, 0); /* 返り値が、名前空間のfd */
    if (ns < 0)
        err(1, "PIDFD_GET_UTS_NAMESPACE");
    if (setns(ns, CLONE_NEWUTS) < 0)
        err(1, "setns");
    if (gethostname(name, sizeof(name)) < 0)
        err(1, "gethostname");
    printf("%s\n", name);
    return 0;
}
/* --8<-- [end:main] */
