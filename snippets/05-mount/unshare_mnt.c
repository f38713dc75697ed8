/*
 * unshare(2) で自分だけを新しいマウント名前空間に移し、/mntにtmpfsをマウントする。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o unshare_mnt unshare_mnt.c
 *       sudo ./unshare_mnt
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* mountinfoの5番目がマウントポイント、7番目が伝播の設定（なければ "-"） */
static void show(const char *label)
{
    char ns[64], line[4096], target[1024], field[64], root[64] = "";
    int mounted = 0;
    FILE *table = fopen("/proc/self/mountinfo", "r");
    ssize_t n = readlink("/proc/self/ns/mnt", ns, sizeof(ns) - 1);

    if (table == NULL || n < 0)
        err(1, "/proc/self");
    ns[n] = '\0';
    while (fgets(line, sizeof(line), table) != NULL) {
        if (sscanf(line, "%*s %*s %*s %*s %1023s %*s %63s", target, field) != 2)
            continue;
        if (strcmp(target, "/") == 0)
            strcpy(root, strcmp(field, "-") == 0 ? "private" : field);
        if (strcmp(target, "/mnt") == 0)
            mounted = 1;
    }
    fclose(table);
    printf("%-9s%s  /: %s  /mnt: %s\n", label, ns, root, mounted ? "True" : "False");
}

int main(void)
{
    show("before");

    if (unshare(CLONE_NEWNS) < 0)
        err(1, "unshare");
    show("unshare"); /* 名前空間は変わったが、マウントはまだ外とつながっている */

    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        err(1, "mount /");
    show("private");

    if (mount("tmpfs", "/mnt", "tmpfs", 0, NULL) < 0)
        err(1, "mount /mnt");
    show("mount");
    return 0;
}
