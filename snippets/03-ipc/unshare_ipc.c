/*
 * unshare(2) で新しいIPC名前空間に移り、外と同じキーで共有メモリを作る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o unshare_ipc unshare_ipc.c
 *       sudo ./unshare_ipc
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

static const key_t KEY = 0x2026;

static int put(const char *text)
{
    int shmid = shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | 0600);
    if (shmid < 0)
        err(1, "shmget");
    char *memory = shmat(shmid, NULL, 0);
    if (memory == (void *)-1)
        err(1, "shmat");
    strcpy(memory, text);
    shmdt(memory);
    return shmid;
}

static void show(const char *label)
{
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/ipc", ns, sizeof(ns) - 1);

    if (n < 0)
        err(1, "readlink");
    ns[n] = '\0';
    printf("%-8s%s  ", label, ns);

    int shmid = shmget(KEY, 0, 0);
    char *memory = shmid < 0 ? (void *)-1 : shmat(shmid, NULL, 0);
    if (memory == (void *)-1) {
        printf("%s\n", strerror(errno));
        return;
    }
    printf("%s\n", memory);
    shmdt(memory);
}

/* --8<-- [start:main] */
static int outer;

/* exit(3) にもerr(3) にも呼ばれる。外に作ったものは、消さないと残る */
static void remove_outer(void)
{
    if (shmctl(outer, IPC_RMID, NULL) < 0)
        warn("shmctl");
}

int main(void)
{
    int home = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
    if (home < 0)
        err(1, "open");
    outer = put("outer");
    atexit(remove_outer);
    show("before");

    if (unshare(CLONE_NEWIPC) < 0)
        err(1, "unshare");
    show("unshare"); /* 名前空間が変わり、同じキーが見つからなくなる */
    put("inner");
    show("after");

    if (setns(home, CLONE_NEWIPC) < 0)
        err(1, "setns");
    show("back");
    return 0;
}
/* --8<-- [end:main] */
