/*
 * 小さなinit。コマンドを1つ起動し、シグナルを渡し、孤児を片付け、その終了ステータスで終わる。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o minit minit.c
 *       sudo unshare --fork --pid --mount-proc ./minit COMMAND [ARG]...
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* 自分の故障を知らせるシグナルは、ふさがない */
static const int faults[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                             SIGTRAP, SIGABRT, SIGSYS};

/* command を、前面のプロセスグループとして起動する */
static pid_t spawn(char *command[], const sigset_t *mask)
{
    pid_t pid = fork();

    if (pid < 0)
        err(1, "fork");
    if (pid > 0)
        return pid;
    if (setpgid(0, 0) < 0)
        err(127, "setpgid");
    if (isatty(0)) {
        /* ^Cが、initでなくこのコマンドに届くようにする */
        if (tcsetpgrp(0, getpgrp()) < 0) /* SIGTTOUはふさがっているので、止まらない */
            err(127, "tcsetpgrp");
    }
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(command[0], command);
    err(127, "%s", command[0]);
}

/* 終わった子をすべて回収する。コマンドもその中にいたら、そのステータスで終わる */
static void reap(pid_t child)
{
    int status, result = -1;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == child)
            result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        else
            fprintf(stderr, "minit: reaped %d\n", pid);
    }
    if (pid < 0 && errno != ECHILD)
        err(1, "waitpid");
    if (result >= 0)
        exit(result);
}

int main(int argc, char *argv[])
{
    sigset_t signals, mask;
    int number;

    if (argc < 2)
        errx(1, "usage: %s COMMAND [ARG]...", argv[0]);
    sigfillset(&signals);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        sigdelset(&signals, faults[i]);
    /* ふさいだシグナルは、PID 1でも捨てられずに列に並ぶ。それを1つずつ取り出す */
    if (sigprocmask(SIG_SETMASK, &signals, &mask) < 0)
        err(1, "sigprocmask");
    pid_t child = spawn(&argv[1], &mask);

    while ((errno = sigwait(&signals, &number)) == 0) {
        if (number == SIGCHLD)
            reap(child);
        else if (kill(child, number) < 0)
            warn("kill"); /* 渡せなくても、PID 1が終わるわけにはいかない */
    }
    err(1, "sigwait");
}
