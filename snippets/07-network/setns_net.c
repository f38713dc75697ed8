/*
 * setns(2) で移る前と後に作ったソケットが、それぞれどの名前空間のものかを見る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o setns_net setns_net.c
 *       sudo ./setns_net /run/netns/NAME
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int udp_socket(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        err(1, "socket");
    return fd;
}

/* --8<-- [start:main] */
static void show(const char *label, int fd)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct stat st;
    int ns = ioctl(fd, SIOCGSKNS); /* ソケットの名前空間を開いて、fdを返す */

    if (ns < 0 || fstat(ns, &st) < 0)
        err(1, "SIOCGSKNS");
    close(ns);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int failed = connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
    printf("%-11snet:[%lu]  connect 127.0.0.1: %s\n", label,
           (unsigned long)st.st_ino, failed ? strerror(failed) : "ok");
}

int main(int argc, char *argv[])
{
    struct stat st;

    if (argc != 2)
        errx(1, "usage: %s /run/netns/NAME", argv[0]);

    int old = udp_socket();
    int ns = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (ns < 0)
        err(1, "%s", argv[1]);
    if (setns(ns, CLONE_NEWNET) < 0)
        err(1, "setns");
    close(ns);
    int new = udp_socket();

    if (stat("/proc/self/ns/net", &st) < 0)
        err(1, "stat");
    printf("%-11snet:[%lu]\n", "thread", (unsigned long)st.st_ino);
    show("old socket", old);
    show("new socket", new);
    return 0;
}
/* --8<-- [end:main] */
