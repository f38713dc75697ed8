/*
 * 引数の文字列を、標準入力の端末に「打ち込む」。
 *
 * 実行: gcc -static -o root/type type.c; root/type TEXT
 */
#include <err.h>
#include <stdio.h>
#include <sys/ioctl.h>

int main(int argc, char *argv[])
{
    for (char *c = argc > 1 ? argv[1] : ""; *c; c++)
        if (ioctl(0, TIOCSTI, c) < 0)
            err(1, "TIOCSTI");
    if (ioctl(0, TIOCSTI, "\n") < 0)
        err(1, "TIOCSTI");
}
