"""The command line of QEMU, the same for a template and its clones: qemu(1)."""

from dataclasses import dataclass
from pathlib import Path

PROGRAM = "qemu-system-x86_64"
TRANSLATED = 128  # MiB of translated code that emulation may keep; its default is 1 GiB
AGENT, QMP, STATE = 4, 5, 6  # descriptors: the agent's socket, the monitor's, the saved state
# panic=-1 and -no-reboot: a panic, or a reboot, is the end of QEMU. The rest saves time: what it
# leaves out is there for kernels that are attacked (Documentation/admin-guide/kernel-parameters).
PARAMETERS = (
    "console=ttyS0 quiet panic=-1 oops=panic random.trust_cpu=on mitigations=off nopti "
    "tsc=reliable no_timer_check init_on_alloc=0 randomize_kstack_offset=off "
    "kfence.sample_interval=0 cryptomgr.notests rcupdate.rcu_expedited=1"
)
# Addresses that are the same in every process: what has been translated for one serves the next.
KERNEL_EMULATED = " norandmaps"
CPU = {"tcg": "qemu64", "kvm": "max"}


@dataclass(frozen=True)
class Hardware:
    """What a machine is made of; what is its template's own lies in a directory (see `template`).

    `acceleration` is ``tcg`` or ``kvm``, `parameters` are the kernel's, and `memory` is in MiB. Its
    `disks` are read-only, after the first if that is its `own`: a clone writes to a copy of that,
    which ends with it.
    """

    acceleration: str
    vmlinuz: Path
    parameters: str
    disks: tuple[Path, ...]
    memory: int
    own: bool = False

    def command(self, directory: Path, *, clone: bool) -> list[str]:
        """QEMU over the files of a template: a clone that waits for its saved state, or one that
        boots.

        A clone maps the memory privately, so that what it writes is its own; the one that boots
        leaves its memory there.
        """
        words = [PROGRAM, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
        # If a guest breaks out of the emulation it still can't start anything: seccomp(2).
        words += ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny"]
        words += ["-machine", "q35,memory-backend=ram,usb=off,sata=off,smbus=off,vmport=off"]
        tcg = f"tcg,thread=multi,tb-size={TRANSLATED}"
        words += ["-accel", tcg if self.acceleration == "tcg" else "kvm"]
        words += ["-cpu", CPU[self.acceleration], "-smp", "1", "-m", str(self.memory)]
        share = "off" if clone else "on"
        words += ["-object", f"memory-backend-file,id=ram,size={self.memory}M,share={share},"
                  f"mem-path={escaped(directory / 'memory')}"]  # fmt: skip
        own = f"{escaped(directory / 'disk')},cache=unsafe,discard=unmap"
        own += ",snapshot=on" * clone
        for number, disk in enumerate(self.disks):
            file = own if self.own and not number else f"{escaped(disk)},readonly=on"
            words += ["-drive", f"if=none,id=disk{number},format=raw,file={file}"]
            words += ["-device", f"virtio-blk-pci,drive=disk{number}"]
        words += ["-chardev", "socket,id=console,fd=3", "-serial", "chardev:console"]
        words += ["-chardev", f"socket,id=agent,fd={AGENT}", "-device", "virtio-serial-pci"]
        words += ["-device", "virtserialport,chardev=agent,name=agent"]
        words += ["-kernel", str(self.vmlinuz), "-initrd", str(directory / "initramfs")]
        words += ["-append", self.parameters + KERNEL_EMULATED * (self.acceleration == "tcg")]
        words += ["-chardev", f"socket,id=qmp,fd={QMP}", "-mon", "qmp,mode=control"]
        return [*words, "-incoming", "defer"] if clone else words


def escaped(path: Path) -> str:
    """A path as part of an option, where a comma would end it."""
    return str(path).replace(",", ",,")
