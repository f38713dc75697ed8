/*
 * プロセスのいる名前空間を、所有者のユーザー名前空間ごとの木に描く。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o ns_tree ns_tree.c
 *       sudo ./ns_tree
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX = 4096 };

static struct ns {
    int fd, owner; /* ownerはfound[] の中の位置。-1なら、見せてもらえなかった */
    int kind;
    struct stat st;
} found[MAX];
static int count;

static const struct {
    int kind;
    const char *name;
} names[] = {
    {CLONE_NEWNS, "mnt"},    {CLONE_NEWUTS, "uts"},
    {CLONE_NEWIPC, "ipc"},   {CLONE_NEWPID, "pid"},
    {CLONE_NEWNET, "net"},   {CLONE_NEWCGROUP, "cgroup"},
    {CLONE_NEWTIME, "time"}, {CLONE_NEWUSER, "user"},
};

/* fdの名前空間のfound[] での位置を返す。初めて見たものなら加える */
static int add(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        err(1, "fstat");
    for (int i = 0; i < count; i++) {
        if (found[i].st.st_dev == st.st_dev && found[i].st.st_ino == st.st_ino) {
            close(fd);
            return i;
        }
    }
    if (count == MAX)
        errx(1, "too many namespaces");
    found[count].fd = fd;
    found[count].st = st;
    found[count].kind = ioctl(fd, NS_GET_NSTYPE);
    if (found[count].kind < 0)
        err(1, "NS_GET_NSTYPE");
    return count++;
}

static void draw(int owner, int depth)
{
    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
        for (int i = 0; i < count; i++) {
            uid_t uid;

            if (found[i].owner != owner || found[i].kind != names[k].kind)
                continue;
            printf("%*s%s:[%ju]", 2 * depth, "", names[k].name,
                   (uintmax_t)found[i].st.st_ino);
            if (ioctl(found[i].fd, NS_GET_OWNER_UID, &uid) == 0) /* ユーザー名前空間だけが答える */
                printf(" uid=%u", uid);
            putchar('\n');
            draw(i, depth + 1);
        }
    }
}

/* --8<-- [start:main] */
int main(void)
{
    glob_t links;

    if (glob("/proc/[0-9]*/ns/*", 0, NULL, &links) != 0)
        errx(1, "glob");
    for (size_t i = 0; i < links.gl_pathc; i++) {
        int fd = open(links.gl_pathv[i], O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            add(fd);
    }
    /* 所有者を尋ねると、プロセスのいないユーザー名前空間が増えることもある */
    for (int i = 0; i < count; i++) {
        int user = found[i].kind == CLONE_NEWUSER;
        int fd = ioctl(found[i].fd, user ? NS_GET_PARENT : NS_GET_USERNS);
        found[i].owner = fd < 0 ? -1 : add(fd);
    }
    draw(-1, 0);
    return 0;
}
/* --8<-- [end:main] */
