/*
 * ディレクトリをルートに持つ、新しいマウント名前空間を1回のシステムコールで作る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o tree_ns tree_ns.c
 *       sudo ./tree_ns DIR COMMAND...
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

/* Linux 7.0の <linux/mount.h> から。古いヘッダーにはない */
#ifndef OPEN_TREE_NAMESPACE
#define OPEN_TREE_NAMESPACE (1 << 1)
#endif

int main(int argc, char *argv[])
{
    if (argc < 3)
        errx(1, "usage: %s DIR COMMAND...", argv[0]);

    /* OPEN_TREE_CLONEと違い、返るのはマウントではなく名前空間のfd */
    int ns = open_tree(AT_FDCWD, argv[1], OPEN_TREE_NAMESPACE | OPEN_TREE_CLOEXEC);
    if (ns < 0)
        err(1, "open_tree");
    if (setns(ns, CLONE_NEWNS) < 0) /* ルートも作業ディレクトリもそこへ移る */
        err(1, "setns");
    execv(argv[2], argv + 2);
    err(1, "%s", argv[2]);
}
