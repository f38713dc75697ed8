"""rootから降りたプロセスが、自分のuid_mapを開けないことを再現する。

実行: sudo python3 dropped.py [dumpable]
"""

import ctypes
import os
import subprocess
import sys

PR_SET_DUMPABLE = 4

# --8<-- [start:main]
os.setgroups([])
os.setresgid(1000, 1000, 1000)
os.setresuid(1000, 1000, 1000)
subprocess.run(["bash", "diagnose.sh", "EACCES", str(os.getpid())])
if "dumpable" in sys.argv:
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
os.unshare(os.CLONE_NEWUSER)
try:
    os.write(os.open("/proc/self/uid_map", os.O_WRONLY), b"0 1000 1")
    print("uid_map: ok")
except OSError as e:
    print(f"uid_map: {e.strerror}")
# --8<-- [end:main]
