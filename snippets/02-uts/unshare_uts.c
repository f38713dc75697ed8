/*
 * unshare(2) で自分だけを新しいUTS名前空間に移し、ホスト名を変える。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o unshare_uts unshare_uts.c
 *       sudo ./unshare_uts
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void show(const char *label)
{
    struct utsname u;
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/uts", ns, sizeof(ns) - 1);

    if (n < 0)
        err(1, "readlink");
    ns[n] = '\0';
    if (uname(&u) < 0)
        err(1, "uname");
    printf("%-8s%s  %s\n", label, ns, u.nodename);
}

int main(void)
{
    const char *name = "inner";

    show("before");

    if (unshare(CLONE_NEWUTS) < 0)
        err(1, "unshare");
    show("unshare"); /* 名前空間は変わったが、名前はまだ元の値の写し */

    if (sethostname(name, strlen(name)) < 0)
        err(1, "sethostname");
    show("after");
    return 0;
}
