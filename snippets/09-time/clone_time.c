/*
 * clone3(2) で、はじめから別のTime名前空間にいる子を作る。ずれは、もう決められない。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o clone_time clone_time.c
 *       sudo ./clone_time
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h> /* struct clone_args、CLONE_NEWTIME */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char *label)
{
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/time", ns, sizeof(ns) - 1);

    if (n < 0)
        err(1, "readlink");
    ns[n] = '\0';
    printf("%-8s%s\n", label, ns);
    fflush(stdout);
}

// --8<-- [start:main]
int main(void)
{
    struct clone_args args = {.flags = CLONE_NEWTIME, .exit_signal = SIGCHLD};
    int status;

    /* glibcに関数がないので、番号で呼ぶ。スタックを渡さなければfork(2) と同じ形になる */
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (pid < 0)
        err(1, "clone3");
    if (pid == 0) {
        show("child");
        int fd = open("/proc/self/timens_offsets", O_WRONLY);
        if (fd < 0 || dprintf(fd, "boottime 604800 0\n") < 0)
            printf("child   timens_offsets: %s\n", strerror(errno));
        fflush(stdout);
        _exit(0);
    }

    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    show("parent");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
// --8<-- [end:main]
