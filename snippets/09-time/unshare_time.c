/*
 * unshare(2) で新しいTime名前空間を作り、boottimeを7日進めてから、子を生む。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o unshare_time unshare_time.c
 *       sudo ./unshare_time
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/sched.h> /* CLONE_NEWTIME。glibcの<sched.h> にないことがある */
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DAY = 24 * 60 * 60 };
static time_t start;

static time_t boottime(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_BOOTTIME, &t) < 0)
        err(1, "clock_gettime");
    return t.tv_sec;
}

static void show(const char *label)
{
    const char *links[] = {"/proc/self/ns/time",
                           "/proc/self/ns/time_for_children"};
    char ns[2][64];

    for (int i = 0; i < 2; i++) {
        ssize_t n = readlink(links[i], ns[i], sizeof(ns[i]) - 1);
        if (n < 0)
            err(1, "%s", links[i]);
        ns[i][n] = '\0';
    }
    long shift = (long)(boottime() - start + DAY / 2) / DAY;
    printf("%-8s%s for_children=%s %+ld days\n", label, ns[0], ns[1], shift);
    fflush(stdout); /* 残しておくと、forkした子も同じ行を書き出す */
}

// --8<-- [start:main]
int main(void)
{
    int status;

    start = boottime();
    show("before");
    if (unshare(CLONE_NEWTIME) < 0)
        err(1, "unshare");

    /* ここで書く。子が生まれるかexecしたあとでは、もう書けない */
    int fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || dprintf(fd, "boottime %d 0\n", 7 * DAY) < 0)
        err(1, "/proc/self/timens_offsets");
    close(fd);
    show("unshare"); /* 自分はまだ元の名前空間にいる */

    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        show("child");
        _exit(0);
    }
    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    show("parent");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
// --8<-- [end:main]
