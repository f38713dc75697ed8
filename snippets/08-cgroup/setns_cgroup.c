/*
 * setns(2) で、すでにあるcgroup名前空間に入る。いるcgroupは動かない。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o setns_cgroup setns_cgroup.c
 *       sudo ./setns_cgroup /proc/PID/ns/cgroup
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void show(const char *label)
{
    char ns[64], line[256];
    ssize_t n = readlink("/proc/self/ns/cgroup", ns, sizeof(ns) - 1);
    FILE *f = fopen("/proc/self/cgroup", "re");

    if (n < 0 || !f)
        err(1, "/proc/self");
    ns[n] = '\0';
    while (fgets(line, sizeof(line), f))
        if (strncmp(line, "0::", 3) == 0) /* cgroup v2の行 */
            printf("%-8s%s  self=%s", label, ns, line + 3);
    fclose(f);
}

/* --8<-- [start:main] */
int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(1, "usage: %s /proc/PID/ns/cgroup", argv[0]);

    show("before");
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "%s", argv[1]);
    if (setns(fd, CLONE_NEWCGROUP) < 0)
        err(1, "setns");
    close(fd);
    show("after");
    return 0;
}
/* --8<-- [end:main] */
