/*
 * ユーザーキーリングはユーザー名前空間ごとに分かれ、
 * セッションキーリングは引き継がれることを確かめる。
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
static void add(const char *description, int keyring)
{
    const char *secret = "s3cret";

    if (syscall(SYS_add_key, "user", description, secret, strlen(secret), keyring) < 0)
        err(1, "add_key");
}

static const char *find(const char *description, int keyring)
{
    long key = syscall(SYS_keyctl, KEYCTL_SEARCH, keyring, "user", description, 0);

    return key < 0 ? "not found" : "found";
}

/* --8<-- [start:main] */
static void show(const char *label)
{
    printf("%-8s user: %-10s session: %s\n", label,
           find("book-user", KEY_SPEC_USER_KEYRING),
           find("book-session", KEY_SPEC_SESSION_KEYRING));
}

int main(void)
{
    /* 新しい、名前のないセッションキーリングを持つ */
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
        err(1, "keyctl");
    add("book-user", KEY_SPEC_USER_KEYRING);
    add("book-session", KEY_SPEC_SESSION_KEYRING);
    show("outside");

    if (unshare(CLONE_NEWUSER) < 0)
        err(1, "unshare");
    show("inside");
    return 0;
}
/* --8<-- [end:main] */
