/*
 * clone(2) で子を新しいユーザー名前空間に生み、その対応表を親が書く。
 * 親が書き終えるまで、子はパイプで待つ。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o clone_user clone_user.c
 *       ./clone_user
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 1024 * 1024 };
static _Alignas(16) char stack[STACK_SIZE];
static int pipe_fds[2];

/* --8<-- [start:main] */
static int child(void *arg)
{
    char *const *argv = arg;
    char byte;

    close(pipe_fds[1]); /* 閉じないと、親が死んでもreadが終わらない */
    if (read(pipe_fds[0], &byte, 1) != 1) /* 親が書けずに終わると0が返る */
        return 1;
    printf("child   uid=%u\n", geteuid());
    fflush(stdout);
    /* 対応づけたあとのexecなら、rootとして特権を持ったまま */
    execvp(argv[0], argv);
    err(1, "%s", argv[0]);
}

static void put(pid_t pid, const char *file, const char *text)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        err(1, "%s", path);
    close(fd);
}

int main(void)
{
    char *argv[] = {"grep", "CapEff", "/proc/self/status", NULL};
    char uid_map[64], gid_map[64], path[64];
    struct stat st;
    int status;

    if (pipe2(pipe_fds, O_CLOEXEC) < 0)
        err(1, "pipe2");
    pid_t pid = clone(child, stack + STACK_SIZE, CLONE_NEWUSER | SIGCHLD, argv);
    if (pid < 0)
        err(1, "clone");
    close(pipe_fds[0]);

    snprintf(uid_map, sizeof(uid_map), "0 %u 1", geteuid());
    snprintf(gid_map, sizeof(gid_map), "0 %u 1", getegid());
    put(pid, "uid_map", uid_map);
    put(pid, "setgroups", "deny");
    put(pid, "gid_map", gid_map);
    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    if (stat(path, &st) < 0)
        err(1, "%s", path);
    printf("parent  uid=%u, child's uid=%u\n", geteuid(), st.st_uid);
    fflush(stdout);
    if (write(pipe_fds[1], "!", 1) != 1)
        err(1, "write");

    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
/* --8<-- [end:main] */
