/*
 * mybox：本書の小さなコンテナ。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o mybox mybox.c
 *       ./mybox run -r ROOT [OPTION]... COMMAND...（sudoは要らない）
 *       ./mybox exec PID COMMAND...
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

static int flags = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS;
static char *name, **command;
static sigset_t all, none;
static int front;
static char *root;
static char *cgroup, *memory = "max", *pids = "max";
static char *boottime;
static char *subid;
static int terminal, master; /* -tと、箱の端末の親側 */
static struct termios before;
static int go[2]; /* 親から子への合図。書く側は親だけが持つ */
static pid_t box;

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

/* --8<-- [start:guard] */
#define OFFSET(member) ((unsigned int)offsetof(struct seccomp_data, member))
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define JUMP(test, value, yes, no)                                             \
    BPF_JUMP(BPF_JMP | (test) | BPF_K, value, yes, no)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#if defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH AUDIT_ARCH_X86_64
#endif
#define DENY(number)                                                           \
    JUMP(BPF_JEQ, number, 0, 1), RETURN(SECCOMP_RET_ERRNO | EPERM)

/* コマンドに変身する前に、できることを減らす */
static void guard(void)
{
    const unsigned int keep = 1U << CAP_CHOWN | 1U << CAP_DAC_OVERRIDE |
                              1U << CAP_FOWNER | 1U << CAP_KILL | 1U << CAP_SETGID |
                              1U << CAP_SETUID | 1U << CAP_NET_BIND_SERVICE;
    struct sock_filter rows[] = {
        LOAD(OFFSET(arch)),
        JUMP(BPF_JEQ, ARCH, 1, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        LOAD(OFFSET(nr)),
        JUMP(BPF_JGE, 1U << 30, 0, 1), /* x32の番号 */
        RETURN(SECCOMP_RET_ERRNO | ENOSYS),
        DENY(SYS_ptrace),
        DENY(SYS_add_key),
        DENY(SYS_request_key),
        DENY(SYS_keyctl),
        DENY(SYS_unshare),
        DENY(SYS_perf_event_open),
        DENY(SYS_setns),
        DENY(SYS_bpf),
        DENY(SYS_userfaultfd),
        DENY(SYS_io_uring_setup),
        JUMP(BPF_JEQ, SYS_clone3, 0, 1), /* フラグを読めないので、ないことにする */
        RETURN(SECCOMP_RET_ERRNO | ENOSYS),
        JUMP(BPF_JEQ, SYS_clone, 0, 3), /* 第1引数に、flagsのどれかがあれば断る */
        LOAD(OFFSET(args[0])),
        JUMP(BPF_JSET, (unsigned int)flags, 0, 1),
        RETURN(SECCOMP_RET_ERRNO | EPERM),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(rows) / sizeof(rows[0]), rows};

    check(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}), "setrlimit");
    clearenv();
    check(setenv("PATH", "/bin:/usr/bin", 1), "setenv");
    for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
        if (number >= 32 || !(keep >> number & 1))
            check(prctl(PR_CAPBSET_DROP, number, 0, 0, 0), "capbset");
    check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
    check(close_range(3, ~0U, 0), "close_range"); /* 外のディレクトリを持ち込まない */
    check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0),
          "seccomp");
}
/* --8<-- [end:guard] */

/* コマンドに変身する */
static int execute(void)
{
    check(setpgid(0, 0), "setpgid");
    if (front) /* ^Cが、PID 1でなくコマンドに届くようにする */
        check(tcsetpgrp(0, getpgrp()), "tcsetpgrp");
    sigprocmask(SIG_SETMASK, &none, NULL);
    guard();
    return check(execvp(command[0], command), command[0]);
}

/* --8<-- [start:life] */
/* 親が死んだら死ぬ。もう死んでいたら、シグナルは来ないので、合図の端で知る */
static void die_with_parent(void)
{
    close(go[1]);
    check(prctl(PR_SET_PDEATHSIG, SIGKILL), "pdeathsig");
    if (poll(&(struct pollfd){.fd = go[0]}, 1, 0))
        exit(127);
}

