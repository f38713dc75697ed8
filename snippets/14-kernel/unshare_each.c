/*
 * unshare(2) を種類ごとに呼び、/proc/self/ns のどのリンクが変わったかを表示する。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o unshare_each unshare_each.c
 *       sudo ./unshare_each
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const links[] = {
    "cgroup", "ipc",
    "mnt",    "net",
    "pid",    "pid_for_children",
    "time",   "time_for_children",
    "user",   "uts",
};
enum { LINKS = sizeof(links) / sizeof(links[0]), TARGET = 32 };

static const struct {
    const char *name;
    int flags;
} kinds[] = {
    {"mnt", CLONE_NEWNS},
    {"uts", CLONE_NEWUTS},
    {"ipc", CLONE_NEWIPC},
    {"pid", CLONE_NEWPID},
    {"net", CLONE_NEWNET},
    {"user", CLONE_NEWUSER},
    {"cgroup", CLONE_NEWCGROUP},
    {"time", CLONE_NEWTIME},
    {"all", CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
                CLONE_NEWNET | CLONE_NEWUSER | CLONE_NEWCGROUP | CLONE_NEWTIME},
};

static void read_links(char targets[LINKS][TARGET])
{
    char path[64];

    for (int i = 0; i < LINKS; i++) {
        snprintf(path, sizeof(path), "/proc/self/ns/%s", links[i]);
        ssize_t n = readlink(path, targets[i], TARGET - 1);
        if (n < 0 && errno != ENOENT)
            err(1, "%s", path);
        targets[i][n < 0 ? 0 : n] = '\0'; /* まだ行き先のないリンクは空にする */
    }
}

static void show_changed(const char *kind, const char *who, char before[LINKS][TARGET])
{
    char after[LINKS][TARGET];

    read_links(after);
    printf("%-7s %-5s", kind, who);
    for (int i = 0; i < LINKS; i++)
        if (strcmp(after[i], before[i]) != 0)
            printf(" %s", links[i]);
    printf("\n");
    fflush(stdout);
}

/* --8<-- [start:main] */
static void run(const char *kind, int flags)
{
    char before[LINKS][TARGET];

    read_links(before);
    if (unshare(flags) < 0)
        err(1, "%s: unshare", kind);
    show_changed(kind, "self", before);

    int status;
    pid_t pid = fork();
    if (pid < 0)
        err(1, "%s: fork", kind);
    if (pid == 0) {
        show_changed("", "child", before);
        _exit(0);
    }
    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    if (status != 0)
        _exit(1);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int status;
        pid_t pid = fork(); /* 1種類ずつ、まっさらなプロセスで試す */

        if (pid < 0)
            err(1, "fork");
        if (pid == 0) {
            run(kinds[i].name, kinds[i].flags);
            _exit(0);
        }
        if (waitpid(pid, &status, 0) < 0)
            err(1, "waitpid");
        if (status != 0)
            return 1;
    }
    return 0;
}
/* --8<-- [end:main] */
