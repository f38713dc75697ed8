/*
 * clone3(2) で、8種類すべての名前空間が新しい子プロセスを作る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o clone_all clone_all.c
 *       sudo ./clone_all
 */
#define _GNU_SOURCE
#include <err.h>
#include <linux/sched.h> /* struct clone_args */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
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

static void read_links(char targets[LINKS][TARGET])
{
    char path[64];

    for (int i = 0; i < LINKS; i++) {
        snprintf(path, sizeof(path), "/proc/self/ns/%s", links[i]);
        ssize_t n = readlink(path, targets[i], TARGET - 1);
        if (n < 0)
            err(1, "%s", path);
        targets[i][n] = '\0';
    }
}

static void show(const char *label, char before[LINKS][TARGET])
{
    char after[LINKS][TARGET];
    int changed = 0;

    read_links(after);
    for (int i = 0; i < LINKS; i++)
        changed += strcmp(after[i], before[i]) != 0;
    printf("%s: %d links changed, uid %d", label, changed, (int)getuid());
    printf(getpid() == 1 ? ", pid 1\n" : "\n");
    fflush(stdout);
}

/* --8<-- [start:main] */
int main(void)
{
    char before[LINKS][TARGET];
    int status;
    struct clone_args args = {
        .flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
                 CLONE_NEWNET | CLONE_NEWUSER | CLONE_NEWCGROUP | CLONE_NEWTIME,
        .exit_signal = SIGCHLD,
    };

    read_links(before);
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args)); /* glibcに関数はない */
    if (pid < 0)
        err(1, "clone3");
    if (pid == 0) {
        show("child ", before);
        _exit(0);
    }
    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    show("parent", before);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
/* --8<-- [end:main] */
