"""演習: スレッドだけが、新しいUTS名前空間に移って待つ。

実行: sudo python3 hidden.py
"""

import os
import signal
import threading

signal.signal(signal.SIGINT, signal.SIG_DFL)


def work() -> None:
    os.unshare(os.CLONE_NEWUTS)
    link = os.readlink("/proc/thread-self/ns/uts")
    print(os.getpid(), threading.get_native_id(), link, flush=True)
    threading.Event().wait()


threading.Thread(target=work).start()
