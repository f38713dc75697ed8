/*
 * CLONE_NEWPIDを、マニュアルがEINVALになるというフラグと組み合わせる。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o clone_flags clone_flags.c
 *       sudo ./clone_flags
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STACK_SIZE = 1024 * 1024,
    THREAD = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD
};
static _Alignas(16) char stack[STACK_SIZE];

static int child(void *arg)
{
    (void)arg;
    printf("  child: pid %d, ppid %d\n", getpid(), getppid());
    fflush(stdout);
    return 0;
}

/* --8<-- [start:flags] */
static void attempt(const char *label, int flags)
{
    pid_t pid = clone(child, stack + STACK_SIZE, flags, NULL);

    printf("%-26s%s\n", label, pid < 0 ? strerror(errno) : "ok");
    fflush(stdout);
}

int main(void)
{
    pid_t pid = fork(); /* CLONE_PARENTの子は、ここの親が引き取る */
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        attempt("CLONE_THREAD|CLONE_NEWPID", THREAD | CLONE_NEWPID);
        attempt("CLONE_PARENT|CLONE_NEWPID", CLONE_PARENT | CLONE_NEWPID | CLONE_VFORK);
        printf("  its own child? %s\n", wait(NULL) < 0 ? strerror(errno) : "yes");
        return 0;
    }

    while ((pid = wait(NULL)) > 0)
        continue;
    if (errno != ECHILD)
        err(1, "wait");
    return 0;
}
/* --8<-- [end:flags] */
