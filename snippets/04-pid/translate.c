/*
 * PIDを、自分の名前空間の番号と、指定した名前空間の番号とのあいだで読み替える（Linux 6.11から）。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o translate translate.c
 *       sudo ./translate /proc/PID/ns/pid from 2   中の2番は、ここでは何番か
 *       sudo ./translate /proc/PID/ns/pid in 1234  ここの1234番は、中では何番か
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/* PIDを読む。数でなければ終わる（atoi(3) は、誤りも0にする） */
static pid_t number(const char *text)
{
    char *end;
    errno = 0;
    long pid = strtol(text, &end, 10);

    if (errno || end == text || *end || pid < 1 || pid > INT_MAX)
        errx(1, "%s: not a PID", text);
    return (pid_t)pid;
}

/* --8<-- [start:main] */
int main(int argc, char *argv[])
{
    if (argc != 4)
        errx(1, "usage: %s /proc/PID/ns/pid from|in PID", argv[0]);

    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "%s", argv[1]);
    unsigned long request = NS_GET_TGID_IN_PIDNS;
    if (strcmp(argv[2], "from") == 0)
        request = NS_GET_TGID_FROM_PIDNS;
    else if (strcmp(argv[2], "in") != 0)
        errx(1, "%s: neither from nor in", argv[2]);
    int pid = ioctl(fd, request, number(argv[3])); /* ポインタでなく、番号をそのまま渡す */
    if (pid < 0)
        err(1, "ioctl");
    printf("%d\n", pid);
    return 0;
}
/* --8<-- [end:main] */
