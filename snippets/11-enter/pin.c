/*
 * 名前空間のファイルを1つ、別のファイルにつなぎとめる。外すのは umount(8)。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o pin pin.c
 *       sudo ./pin /proc/PID/ns/uts FILE
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    if (argc != 3)
        errx(1, "usage: %s /proc/PID/ns/KIND FILE", argv[0]);

    /* 失敗したときに消してよいのは、ここで作れたファイルだけ */
    int fd = open(argv[2], O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (fd < 0 && errno != EEXIST)
        err(1, "%s", argv[2]);
    if (mount(argv[1], argv[2], NULL, MS_BIND, NULL) < 0) {
        warn("%s on %s", argv[1], argv[2]);
        if (fd >= 0 && unlink(argv[2]) < 0)
            warn("unlink");
        return 1;
    }
    return 0;
}
