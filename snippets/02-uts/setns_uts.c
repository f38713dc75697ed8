/*
 * setns(2) で、すでにあるUTS名前空間に入る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o setns_uts setns_uts.c
 *       sudo ./setns_uts /proc/PID/ns/uts
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

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

int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(1, "usage: %s /proc/PID/ns/uts", argv[0]);

    show("before");
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "%s", argv[1]);
    if (setns(fd, CLONE_NEWUTS) < 0) /* UTS以外のファイルならEINVAL */
        err(1, "setns");
    close(fd);
    show("after");
    return 0;
}
