/*
 * unshare(2) で自分だけを新しいユーザー名前空間に移し、自分をrootに対応づける。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o unshare_user unshare_user.c
 *       ./unshare_user
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void show(const char *label)
{
    char ns[64], line[256], caps[32] = "";
    ssize_t n = readlink("/proc/self/ns/user", ns, sizeof(ns) - 1);
    FILE *status = fopen("/proc/thread-self/status", "r");

    if (n < 0 || status == NULL)
        err(1, "/proc");
    ns[n] = '\0';
    while (fgets(line, sizeof(line), status) != NULL)
        sscanf(line, "CapEff: %31s", caps);
    fclose(status);
    printf("%-8s%s  uid=%-6ugid=%-6uCapEff=%s\n", label, ns, geteuid(), getegid(), caps);
}

/* --8<-- [start:main] */
/* 対応表は1回のwrite(2) で書く */
static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        err(1, "%s", path);
    close(fd);
}

int main(void)
{
    char uid_map[64], gid_map[64];

    /* 移ったあとでは、もとのIDを尋ねられない */
    snprintf(uid_map, sizeof(uid_map), "0 %u 1", geteuid());
    snprintf(gid_map, sizeof(gid_map), "0 %u 1", getegid());
    show("before");

    if (unshare(CLONE_NEWUSER) < 0)
        err(1, "unshare");
    show("unshare"); /* 特権はあるが、IDはまだ対応していない */

    put("/proc/self/uid_map", uid_map);
    put("/proc/self/setgroups", "deny"); /* これがないと、次の行がEPERM */
    put("/proc/self/gid_map", gid_map);
    show("mapped");
    return 0;
}
/* --8<-- [end:main] */
