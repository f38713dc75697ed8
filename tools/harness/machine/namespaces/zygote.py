"""The keeper of machines made of namespaces, ready to be cloned: each is a clone of this process.

It has imported everything that the agent needs before it is cloned, since in the machine no module
of the host can be found. Beside what every keeper says, the agent says on its machine's life line,
before or after its pid,

    {"ready": true}              the agent listens; with it comes the channel

and {"error": sentence} if the machine can't be made.
"""

import contextlib
import encodings.idna  # noqa: F401  here and below: used by the standard library when needed,
import gc
import linecache  # noqa: F401  which is too late in a machine
import os
import signal
import socket
import sys
import traceback  # noqa: F401
from typing import Any, NoReturn

from harness.guest import syscalls, world
from harness.guest.accounts import keep_only
from harness.guest.agent import Agent
from harness.guest.left import Made
from harness.guest.left.files import signs
from harness.guest.left.settings import of_fresh_network
from harness.guest.proc import Proc
from harness.machine import bounds
from harness.machine.keeper import Keeper, Life, say, sentence


class Zygote(Keeper):
    """Clones itself into new namespaces on request."""

    def __init__(self, control: socket.socket, rootfs: str) -> None:
        super().__init__(control)
        self.rootfs = rootfs
        self.made = Made(signs=signs(rootfs), settings=of_fresh_network(Proc()))
        self.bounded = "pids" not in bounds.unbounded(self.hierarchies)

    def make(self, line: int, request: dict[str, Any], given: list[int]) -> Life:
        """Clone a machine's agent."""
        pid, pidfd, limits = self.clone(world.NAMESPACES)
        if pid == 0:
            self.be_agent(line, limits)
        return Life(pid, pidfd, limits, line)

    def be_agent(self, line: int, limits: bounds.Bounds) -> NoReturn:
        """In the child: make a machine and then be its agent."""
        try:
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
            keep_only(line)
            line = 3
            limits.join()  # they have the weight that our niceness gives
            with contextlib.suppress(PermissionError):  # root in a container may have to keep it
                os.setpriority(os.PRIO_PROCESS, 0, 0)
            syscalls.unshare(syscalls.CLONE_NEWCGROUP)
            proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            inside, upper = world.enter(self.rootfs, self.bounded, proc)
            # Made here, so that it belongs to the network namespace of the machine: lsns(8)
            # would show that of the host otherwise.
            channel, theirs = socket.socketpair()
            message = b'{"ready": true}'
            with socket.socket(fileno=line) as to_harness, theirs:
                socket.send_fds(to_harness, [message], [theirs.fileno()])
            Agent(channel.detach(), self.made._replace(upper=upper), inside).run()
        except BaseException as error:
            say(line, error=sentence(error))
        finally:
            os._exit(1)


def main() -> None:
    """`python -m harness.machine.namespaces.zygote FD ROOTFS`."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    zygote = Zygote(control, sys.argv[2])
    gc.collect()
    gc.freeze()  # what is here now is never looked at again: its pages stay shared with children
    zygote.run()


if __name__ == "__main__":
    main()
