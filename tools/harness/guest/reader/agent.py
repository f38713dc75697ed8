"""The agent of the reader's machine: a service of its systemd, once that has come up.

Booted once, warmed, and cloned as any virtual machine (`virtual`). Whoever opens a terminal is
given one in a session; the first is there already, as where one has logged in.
"""

import ctypes
import os
import subprocess
import sys
import termios
from functools import partial
from typing import Any

from harness.guest import syscalls, virtual
from harness.guest.accounts import USER_UID, Account, account
from harness.guest.left import Made
from harness.guest.reader import session
from harness.guest.terminal import Terminal
from harness.guest.virtual import RB_POWER_OFF, WARM, GuestAgent, port, protect

PATIENCE = 600.0  # seconds, for the first session
READY = "\0"  # the terminal that nobody has asked for yet: a name that no text can have
# Services that end by themselves when they have had nothing to do for half a minute.
IDLERS = ("netavark-dhcp-proxy.service",)
WARM_TOO = """\
systemctl status > /dev/null; systemd-cgls > /dev/null; loginctl > /dev/null; journalctl -n 1
sudo systemd-run --wait --pipe true; pstree > /dev/null; man -w man; cat /proc/self/cgroup; exit
"""


class ReaderAgent(GuestAgent):
    """The agent; one of its terminals is the ordinary user's before anybody has asked for it."""

    def prepare(self) -> None:
        """Log in, so that who opens a terminal first need not."""
        self.watched.discard(self.channel)  # where somebody may be waiting for us already
        self.do_open(READY, account(USER_UID).name, PATIENCE)
        self.watched.add(self.channel)

    def open_for(self, user: Account) -> Terminal:
        """See `Agent.open_for`."""
        if user.uid == USER_UID and READY in self.terminals:
            ready = self.terminals.pop(READY)
            ready.reader = None  # it has yet to be told that it waits
            return ready
        return Terminal(
            self.proc, self.known, partial(session.start, user=user, directory=self.home)
        )

    def do_relay(self, terminal: str, rows: int, columns: int, term: str = "") -> dict[str, Any]:
        """See `agent`; with `term` a terminal that isn't there is opened for a person."""
        if term:
            person = account(USER_UID)
            start = partial(session.start, user=person, directory=self.home, term=term)
            opened = self.terminals[terminal] = Terminal(self.proc, self.known, start)
            self.watched.add(opened.master)
        return super().do_relay(terminal, rows, columns)


def lacking() -> str:
    """Wait until all has been started; what has failed to be: no clone may be without it."""
    state = said("is-system-running", "--wait")
    failed = said("list-units", "--failed", "--plain", "--no-legend")
    return "" if state == "running" else f"systemd says that it is {state}: {failed}"


def said(*words: str) -> str:
    """What systemctl(1) says."""
    done = subprocess.run(["systemctl", *words], stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def main() -> None:
    os.unlink("/run/agent.zip")
    try:
        if why := lacking():
            print(why, file=sys.stderr)
            termios.tcdrain(sys.stderr)
            return
        subprocess.run(["systemctl", "stop", *IDLERS], stderr=subprocess.DEVNULL)
        protect()
        start = partial(session.start, user=account(USER_UID), directory=account(USER_UID).home)
        for text in (WARM, WARM_TOO):
            virtual.warm(start, text)
        agent = ReaderAgent(port(), Made())
        agent.prepare()
        agent.run()
    finally:  # the harness sees no end of a port whose machine goes on
        syscalls.libc.reboot(ctypes.c_int(RB_POWER_OFF))
