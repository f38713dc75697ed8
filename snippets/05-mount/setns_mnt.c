/*
 * setns(2) で、すでにあるマウント名前空間に入る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o setns_mnt setns_mnt.c
 *       sudo ./setns_mnt /proc/PID/ns/mnt
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static void show(const char *label)
{
    char ns[64], cwd[PATH_MAX];
    ssize_t n = readlink("/proc/self/ns/mnt", ns, sizeof(ns) - 1);

    if (n < 0 || getcwd(cwd, sizeof(cwd)) == NULL)
        err(1, "show");
    ns[n] = '\0';
    printf("%-7s%s  cwd=%s  /mnt/hello: %s\n", label, ns, cwd,
           access("/mnt/hello", F_OK) == 0 ? "yes" : "no");
}

int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(1, "usage: %s /proc/PID/ns/mnt", argv[0]);

    show("before");
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "%s", argv[1]);
    if (setns(fd, CLONE_NEWNS) < 0) /* ルートと作業ディレクトリも、入った先のルートになる */
        err(1, "setns");
    close(fd);
    show("after");
    return 0;
}
