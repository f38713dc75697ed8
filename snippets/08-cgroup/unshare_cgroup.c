/*
 * cgroupに移ってから unshare(2) して、そこをルートとするcgroup名前空間に移る。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o unshare_cgroup unshare_cgroup.c
 *       sudo ./unshare_cgroup（終わったら sudo rmdir /sys/fs/cgroup/demo）
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEMO "/sys/fs/cgroup/demo"

/* cgroup v2の行（0::で始まる）を探し、パスをbufに入れて返す */
static char *path(const char *file, char *buf, size_t size)
{
    FILE *f = fopen(file, "re");

    if (!f)
        err(1, "%s", file);
    while (fgets(buf, (int)size, f))
        if (strncmp(buf, "0::", 3) == 0) {
            buf[strcspn(buf, "\n")] = '\0';
            fclose(f);
            return buf + 3;
        }
    errx(1, "%s: no cgroup v2", file);
}

static void show(const char *label)
{
    char ns[64], self[256], init[256];
    ssize_t n = readlink("/proc/self/ns/cgroup", ns, sizeof(ns) - 1);

    if (n < 0)
        err(1, "readlink");
    ns[n] = '\0';
    printf("%-8s%s  self=%-6s init=%s\n", label, ns,
           path("/proc/self/cgroup", self, sizeof(self)),
           path("/proc/1/cgroup", init, sizeof(init)));
}

/* --8<-- [start:main] */
int main(void)
{
    show("before");
    if (mkdir(DEMO, 0755) < 0 && errno != EEXIST)
        err(1, "mkdir");
    int fd = open(DEMO "/cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        err(1, "cgroup.procs");
    if (write(fd, "0", 1) < 0) /* 0は、書いた自分 */
        err(1, "cgroup.procs");
    close(fd);
    show("moved");

    if (unshare(CLONE_NEWCGROUP) < 0)
        err(1, "unshare");
    show("unshare"); /* いるcgroupは同じまま、ルートだけが変わった */
    return 0;
}
/* --8<-- [end:main] */
