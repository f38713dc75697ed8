/*
 * /proc/PID/ns のファイルを開き、指定した順に1つずつ setns(2) で入る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o setns_files setns_files.c
 *       sudo ./setns_files PID 種類...   （例: 1234 uts ipc net）
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

enum { KINDS = 8 };

static void show(const char *label, int count, char *const kinds[])
{
    printf("%s", label);
    for (int i = 0; i < count; i++) {
        char path[64], target[64];
        snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[i]);
        ssize_t n = readlink(path, target, sizeof(target) - 1);
        if (n < 0)
            err(1, "%s", path);
        target[n] = '\0';
        printf(" %s", target);
    }
    printf("\n");
    fflush(stdout);
}

int main(int argc, char *argv[])
{
    int count = argc - 2, fds[KINDS];
    char **kinds = argv + 2;

    if (count < 1 || count > KINDS)
        errx(1, "usage: %s PID KIND...", argv[0]);

    show("before", count, kinds);
    /* 先に全部を開いておく。入ったあとでは、同じパスをたどれるとはかぎらない */
    for (int i = 0; i < count; i++) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/%s/ns/%s", argv[1], kinds[i]);
        fds[i] = open(path, O_RDONLY | O_CLOEXEC);
        if (fds[i] < 0)
            err(1, "%s", path);
    }
    for (int i = 0; i < count; i++) {
        if (setns(fds[i], 0) < 0)
            err(1, "setns %s", kinds[i]);
        close(fds[i]);
    }
    show("after ", count, kinds);
    return 0;
}
