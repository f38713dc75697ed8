/*
 * unshare(2) で自分だけを新しいネットワーク名前空間に移し、loを起こす。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o unshare_net unshare_net.c
 *       sudo ./unshare_net
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int udp_socket(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        err(1, "socket");
    return fd;
}

/* 127.0.0.1への経路があるか。UDPのconnect(2) は、経路を引くだけで何も送らない */
static const char *reach(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    int fd = udp_socket();

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int failed = connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
    close(fd);
    return failed ? strerror(failed) : "ok";
}

static void show(const char *label)
{
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/net", ns, sizeof(ns) - 1);
    struct if_nameindex *list = if_nameindex();

    if (n < 0 || list == NULL)
        err(1, "show");
    ns[n] = '\0';
    printf("%-8s%s ", label, ns);
    for (struct if_nameindex *i = list; i->if_name != NULL; i++)
        printf(" %s", i->if_name);
    printf("  %s\n", reach());
    if_freenameindex(list);
}

/* --8<-- [start:main] */
/* ip link set NAME up と同じこと */
static void set_up(const char *name)
{
    struct ifreq request = {0};
    int fd = udp_socket();

    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
        err(1, "SIOCGIFFLAGS");
    request.ifr_flags |= IFF_UP;
    if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        err(1, "SIOCSIFFLAGS");
    close(fd);
}

int main(void)
{
    show("before");
    if (unshare(CLONE_NEWNET) < 0)
        err(1, "unshare");
    show("unshare"); /* loはあるが、まだ落ちている */
    set_up("lo");
    show("up");
    return 0;
}
/* --8<-- [end:main] */
