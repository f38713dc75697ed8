/*
 * pivot_root(2) で、渡されたディレクトリをルートにしてコマンドを起動する。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o pivot pivot.c
 *       sudo ./pivot DIR COMMAND...
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc < 3)
        errx(1, "usage: %s DIR COMMAND...", argv[0]);
    const char *root = argv[1];

    if (unshare(CLONE_NEWNS) < 0)
        err(1, "unshare");
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        err(1, "mount /");
    /* 新しいルートはマウントポイントでなければならない。自分自身にbindすればそうなる */
    if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) < 0)
        err(1, "mount %s", root);
    if (chdir(root) < 0)
        err(1, "chdir");
    if (syscall(SYS_pivot_root, ".", ".") < 0) /* 古いルートは、新しいルートに重なる */
        err(1, "pivot_root");
    if (umount2(".", MNT_DETACH) < 0) /* いま「.」でいちばん上にあるのは古いルート */
        err(1, "umount2");
    if (chdir("/") < 0)
        err(1, "chdir /");
    execv(argv[2], argv + 2);
    err(1, "%s", argv[2]);
}
