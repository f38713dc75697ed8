/*
 * keeper.py から名前空間のファイルディスクリプタを受け取り、入ってコマンドを実行する。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o fetch fetch.c
 *       sudo ./fetch SOCKET 名前 COMMAND...
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_FDS 8

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (fd < 0)
        err(1, "socket");
    if (strlen(path) >= sizeof(address.sun_path))
        errx(1, "%s: too long", path);
    strcpy(address.sun_path, path);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        err(1, "%s", path);
    return fd;
}

/* --8<-- [start:main] */
/* 付いてきたファイルディスクリプタをfdsに収め、その数を返す */
static size_t receive(int keeper, int fds[MAX_FDS])
{
    char text[16];
    union { /* 制御メッセージの置き場所は、構造体と同じ境界にそろえる */
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * MAX_FDS)];
    } control;
    struct iovec body = {.iov_base = text, .iov_len = sizeof(text)};
    struct msghdr message = {
        .msg_iov = &body,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof(control),
    };

    if (recvmsg(keeper, &message, MSG_CMSG_CLOEXEC) < 0)
        err(1, "recvmsg");
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
        return 0;
    size_t size = header->cmsg_len - CMSG_LEN(0);
    memcpy(fds, CMSG_DATA(header), size);
    return size / sizeof(int);
}

int main(int argc, char *argv[])
{
    char request[256];
    int fds[MAX_FDS];

    if (argc < 4)
        errx(1, "usage: %s SOCKET NAME COMMAND...", argv[0]);
    int keeper = connect_to(argv[1]);
    size_t length = snprintf(request, sizeof(request), "get %s", argv[2]);
    if (length >= sizeof(request))
        errx(1, "%s: too long", argv[2]);
    if (send(keeper, request, length, 0) < 0)
        err(1, "send");
    size_t count = receive(keeper, fds);
    if (count == 0)
        errx(1, "%s: nothing is kept by this name", argv[2]);
    for (size_t i = 0; i < count; i++)
        if (setns(fds[i], 0) < 0) /* 種類は、fdが知っている */
            err(1, "setns");
    execvp(argv[3], argv + 3);
    err(127, "%s", argv[3]);
}
/* --8<-- [end:main] */
