/*
 * 動いているプロセスの名前空間に、pidfdで一度に入って、コマンドを実行する。
 *
 * 違っている種類だけを選び、ルートもそのプロセスに合わせる。
 * 実行: gcc -Wall -Wextra -Wpedantic -o enter enter.c
 *       sudo ./enter PID COMMAND...
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    const char *name;
    int flag;
} kinds[] = {
    {"mnt", CLONE_NEWNS},        {"uts", CLONE_NEWUTS},
    {"ipc", CLONE_NEWIPC},       {"pid", CLONE_NEWPID},
    {"net", CLONE_NEWNET},       {"user", CLONE_NEWUSER},
    {"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME},
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

static struct stat status_of(const char *pid, const char *kind)
{
    char path[64];
    struct stat st;

    snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, kind);
    if (stat(path, &st) < 0)
        err(1, "%s", path);
    return st;
}

/* --8<-- [start:main] */
/* プロセスが自分と違う名前空間にいる種類の、フラグの和 */
static int differing(const char *pid)
{
    int flags = 0;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct stat theirs = status_of(pid, kinds[i].name);
        struct stat ours = status_of("self", kinds[i].name);
        if (theirs.st_dev != ours.st_dev || theirs.st_ino != ours.st_ino)
            flags |= kinds[i].flag;
    }
    return flags;
}

int main(int argc, char *argv[])
{
    char path[64];

    if (argc < 3)
        errx(1, "usage: %s PID COMMAND...", argv[0]);
    int pidfd = pidfd_open(number(argv[1]), 0);
    if (pidfd < 0)
        err(1, "pidfd_open");
    snprintf(path, sizeof(path), "/proc/%s/root", argv[1]);
    int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        err(1, "%s", path);
    int flags = differing(argv[1]);
    /* ここまで生きているなら、/proc/PID は別のプロセスのものではなかった */
    if (pidfd_send_signal(pidfd, 0, NULL, 0) < 0)
        err(1, "pidfd_send_signal");

    if (flags && setns(pidfd, flags) < 0)
        err(1, "setns");
    if (flags & CLONE_NEWUSER) {
        if (setgroups(0, NULL) < 0)
            warn("keeping supplementary groups");
        if (setgid(0) < 0 || setuid(0) < 0)
            err(1, "setuid");
    }
    if ((flags & CLONE_NEWNS) && (fchdir(root) < 0 || chroot(".") < 0))
        err(1, "chroot");
    if (flags & CLONE_NEWPID) { /* PID名前空間に入るのは、これから生まれる子 */
        int status;
        pid_t child = fork();
        if (child < 0)
            err(1, "fork");
        if (child > 0) {
            if (waitpid(child, &status, 0) < 0)
                err(1, "waitpid");
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
    execvp(argv[2], argv + 2);
    err(127, "%s", argv[2]);
}
/* --8<-- [end:main] */
