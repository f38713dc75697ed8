/*
 * 自分だけのUTS名前空間を作り、そこでのホスト名に挨拶する。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o hello hello.c
 *       sudo ./hello
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(void)
{
    const char *name = "unshared world";
    struct utsname u;

    if (unshare(CLONE_NEWUTS) < 0)
        err(1, "unshare");
    if (sethostname(name, strlen(name)) < 0)
        err(1, "sethostname");
    if (uname(&u) < 0)
        err(1, "uname");

    printf("Hello! %s\n", u.nodename);
    return 0;
}
