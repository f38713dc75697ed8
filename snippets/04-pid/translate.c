/*
 * PIDを、自分の名前空間の番号と、指定した名前空間の番号とのあいだで読み替える（Linux 6.11から）。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o translate translate.c
 *       sudo ./translate /proc/PID/ns/pid from 2   中の2番は、ここでは何番か
 *       sudo ./translate /proc/PID/ns/pid in 1234  ここの1234番は、中では何番か
 */
#include <err.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int argc, char *argv[])
{
    if (argc != 4)
        errx(1, "usage: %s /proc/PID/ns/pid from|in PID", argv[0]);

    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "%s", argv[1]);
    int from = strcmp(argv[2], "from") == 0;
    unsigned long request = from ? NS_GET_TGID_FROM_PIDNS : NS_GET_TGID_IN_PIDNS;
    int pid = ioctl(fd, request, atoi(argv[3])); /* ポインタでなく、番号をそのまま渡す */
    if (pid < 0)
        err(1, "ioctl");
    printf("%d\n", pid);
    return 0;
}
