"""pidfdから、/procを通らずに名前空間を開く。

実行: python3 pidfd_ns.py PID
"""

import fcntl
import os
import struct
import sys

# include/uapi/linux/pidfd.h の PIDFD_GET_*_NAMESPACE は _IO(0xff, 1) から並ぶ（6.11以降）
KINDS = ["cgroup", "ipc", "mnt", "net", "pid", "pid_for_children"]
KINDS += ["time", "time_for_children", "user", "uts"]
PIDFD_GET_INFO = 0xC040FF0B  # _IOWR(0xff, 11, struct pidfd_info)、64バイト（6.13以降）


# --8<-- [start:main]
def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} PID")
    pidfd = os.pidfd_open(int(sys.argv[1]))
    for number, kind in enumerate(KINDS, 1):
        try:
            fd = fcntl.ioctl(pidfd, 0xFF00 + number)
            print(f"{kind:<18}", os.readlink(f"/proc/self/fd/{fd}"))
        except OSError as e:
            print(f"{kind:<18}", e.strerror)
    try:
        info = fcntl.ioctl(pidfd, PIDFD_GET_INFO, bytes(64))
        # request_mask、cgroupid、pid、tgid、ppid、ruidの順
        _, cgroup, pid, _, ppid, uid = struct.unpack_from("=QQ4I", info)
        print(f"{'info':<18} pid={pid} ppid={ppid} uid={uid} cgroup={cgroup > 0}")
    except OSError as e:
        print(f"{'info':<18}", e.strerror)
    # --8<-- [end:main]


main()
