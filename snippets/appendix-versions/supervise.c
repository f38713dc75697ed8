/*
 * 子の終わりを決めるclone3(2)のフラグ（Linux 7.1から）を試す。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o supervise supervise.c && ./supervise
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Debian 13のヘッダーは6.12のもので、まだない */
#define AUTOREAP (1ULL << 34)
#define NNP (1ULL << 35)
#define PIDFD_AUTOKILL (1ULL << 36)

/* --8<-- [start:main] */
static pid_t spawn(uint64_t flags, int *pidfd)
{
    struct clone_args args = {
        .flags = CLONE_PIDFD | flags,
        .pidfd = (uintptr_t)pidfd,
        .exit_signal = flags & AUTOREAP ? 0 : SIGCHLD, /* 知らせる相手がいない */
    };
    return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* pidfdを閉じると、待っているだけの子が1秒のうちに終わるか */
static const char *after_close(uint64_t flags)
{
    int pidfd;
    pid_t pid = spawn(flags, &pidfd);

    if (pid < 0)
        return strerror(errno);
    if (pid == 0)
        for (;;)
            pause();
    int other = pidfd_open(pid, 0); /* 子の終わりを見るためのもう1つ */
    if (other < 0)
        err(1, "pidfd_open");
    close(pidfd);
    struct pollfd end = {.fd = other, .events = POLLIN};
    int ended = poll(&end, 1, 1000);
    if (ended == 0 && pidfd_send_signal(other, SIGKILL, NULL, 0) < 0)
        err(1, "pidfd_send_signal");
    close(other);
    return ended ? "killed" : "alive";
}

int main(void)
{
    int pidfd;
    pid_t pid = spawn(AUTOREAP | NNP, &pidfd);

    if (pid < 0)
        err(1, "clone3");
    if (pid == 0) {
        printf("child no_new_privs: %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
        fflush(stdout);
        _exit(3);
    }
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    if (poll(&end, 1, -1) < 0)
        err(1, "poll");
    printf("parent no_new_privs: %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    printf("wait: %s\n", waitpid(-1, NULL, __WALL) < 0 ? strerror(errno) : "a child");
    printf("AUTOREAP|NNP: %s\n", after_close(AUTOREAP | NNP));
    printf("AUTOREAP|NNP|PIDFD_AUTOKILL: %s\n",
           after_close(AUTOREAP | NNP | PIDFD_AUTOKILL));
    printf("AUTOREAP|PIDFD_AUTOKILL: %s\n", after_close(AUTOREAP | PIDFD_AUTOKILL));
    printf("NNP|PIDFD_AUTOKILL: %s\n", after_close(NNP | PIDFD_AUTOKILL));
    return 0;
}
/* --8<-- [end:main] */
