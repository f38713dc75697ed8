/*
 * setns(2) で、すでにあるIPC名前空間に入る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o setns_ipc setns_ipc.c
 *       sudo ./setns_ipc /proc/PID/ns/ipc
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

static void show(const char *label)
{
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/ipc", ns, sizeof(ns) - 1);

    if (n < 0)
        err(1, "readlink");
    ns[n] = '\0';
    printf("%-8s%s  ", label, ns);

    int shmid = shmget(0x2026, 0, 0);
    char *memory = shmid < 0 ? (void *)-1 : shmat(shmid, NULL, 0);
    if (memory == (void *)-1) {
        printf("%s\n", strerror(errno));
        return;
    }
    printf("%s\n", memory);
    shmdt(memory);
}

/* --8<-- [start:main] */
int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(1, "usage: %s /proc/PID/ns/ipc", argv[0]);

    show("before");
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "%s", argv[1]);
    if (setns(fd, CLONE_NEWIPC) < 0) /* IPC以外のファイルならEINVAL */
        err(1, "setns");
    close(fd);
    show("after");
    return 0;
}
/* --8<-- [end:main] */
