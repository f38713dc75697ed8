/*
 * pidfdから、/procを通らずに名前空間を開き、同じ名前空間にいるかを調べる。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o pidfd_ns pidfd_ns.c
 *       ./pidfd_ns PID PID
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <linux/pidfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

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
static int open_process(const char *pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, number(pid), 0);

    if (pidfd < 0)
        err(1, "pidfd_open %s", pid);
    return pidfd;
}

static struct stat look(int pidfd, const char *pid, unsigned long request)
{
    struct stat st;
    int fd = ioctl(pidfd, request, 0); /* 3つ目は、必ず0 */

    if (fd < 0)
        err(1, "ioctl %s", pid);
    if (fstat(fd, &st) < 0)
        err(1, "fstat");
    close(fd);
    return st;
}

int main(int argc, char *argv[])
{
    static const struct {
        const char *name;
        unsigned long request;
    } kinds[] = {
        {"uts", PIDFD_GET_UTS_NAMESPACE},
        {"net", PIDFD_GET_NET_NAMESPACE},
        {"user", PIDFD_GET_USER_NAMESPACE},
    };

    if (argc != 3)
        errx(1, "usage: %s PID PID", argv[0]);
    /* 開くのは1回ずつ。途中でPIDが使い回されても、別のプロセスと比べることはない */
    int first = open_process(argv[1]), second = open_process(argv[2]);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct stat a = look(first, argv[1], kinds[i].request);
        struct stat b = look(second, argv[2], kinds[i].request);
        int same = a.st_dev == b.st_dev && a.st_ino == b.st_ino;

        printf("%-5s%s\n", kinds[i].name, same ? "same" : "different");
    }
    return 0;
}
/* --8<-- [end:main] */
