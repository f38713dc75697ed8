"""How fast a virtual machine can be here: by the processor (KVM), or emulated (TCG).

/dev/kvm proves nothing: on a virtual machine that is emulated itself it may open and then hang.
KVM is believed once a machine has booted by it, and what was found holds until the next boot.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from harness.image.store import cache_directory
from harness.machine import MachineError

T = TypeVar("T")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
DEVICE = Path("/dev/kvm")
CPUINFO = Path("/proc/cpuinfo")


def candidates() -> tuple[str, ...]:
    """``kvm`` where it is worth a trial, and ``tcg``, which always works."""
    if not os.access(DEVICE, os.R_OK | os.W_OK) or found_broken():
        return ("tcg",)
    flags = re.search(r"^flags.*", CPUINFO.read_text(), re.MULTILINE)
    return ("kvm", "tcg") if flags and {"vmx", "svm"} & set(flags[0].split()) else ("tcg",)


def first_that_works(attempt: Callable[[str], T], note: Callable[[str], None]) -> T:
    """What `attempt` returns for the first acceleration for which it doesn't raise.

    :raises MachineError: what it raised for the last.
    """
    *faster, last = candidates()
    for acceleration in faster:
        try:
            return attempt(acceleration)
        except MachineError as error:
            note(f"KVM is here but doesn't work, so machines are emulated: {error}")
            memory().parent.mkdir(parents=True, exist_ok=True)
            memory().write_text(BOOT_ID.read_text())
    return attempt(last)


def found_broken() -> bool:
    """Whether KVM has failed since this host was booted."""
    try:
        return memory().read_text() == BOOT_ID.read_text()
    except OSError:
        return False


def memory() -> Path:
    """The file that holds the boot in which KVM has failed."""
    return cache_directory() / "kvm-failed-in-boot"