/* taskを子プロセスでおこなう。子は、その答えを終了ステータスにして終わる */
static pid_t spawn(int (*task)(void))
{
    check(pipe2(go, O_CLOEXEC), "pipe2");
    pid_t pid = check(fork(), "fork");

    if (pid == 0)
        die_with_parent();
    if (pid == 0)
        exit(task());
    close(go[0]);
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

/* --8<-- [start:terminal] */
static void resize(int number)
{
    struct winsize size;

    (void)number;
    check(ioctl(0, TIOCGWINSZ, &size), "TIOCGWINSZ");
    check(ioctl(master, TIOCSWINSZ, &size), "TIOCSWINSZ");
}

/* 外の端末と箱の端末のあいだを、コマンドが終わるまで写す */
static int copy(void)
{
    struct pollfd ends[] = {{master, POLLIN, 0}, {go[0], 0, 0}, {0, POLLIN, 0}};
    struct termios raw = before;
    static char data[65536];
    sigset_t window;

    resize(0);
    signal(SIGWINCH, resize);
    sigemptyset(&window);
    sigaddset(&window, SIGWINCH);
    sigprocmask(SIG_UNBLOCK, &window, NULL);
    cfmakeraw(&raw);
    check(tcsetattr(0, TCSADRAIN, &raw), "tcsetattr"); /* ^Cも、文字のまま箱に届ける */
    for (;;) {
        if (poll(ends, 3, -1) < 0) /* 大きさが変わった */
            continue;
        if (!ends[0].revents && ends[1].revents) /* 終わったので、出力の残りもない */
            return 0;
        int out = ends[0].revents != 0;
        ssize_t size = read(out ? master : 0, data, sizeof(data));

        if (size <= 0) /* 外の端末がなくなった */
            return 0;
        for (ssize_t done = 0; done < size;)
            done += check(
                (int)write(out ? 1 : master, data + done, (size_t)(size - done)),
                "write");
    }
}

/* 箱に端末を作り、それを制御端末とするセッションで、コマンドを動かす */
static int session(void)
{
    int slave, end, status;
    pid_t copier;

    check(openpty(&master, &slave, NULL, NULL, NULL), "openpty"); /* 箱の/dev/ptmx */
    copier = spawn(copy); /* 写す子は、外の端末を持つ */
    end = go[1];
    check(login_tty(slave), "login_tty"); /* ここから、0番から2番は箱の端末 */
    status = look_after(spawn(execute));
    close(end);
    waitpid(copier, NULL, 0);
    return status;
}
/* --8<-- [end:terminal] */

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
    check(mkdir("dev/pts", 0755), "dev/pts");
    check(mount("devpts", "dev/pts", "devpts", 0, "newinstance,ptmxmode=666"), "devpts");
    check(symlink("pts/ptmx", "dev/ptmx"), "dev/ptmx");
    check(syscall(SYS_pivot_root, ".", "."), "pivot_root"); /* 古いルートが上に重なる */
    check(mount("proc", "/proc", "proc", 0, NULL), "mount /proc");
    check(umount2(".", MNT_DETACH), "umount2"); /* 重なった古いルートを捨てる */
    check(chdir("/"), "/");
    raise_lo();
    if (terminal)
        return look_after(spawn(session));
    return look_after(spawn(execute));
}
/* --8<-- [end:init] */

/* --8<-- [start:maps] */
/* 外に残り、親が名前空間を分けるのを待って、対応表を書く */
static int write_maps(void)
{
    unsigned int pid = (unsigned int)getppid(), uid = getuid(), gid = getgid();

    if (read(go[0], &(char){0}, 1) != 1) /* 分けられずに終わった */
        return 127;
    if (subid) /* 1番から先は、/etc/subuidと/etc/subgidで自分に割り当てられたもの */
        return system(text("newuidmap %u 0 %u 1 1 %s 65536 && "
                           "newgidmap %u 0 %u 1 1 %s 65536",
                           pid, uid, subid, pid, gid, subid)) != 0;
    put(text("/proc/%u/uid_map", pid), text("0 %u 1", uid));
    put(text("/proc/%u/gid_map", pid), text("0 %u 1", gid));
    return 0;
}
/* --8<-- [end:maps] */

