/*
 * 外のディレクトリを、動いているプロセスのマウント名前空間に差し入れる。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o insert_mount insert_mount.c
 *       sudo ./insert_mount PID 外のDIR 中のDIR
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    char path[64];

    if (argc != 4)
        errx(1, "usage: %s PID SOURCE TARGET", argv[0]);

    /* bind mountの元を作る。まだどこにもマウントせず、fdだけが指している */
    int tree = open_tree(AT_FDCWD, argv[2], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0)
        err(1, "open_tree %s", argv[2]);

    snprintf(path, sizeof(path), "/proc/%s/ns/mnt", argv[1]);
    int ns = open(path, O_RDONLY | O_CLOEXEC);
    if (ns < 0)
        err(1, "%s", path);
    if (setns(ns, CLONE_NEWNS) < 0)
        err(1, "setns");

    /* ここはもう中。外のSOURCEは見えないが、treeは手元にある */
    if (move_mount(tree, "", AT_FDCWD, argv[3], MOVE_MOUNT_F_EMPTY_PATH) < 0)
        err(1, "move_mount %s", argv[3]);
    return 0;
}
