"""演習: プロセスのユーザー名前空間が何段目で、あと何段作れるかを表示する。

実行: python3 depth.py PID
"""

import fcntl
import os
import sys

# --8<-- [start:main]
NS_GET_PARENT = 0xB702  # <linux/nsfs.h>
DEEPEST = 33

fd = os.open(f"/proc/{sys.argv[1]}/ns/user", os.O_RDONLY)
level = 0
while True:
    try:
        fd = fcntl.ioctl(fd, NS_GET_PARENT)
    except PermissionError:  # 親は、自分のいる名前空間までしか教わらない
        break
    level += 1
print(f"level {level}, {DEEPEST - level} left")
# --8<-- [end:main]
