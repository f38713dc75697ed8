/*
 * setns(2) で子の行き先を、すでにあるPID名前空間にする。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o setns_pid setns_pid.c
 *       sudo ./setns_pid /proc/PID/ns/pid
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char *label)
{
    const char *files[] = {"/proc/self/ns/pid",
                           "/proc/self/ns/pid_for_children"};
    char ns[2][64];

    for (int i = 0; i < 2; i++) {
        ssize_t n = readlink(files[i], ns[i], sizeof(ns[i]) - 1);
        if (n < 0)
            err(1, "%s", files[i]);
        ns[i][n] = '\0';
    }
    printf("%-8spid=%d ns=%s children=%s\n", label, getpid(), ns[0], ns[1]);
    fflush(stdout);
}

/* --8<-- [start:main] */
int main(int argc, char *argv[])
{
    int status;

    if (argc != 2)
        errx(1, "usage: %s /proc/PID/ns/pid", argv[0]);

    show("before");
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "%s", argv[1]);
    if (setns(fd, CLONE_NEWPID) < 0) /* PID以外のファイルや、祖先の名前空間ならEINVAL */
        err(1, "setns");
    close(fd);
    show("setns");

    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork"); /* PID 1がもういなければENOMEM */
    if (pid == 0) {
        printf("%-8spid=%d ppid=%d\n", "child", getpid(), getppid());
        return 0;
    }
    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
/* --8<-- [end:main] */
