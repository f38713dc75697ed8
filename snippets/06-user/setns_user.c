/*
 * setns(2) で、すでにあるユーザー名前空間に入る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o setns_user setns_user.c
 *       ./setns_user /proc/PID/ns/user
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static void show(const char *label)
{
    char ns[64], line[256], caps[32] = "";
    ssize_t n = readlink("/proc/self/ns/user", ns, sizeof(ns) - 1);
    FILE *status = fopen("/proc/thread-self/status", "r");

    if (n < 0 || status == NULL)
        err(1, "/proc");
    ns[n] = '\0';
    while (fgets(line, sizeof(line), status) != NULL)
        sscanf(line, "CapEff: %31s", caps);
    fclose(status);
    printf("%-8s%s  uid=%-6ugid=%-6uCapEff=%s\n", label, ns, geteuid(), getegid(), caps);
}

/* --8<-- [start:main] */
int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(1, "usage: %s /proc/PID/ns/user", argv[0]);

    show("before");
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "%s", argv[1]);
    if (setns(fd, CLONE_NEWUSER) < 0)
        err(1, "setns");
    close(fd);
    show("after");
    return 0;
}
/* --8<-- [end:main] */
