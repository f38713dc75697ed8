"""2本目のスレッドだけを、新しいUTS名前空間に移して、待つ。

実行: sudo python3 hidden.py
"""

import os
import threading
import time


def move() -> None:
    os.unshare(os.CLONE_NEWUTS)
    time.sleep(1000)


threading.Thread(target=move, daemon=True).start()
time.sleep(1000)