/* --8<-- [start:start] */
/* 名前空間を分けて、コマンドを動かす */
static int start(void)
{
    pid_t mapper = spawn(write_maps); /* 分ける前に生み、外に残す */

    if (cgroup) {
        put(text("%s/memory.max", cgroup), memory);
        put(text("%s/memory.swap.max", cgroup), "0");
        put(text("%s/pids.max", cgroup), pids);
        put(text("%s/cgroup.procs", cgroup), "0"); /* 移ってから分ける */
    }
    check(unshare(flags), "unshare");
    put("/proc/self/setgroups", "deny");
    check(write(go[1], ".", 1), "write");
    if (look_after(mapper))
        return 127;
    if (boottime) /* 子が生まれたあとでは、もう書けない */
        put("/proc/self/timens_offsets", text("boottime %s 0", boottime));
    if (name)
        check(sethostname(name, strlen(name)), "sethostname");
    return look_after(spawn(init));
}
/* --8<-- [end:start] */

/* --8<-- [start:run] */
/* 上限つきのcgroupを作り、箱をその中で動かし、終わったら消す */
static int run(void)
{
    int status;

    if (!cgroup)
        return look_after(spawn(start));
    cgroup = text("%s/mybox-%d", cgroup, getpid());
    check(mkdir(cgroup, 0755), cgroup);
    status = look_after(spawn(start));
    check(rmdir(cgroup), cgroup);
    return status;
}
/* --8<-- [end:run] */

/* --8<-- [start:enter] */
/* 動いている箱に、pidfdで一度に入って、コマンドを動かす */
static int enter(void)
{
    check(setns(check(pidfd_open(box, 0), "pidfd_open"), flags), "setns");
    return look_after(spawn(execute));
}
/* --8<-- [end:enter] */

int main(int argc, char *argv[])
{
    const char *verb = argc > 1 ? argv[1] : "";
    int option, status, (*task)(void) = NULL;

    if (strcmp(verb, "run") == 0)
        task = run;
    else if (strcmp(verb, "exec") == 0)
        task = enter;
    else
        errx(2, "usage: mybox run [OPTION]... COMMAND...");
    optind = 2;
    while ((option = getopt(argc, argv, "+n:r:c:m:p:b:s:t")) != -1)
        switch (option) {
        case 'n':
            name = optarg;
            break;
        case 'r':
            root = optarg;
            break;
        case 'c':
            cgroup = optarg;
            break;
        case 'm':
            memory = optarg;
            break;
        case 'p':
            pids = optarg;
            break;
        case 'b':
            boottime = optarg;
            break;
        case 's':
            subid = optarg;
            break;
        case 't':
            terminal = 1;
            break;
        default:
            return 2;
        }
    command = argv + optind;
    if (task == enter && *command)
        box = atoi(*command++); /* 数でなければ0になり、EINVALで終わる */
    if (!root && task != enter)
        errx(2, "-r ROOT is missing");
    if (!*command)
        errx(2, "COMMAND is missing");
    front = isatty(0) && tcgetpgrp(0) == getpgrp();
    if (terminal && !front)
        errx(2, "-t needs a terminal");
    tcgetattr(0, &before);
    flags |= CLONE_NEWUSER;
    flags |= CLONE_NEWNET;
    flags |= CLONE_NEWCGROUP;
    flags |= CLONE_NEWTIME;
    sigfillset(&all);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &all, NULL);
    status = task();
    if (front) /* 前面を、呼んだシェルに返す */
        tcsetpgrp(0, getpgrp());
    if (front)
        tcsetattr(0, TCSADRAIN, &before);
    return status;
}
