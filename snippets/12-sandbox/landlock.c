/*
 * Landlockで、できることを決めてから、コマンドに変身する。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o landlock landlock.c
 *       ./landlock WRITABLE COMMAND...（sudoは要らない。Linux 6.12から）
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    READ = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
        LANDLOCK_ACCESS_FS_READ_DIR,
    WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE |
        LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
        LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
        LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
        LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
        LANDLOCK_ACCESS_FS_MAKE_SYM,
};

static int check(long result, const char *what)
{
    if (result < 0)
        err(1, "%s", what);
    return (int)result;
}

static void allow(int ruleset, const char *path, unsigned long long access)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = access};

    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0) /* /lib64がないマシンもある */
        return;
    check(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0),
          path);
    close(rule.parent_fd);
}

int main(int argc, char *argv[])
{
    static const char *const paths[] = {"/usr", "/lib", "/lib64",
                                        "/bin", "/etc", "/proc"};
    struct landlock_ruleset_attr handled = {
        /* ここに並べた操作は、許さなければ断られる */
        .handled_access_fs = READ | WRITE,
        .handled_access_net = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP,
        .scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL,
    };
    int ruleset;

    if (argc < 3)
        errx(2, "usage: landlock WRITABLE COMMAND...");
    ruleset =
        check(syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0),
              "landlock");
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        allow(ruleset, paths[i], READ);
    allow(ruleset, "/dev/null",
          LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
    allow(ruleset, argv[1], READ | WRITE);
    check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
    check(syscall(SYS_landlock_restrict_self, ruleset, 0),
          "landlock_restrict_self");
    execvp(argv[2], argv + 2);
    err(127, "%s", argv[2]);
}
