"""1秒ごとに子を生み、UTS名前空間を作らせて、すぐに終わらせる。

実行: sudo python3 storm.py
"""

import os
import time

while True:
    if os.fork() == 0:
        os.unshare(os.CLONE_NEWUTS)
        os._exit(0)
    os.wait()
    time.sleep(1)
