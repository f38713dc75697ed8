/*
 * listns(2) で、UTS名前空間の識別番号を並べる。
 *
 * 実行: gcc -Wall -Wextra -Wpedantic -o listns listns.c
 *       sudo ./listns
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

/* include/uapi/asm-generic/unistd.h（6.19以降）。x86-64とarm64で同じ番号 */
#define SYS_listns_ 470

/* include/uapi/linux/nsfs.h の struct ns_id_req（最初の版、32バイト） */
struct ns_id_req {
    uint32_t size, spare;
    uint64_t ns_id; /* この番号より後から */
    uint32_t ns_type, spare2;
    uint64_t user_ns_id; /* この所有者のものだけ。0なら問わない */
};

/* --8<-- [start:main] */
int main(void)
{
    struct ns_id_req req = {.size = sizeof(req), .ns_type = CLONE_NEWUTS};
    uint64_t ids[16];
    long n;

    while ((n = syscall(SYS_listns_, &req, ids, sizeof(ids) / sizeof(ids[0]), 0)) > 0) {
        for (long i = 0; i < n; i++)
            printf("%" PRIu64 "\n", ids[i]);
        req.ns_id = ids[n - 1];
    }
    if (n < 0 && errno != ENOENT) /* ENOENTは「もう後にはない」 */
        err(1, "listns");
    return 0;
}
/* --8<-- [end:main] */
