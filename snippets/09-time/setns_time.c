/*
 * setns(2) で、すでにあるTime名前空間に入る。時計が目の前で飛ぶ。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o setns_time setns_time.c
 *       sudo ./setns_time /proc/PID/ns/time
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/sched.h> /* CLONE_NEWTIME。glibcの<sched.h> にないことがある */
#include <sched.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { DAY = 24 * 60 * 60 };

static double boottime(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_BOOTTIME, &t) < 0)
        err(1, "clock_gettime");
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void show(const char *label)
{
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/time", ns, sizeof(ns) - 1);

    if (n < 0)
        err(1, "readlink");
    ns[n] = '\0';
    printf("%s %s\n", label, ns);
}

// --8<-- [start:main]
int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(1, "usage: %s /proc/PID/ns/time", argv[0]);

    show("before");
    double before = boottime();
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "%s", argv[1]);
    if (setns(fd, CLONE_NEWTIME) < 0) /* Time以外のファイルならEINVAL */
        err(1, "setns");
    close(fd);
    double after = boottime();
    show("after ");
    printf("jumped %+.0f days\n", (after - before) / DAY);
    return 0;
}
// --8<-- [end:main]
