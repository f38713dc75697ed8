"""What a machine has installed, of what the chapters are about: for the record."""

from collections.abc import Mapping

from harness.machine import Machine, MachineError
from harness.machine.channel import AgentGoneError, AgentRefusedError, Channel

Software = Mapping[str, str]
"""Versions by Debian package, as dpkg gives them; that of Debian itself is ``debian``'s."""

PACKAGES = (
    *("bash", "coreutils", "libc6", "util-linux", "procps", "sudo", "strace"),
    *("iproute2", "nftables", "bpftrace", "python3", "gcc", "rustc"),
)


def software_of(machine: Machine) -> Software:
    """Ask a fresh machine; nothing of one that doesn't answer, which the scenario will tell of."""
    try:
        reply = Channel(machine.channel).request("software", packages=PACKAGES)
    except AgentGoneError:
        return {}
    except AgentRefusedError as error:
        raise MachineError(f"the guest image does not say what it has installed: {error}") from None
    versions: dict[str, str] = reply["versions"]
    return versions
