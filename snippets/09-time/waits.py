"""待つシステムコールが、どの時計の時刻を受け取るのかを調べる。

boottimeもmonotonicも7日進んだTime名前空間で、2つの締め切りを渡す。
  own    : 自分の時計で0.1秒後
  outside: 外の時計で1時間後（中の時計では、とうに過ぎている）
実行: sudo python3 waits.py
"""

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable

DAY = 24 * 60 * 60
LIBC = ctypes.CDLL(None, use_errno=True)
TIMER_ABSTIME = 1


class Timespec(ctypes.Structure):
    _fields_ = [("sec", ctypes.c_long), ("nsec", ctypes.c_long)]

    @classmethod
    def of(cls, seconds: float) -> "Timespec":
        return cls(int(seconds), int(seconds % 1 * 1e9))


def clock_nanosleep(clock: int, deadline: float) -> None:
    LIBC.clock_nanosleep(clock, TIMER_ABSTIME, ctypes.byref(Timespec.of(deadline)), None)


def timerfd(clock: int, deadline: float) -> None:
    fd = os.timerfd_create(clock)
    os.timerfd_settime(fd, flags=os.TFD_TIMER_ABSTIME, initial=deadline)
    os.read(fd, 8)  # 期限が来るまで、ここで待つ
    os.close(fd)


def timer(clock: int, deadline: float) -> None:
    """timer_create(2) のタイマー。期限が来るとSIGALRMを送る。"""
    timer_id = ctypes.c_void_p()
    when = (Timespec * 2)(Timespec(), Timespec.of(deadline))  # struct itimerspec
    if (
        LIBC.timer_create(clock, None, ctypes.byref(timer_id)) < 0
        or LIBC.timer_settime(timer_id, TIMER_ABSTIME, when, None) < 0
    ):
        raise OSError(ctypes.get_errno(), "timer")
    signal.sigwait({signal.SIGALRM})
    LIBC.timer_delete(timer_id)


def futex(clock: int, deadline: float) -> None:
    """誰も開けないセマフォを待つ。glibcの中身はfutex(2)。"""
    semaphore = ctypes.create_string_buffer(32)
    LIBC.sem_init(semaphore, 0, 0)
    LIBC.sem_clockwait(semaphore, clock, ctypes.byref(Timespec.of(deadline)))


def seconds(wait: Callable[[], object]) -> float:
    begin = time.monotonic()
    wait()
    return time.monotonic() - begin


def slept(wait: Callable[[], object]) -> str:
    return "0.1 s" if seconds(wait) >= 0.1 else "too short"


def main() -> None:
    outside = {c: time.clock_gettime(c) for c in (time.CLOCK_MONOTONIC, time.CLOCK_BOOTTIME)}
    os.unshare(os.CLONE_NEWTIME)
    with open("/proc/self/timens_offsets", "w") as file:
        file.write(f"monotonic {7 * DAY} 0\nboottime {7 * DAY} 0\n")
    pid = os.fork()
    if pid != 0:
        _, status = os.waitpid(pid, 0)
        sys.exit(os.waitstatus_to_exitcode(status))

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})  # sigwait() で受け取る
    print(f"{'':<32}own       outside")
    for name, call, clock in [
        ("clock_nanosleep MONOTONIC", clock_nanosleep, time.CLOCK_MONOTONIC),
        ("clock_nanosleep BOOTTIME", clock_nanosleep, time.CLOCK_BOOTTIME),
        ("timerfd MONOTONIC", timerfd, time.CLOCK_MONOTONIC),
        ("timerfd BOOTTIME", timerfd, time.CLOCK_BOOTTIME),
        ("timer MONOTONIC", timer, time.CLOCK_MONOTONIC),
        ("timer BOOTTIME", timer, time.CLOCK_BOOTTIME),
        ("futex MONOTONIC", futex, time.CLOCK_MONOTONIC),
    ]:
        own = slept(lambda c=call, k=clock: c(k, time.clock_gettime(k) + 0.11))
        late = seconds(lambda c=call, k=clock: c(k, outside[k] + 3600))
        print(f"{name:<32}{own:<10}{'expired' if late < 60 else 'slept'}")

    # 「いまから0.1秒」のように長さで渡すものには、時計のずれは関係ない
    epoll = select.epoll()
    length = ctypes.byref(Timespec.of(0.11))
    print(f"{'nanosleep (relative)':<32}{slept(lambda: LIBC.nanosleep(length, None))}")
    print(f"{'epoll_wait (relative)':<32}{slept(lambda: epoll.poll(0.11))}")
    print(f"{'poll (relative)':<32}{slept(lambda: select.poll().poll(110))}")


if os.geteuid() != 0:
    sys.exit("rootで実行してください: sudo python3 waits.py")
main()
