/*
 * キーリングがユーザー名前空間ごとに分かれることを確かめる。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o keyring keyring.c
 *       ./keyring
 */
#define _GNU_SOURCE
#include <err.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibcに関数がないので、番号（SYS_）で呼ぶ */
static long find(const char *description)
{
    return syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", description, 0);
}

int main(void)
{
    const char *secret = "s3cret";

    if (syscall(SYS_add_key, "user", "book", secret, strlen(secret), KEY_SPEC_USER_KEYRING) < 0)
        err(1, "add_key");
    printf("outside: %s\n", find("book") < 0 ? "not found" : "found");

    if (unshare(CLONE_NEWUSER) < 0)
        err(1, "unshare");
    printf("inside:  %s\n", find("book") < 0 ? "not found" : "found");
    return 0;
}
