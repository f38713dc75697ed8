"""ソケットだけでネットワーク名前空間を生かしつづける。

実行: sudo python3 held.py
"""

import os
import signal
import socket

# --8<-- [start:main]
outside = os.open("/proc/self/ns/net", os.O_RDONLY)
os.unshare(os.CLONE_NEWNET)
kept = socket.socket()
os.setns(outside, os.CLONE_NEWNET)
signal.pause()
# --8<-- [end:main]
