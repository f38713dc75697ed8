"""シグナルの送り手の番号 si_pid が、受け手から何番に見えるかを調べる。

実行: sudo python3 si_pid.py
"""

import os
import signal
import sys

# --8<-- [start:main]
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGCHLD})
os.unshare(os.CLONE_NEWPID)
init = os.fork()
if init == 0:
    info = signal.sigwaitinfo({signal.SIGUSR1})
    print("inside : SIGUSR1 from pid", info.si_pid, flush=True)
    os._exit(0)
os.kill(init, signal.SIGUSR1)
info = signal.sigwaitinfo({signal.SIGCHLD})
print("outside: SIGCHLD from pid", info.si_pid, "- fork() said", init)
# --8<-- [end:main]
sys.exit(os.waitstatus_to_exitcode(os.waitpid(init, 0)[1]))
