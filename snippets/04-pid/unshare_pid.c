/*
 * unshare(2) のあとに生まれる子が、新しいPID名前空間のPID 1になる。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o unshare_pid unshare_pid.c
 *       sudo ./unshare_pid
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char *label)
{
    const char *files[] = {"/proc/self/ns/pid",
                           "/proc/self/ns/pid_for_children"};
    char ns[2][64];

    for (int i = 0; i < 2; i++) {
        ssize_t n = readlink(files[i], ns[i], sizeof(ns[i]) - 1);
        if (n < 0 && errno != ENOENT)
            err(1, "%s", files[i]);
        ns[i][n < 0 ? 0 : n] = '\0';
        if (n < 0) /* 最初の子が生まれるまで、答えられない版がある */
            strcpy(ns[i], "ENOENT");
    }
    printf("%-8spid=%d ns=%s children=%s\n", label, getpid(), ns[0], ns[1]);
    fflush(stdout); /* forkしたときに、たまった行を子も書き出してしまわないように */
}

/* --8<-- [start:main] */
int main(void)
{
    int status;

    show("before");
    if (unshare(CLONE_NEWPID) < 0)
        err(1, "unshare");
    show("unshare"); /* 自分は元の名前空間のまま。変わったのは子の行き先だけ */

    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        printf("%-8spid=%d ppid=%d\n", "child", getpid(), getppid());
        return 0;
    }
    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    show("after");
    printf("%-8sthe child was %d here\n", "", pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
/* --8<-- [end:main] */
