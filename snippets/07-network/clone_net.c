/*
 * clone(2) で、別のネットワーク名前空間に子を生み、同じポートで2つのサーバーを開く。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o clone_net clone_net.c
 *       sudo ./clone_net
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 1024 * 1024, PORT = 8000 };
static _Alignas(16) char stack[STACK_SIZE];

/* PORT番を開く。0なら成功、失敗ならerrno。0.0.0.0へのbind(2) はloが落ちていても通る */
static int listen_on_port(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        err(1, "socket");
    if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 || listen(fd, 1) < 0)
        return errno;
    return 0;
}

/* --8<-- [start:main] */
static int child(void *arg)
{
    const char *label = arg;
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/net", ns, sizeof(ns) - 1);

    if (n < 0)
        err(1, "readlink");
    ns[n] = '\0';
    int failed = listen_on_port();
    printf("%-8s%s  port %d: %s\n", label, ns, PORT,
           failed ? strerror(failed) : "listening");
    fflush(stdout);
    return 0;
}

static void run(char *label, int flags)
{
    int status;
    pid_t pid = clone(child, stack + STACK_SIZE, flags | SIGCHLD, label);

    if (pid < 0)
        err(1, "clone");
    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        errx(1, "%s: status %d", label, status);
}

int main(void)
{
    char fork_label[] = "fork", newnet_label[] = "newnet";
    int failed = listen_on_port(); /* 親は、このソケットを開いたままにしておく */

    if (failed)
        errx(1, "port %d: %s", PORT, strerror(failed));
    run(fork_label, 0);
    run(newnet_label, CLONE_NEWNET);
    return 0;
}
/* --8<-- [end:main] */
