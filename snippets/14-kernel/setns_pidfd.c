/*
 * プロセスを指すpidfdを setns(2) に渡し、何種類もの名前空間に一度に入る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o setns_pidfd setns_pidfd.c
 *       sudo ./setns_pidfd PID 種類...   （例: 1234 uts ipc net）
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

static const struct {
    const char *name;
    int flag;
} kinds[] = {
    {"mnt", CLONE_NEWNS},    {"uts", CLONE_NEWUTS},
    {"ipc", CLONE_NEWIPC},   {"pid", CLONE_NEWPID},
    {"net", CLONE_NEWNET},   {"user", CLONE_NEWUSER},
    {"time", CLONE_NEWTIME}, {"cgroup", CLONE_NEWCGROUP},
};

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

static int flag_of(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].flag;
    errx(1, "unknown kind: %s", name);
}

static void show(const char *label, char *const names[])
{
    printf("%s", label);
    for (; *names; names++) {
        char path[64], target[64];
        snprintf(path, sizeof(path), "/proc/self/ns/%s", *names);
        ssize_t n = readlink(path, target, sizeof(target) - 1);
        if (n < 0)
            err(1, "%s", path);
        target[n] = '\0';
        printf(" %s", target);
    }
    printf("\n");
    fflush(stdout);
}

/* --8<-- [start:main] */
int main(int argc, char *argv[])
{
    int flags = 0;

    if (argc < 3)
        errx(1, "usage: %s PID KIND...", argv[0]);
    for (int i = 2; i < argc; i++)
        flags |= flag_of(argv[i]);

    show("before", argv + 2);
    int pidfd = pidfd_open(number(argv[1]), 0);
    if (pidfd < 0)
        err(1, "pidfd_open");
    if (setns(pidfd, flags) < 0) /* 全部に入れるか、1つも変わらないか */
        err(1, "setns");
    close(pidfd);
    show("after ", argv + 2);
    return 0;
}
/* --8<-- [end:main] */
