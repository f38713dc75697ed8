/*
 * スレッドが2本あるとき、メモリを共有する子がいるとき、setns(2) はどうなるか。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -pthread -o eusers eusers.c
 *       sudo ./eusers
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h> /* CLONE_NEWTIME */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int fd;
static _Alignas(16) char stack[64 * 1024];

static int enter(const char *label)
{
    printf("%-10s", label);
    if (setns(fd, CLONE_NEWTIME) < 0)
        printf("%s\n", strerror(errno));
    else
        printf("ok\n");
    fflush(stdout);
    return 0;
}

static int child(void *label)
{
    return enter(label);
}

static void *sleeper(void *unused)
{
    (void)unused;
    pause();
    return NULL;
}

int main(void)
{
    char label[] = "CLONE_VM";
    pthread_t thread;

    fd = open("/proc/self/ns/time", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "/proc/self/ns/time");
    enter("single");

    /* メモリを親と共有する子。親はCLONE_VFORKで待つ */
    int flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
    pid_t pid = clone(child, stack + sizeof(stack), flags, label);
    if (pid < 0 || waitpid(pid, NULL, 0) < 0)
        err(1, "clone");

    int code = pthread_create(&thread, NULL, sleeper, NULL);
    if (code != 0)
        errx(1, "pthread_create: %d", code);
    enter("thread");
    return 0;
}
