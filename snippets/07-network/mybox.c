/*
 * mybox：本書の小さなコンテナ。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o mybox mybox.c
 *       ./mybox run -r ROOT [OPTION]... COMMAND...（sudoは要らない）
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int flags = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS;
static char *name, **command;
static sigset_t all, none;
static int front;
static char *root;

static int check(int result, const char *what)
{
    if (result < 0)
        err(127, "%s", what);
    return result;
}

static void put(const char *path, const char *text) /* 空の文字列なら、作るだけ */
{
    int fd = check(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666), path);

    check(write(fd, text, strlen(text)), path);
    close(fd);
}

static char *text(const char *format, ...)
{
    va_list values;
    char *result;

    va_start(values, format);
    check(vasprintf(&result, format, values), "vasprintf");
    va_end(values);
    return result;
}

/* コマンドに変身する */
static int execute(void)
{
    check(setpgid(0, 0), "setpgid");
    if (front) /* ^Cが、PID 1でなくコマンドに届くようにする */
        check(tcsetpgrp(0, getpgrp()), "tcsetpgrp");
    sigprocmask(SIG_SETMASK, &none, NULL);
    return check(execvp(command[0], command), command[0]);
}

/* --8<-- [start:life] */
/* taskを子プロセスでおこなう。子は、その答えを終了ステータスにして終わる */
static pid_t spawn(int (*task)(void))
{
    pid_t pid = check(fork(), "fork");

    if (pid == 0)
        exit(task());
    return pid;
}

/* シグナルを子に渡し、孤児も回収する。子が終わったら、その終了ステータスを返す */
static int look_after(pid_t child)
{
    for (;;) {
        int number;

        sigwait(&all, &number); /* sigwaitinfo(2)と違い、SIGCONTで中断しない */
        if (number != SIGCHLD) {
            check(kill(child, number), "kill");
            continue;
        }
        for (;;) {
            siginfo_t ended = {0};

            check(waitid(P_ALL, 0, &ended, WEXITED | WNOHANG), "waitid");
            if (ended.si_pid == 0)
                break;
            if (ended.si_pid == child)
                return ended.si_status + (ended.si_code == CLD_EXITED ? 0 : 128);
        }
    }
}
/* --8<-- [end:life] */

/* --8<-- [start:lo] */
/* ip link set lo up と同じこと */
static void raise_lo(void)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

    check(ioctl(fd, SIOCSIFFLAGS, &lo), "lo");
    close(fd);
}
/* --8<-- [end:lo] */

/* --8<-- [start:init] */
/* PID 1として、中を整え、コマンドの面倒を見る */
static int init(void)
{
    static const char *const devices[][2] = {{"/dev/null", "dev/null"},
                                             {"/dev/zero", "dev/zero"},
                                             {"/dev/random", "dev/random"},
                                             {"/dev/urandom", "dev/urandom"},
                                             {"/dev/tty", "dev/tty"}};

    check(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount /");
    check(mount(root, root, NULL, MS_BIND | MS_REC, NULL), root);
    check(chdir(root), root);
    check(mount("tmpfs", "dev", "tmpfs", 0, "mode=755"), "mount dev");
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        put(devices[i][1], "");
        check(mount(devices[i][0], devices[i][1], NULL, MS_BIND, NULL), devices[i][0]);
    }
    check(syscall(SYS_pivot_root, ".", "."), "pivot_root"); /* 古いルートが上に重なる */
    check(mount("proc", "/proc", "proc", 0, NULL), "mount /proc");
    check(umount2(".", MNT_DETACH), "umount2"); /* 重なった古いルートを捨てる */
    check(chdir("/"), "/");
    raise_lo();
    return look_after(spawn(execute));
}
/* --8<-- [end:init] */

/* --8<-- [start:start] */
/* 名前空間を分けて、コマンドを動かす */
static int start(void)
{
    char *uid_map = text("0 %u 1", getuid()); /* 分けたあとでは、もう尋ねられない */
    char *gid_map = text("0 %u 1", getgid());

    check(unshare(flags), "unshare");
    put("/proc/self/uid_map", uid_map);
    put("/proc/self/setgroups", "deny");
    put("/proc/self/gid_map", gid_map);
    if (name)
        check(sethostname(name, strlen(name)), "sethostname");
    return look_after(spawn(init));
}
/* --8<-- [end:start] */

int main(int argc, char *argv[])
{
    const char *verb = argc > 1 ? argv[1] : "";
    int option, status, (*task)(void) = NULL;

    if (strcmp(verb, "run") == 0)
        task = start;
    else
        errx(2, "usage: mybox run [OPTION]... COMMAND...");
    optind = 2;
    while ((option = getopt(argc, argv, "+n:r:")) != -1)
        switch (option) {
        case 'n':
            name = optarg;
            break;
        case 'r':
            root = optarg;
            break;
        default:
            return 2;
        }
    command = argv + optind;
    if (!root)
        errx(2, "-r ROOT is missing");
    if (!*command)
        errx(2, "COMMAND is missing");
    front = isatty(0) && tcgetpgrp(0) == getpgrp();
    flags |= CLONE_NEWUSER;
    flags |= CLONE_NEWNET;
    sigfillset(&all);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &all, NULL);
    status = task();
    if (front) /* 前面を、呼んだシェルに返す */
        tcsetpgrp(0, getpgrp());
    return status;
}
