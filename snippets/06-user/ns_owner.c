/*
 * 名前空間の所有者を尋ね、ユーザー名前空間の木を親へたどる。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o ns_owner ns_owner.c
 *       ./ns_owner /proc/PID/ns/uts
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

static const char *name(int fd)
{
    static char target[64];
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(path, target, sizeof(target) - 1);
    if (n < 0)
        err(1, "%s", path);
    target[n] = '\0';
    return target;
}

/* --8<-- [start:main] */
/* 所有者か親を指すfd。元のfdは閉じる */
static int related(int fd, unsigned long request)
{
    int found = ioctl(fd, request), error = errno;

    close(fd);
    errno = error;
    return found;
}

int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(1, "usage: %s /proc/PID/ns/TYPE", argv[0]);

    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "%s", argv[1]);
    int kind = ioctl(fd, NS_GET_NSTYPE);
    if (kind < 0)
        err(1, "%s", argv[1]);
    if (kind != CLONE_NEWUSER) {
        printf("%s\n", name(fd));
        fd = related(fd, NS_GET_USERNS);
    }
    while (fd >= 0) {
        uid_t uid;
        if (ioctl(fd, NS_GET_OWNER_UID, &uid) < 0)
            err(1, "NS_GET_OWNER_UID");
        printf("  %s  owner uid=%u\n", name(fd), (unsigned)uid);
        fd = related(fd, NS_GET_PARENT);
    }
    if (errno != EPERM)
        err(1, "ioctl");
    /* 最初のユーザー名前空間に親はなく、EPERMが返る */
    printf("  %s\n", strerror(errno));
    return 0;
}
/* --8<-- [end:main] */
