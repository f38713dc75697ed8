"""名前空間の中でソケットを1つ開き、元の名前空間に戻って待つ。

実行: sudo python3 agent.py
"""

import os
import signal
import socket

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-cで、黙って終わる
# --8<-- [start:main]
home = os.open("/proc/self/ns/net", os.O_RDONLY)
shop = os.open("/run/netns/shop", os.O_RDONLY)
os.setns(shop)
probe = socket.socket()  # 監視に使うソケット
os.setns(home)
os.close(home)
os.close(shop)
# --8<-- [end:main]
signal.pause()
