"""スレッドのいるプロセスは、Time名前空間に入れない。スレッドが終われば入れる。

実行: sudo python3 threaded.py
"""

import os
import subprocess
import threading

# --8<-- [start:main]
time = os.open("/proc/self/ns/time", os.O_RDONLY)
end = threading.Event()
thread = threading.Thread(target=end.wait)
thread.start()


def enter(who: str) -> None:
    try:
        os.setns(time, os.CLONE_NEWTIME)
        print(f"{who}: ok", flush=True)
    except OSError as e:
        print(f"{who}: {e.strerror}", flush=True)


enter("two threads")
subprocess.run(["bash", "diagnose.sh", "Too many users", str(os.getpid())])
end.set()
thread.join()
enter("one thread")
# --8<-- [end:main]
