"""The command line of QEMU, the same for a template and its clones: qemu(1)."""

from dataclasses import dataclass
from pathlib import Path

from harness.image.kernels import Kernel

PROGRAM = "qemu-system-x86_64"
MEMORY = 512  # MiB
TRANSLATED = 128  # MiB of translated code that emulation may keep; its default is 1 GiB
AGENT, QMP, STATE = 4, 5, 6  # descriptors: the agent's socket, the monitor's, the saved state
# panic=-1 and -no-reboot: a panic, or a reboot, is the end of QEMU. The rest saves time: what it
# leaves out is there for kernels that are attacked (Documentation/admin-guide/kernel-parameters).
KERNEL_COMMAND_LINE = (
    "console=ttyS0 quiet panic=-1 oops=panic random.trust_cpu=on nokaslr mitigations=off nopti "
    "tsc=reliable no_timer_check init_on_alloc=0 randomize_kstack_offset=off "
    "kfence.sample_interval=0 cryptomgr.notests rcupdate.rcu_expedited=1"
)
# Addresses that are the same in every process: what has been translated for one serves the next.
KERNEL_EMULATED = " norandmaps"
CPU = {"tcg": "qemu64", "kvm": "max"}


@dataclass(frozen=True)
class Hardware:
    """What a machine is made of. `acceleration` is ``tcg`` or ``kvm``."""

    kernel: Kernel
    image: Path
    initramfs: Path
    acceleration: str

    def command(self, memory: Path, *, clone: bool) -> list[str]:
        """QEMU over `memory`: a clone that waits for its saved state, or one that boots.

        A clone maps `memory` privately, so that what it writes is its own; the one that boots
        leaves its memory there.
        """
        words = [PROGRAM, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
        # If a guest breaks out of the emulation it still can't start anything: seccomp(2).
        words += ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny"]
        words += ["-machine", "q35,memory-backend=ram,usb=off,sata=off,smbus=off,vmport=off"]
        tcg = f"tcg,thread=multi,tb-size={TRANSLATED}"
        words += ["-accel", tcg if self.acceleration == "tcg" else "kvm"]
        words += ["-cpu", CPU[self.acceleration], "-smp", "1", "-m", str(MEMORY)]
        share = "off" if clone else "on"
        words += ["-object", f"memory-backend-file,id=ram,size={MEMORY}M,share={share},"
                  f"mem-path={escaped(memory)}"]  # fmt: skip
        words += disk("image", self.image) + disk("modules", self.kernel.modules)
        words += ["-chardev", "socket,id=console,fd=3", "-serial", "chardev:console"]
        words += ["-chardev", f"socket,id=agent,fd={AGENT}", "-device", "virtio-serial-pci"]
        words += ["-device", "virtserialport,chardev=agent,name=agent"]
        words += ["-kernel", str(self.kernel.vmlinuz), "-initrd", str(self.initramfs)]
        words += ["-append", KERNEL_COMMAND_LINE + KERNEL_EMULATED * (self.acceleration == "tcg")]
        words += ["-chardev", f"socket,id=qmp,fd={QMP}", "-mon", "qmp,mode=control"]
        return [*words, "-incoming", "defer"] if clone else words


def disk(name: str, path: Path) -> list[str]:
    """A read-only disk; they are vda, vdb … in the order of the command line."""
    drive = f"if=none,id={name},format=raw,readonly=on,file={escaped(path)}"
    return ["-drive", drive, "-device", f"virtio-blk-pci,drive={name}"]


def escaped(path: Path) -> str:
    """A path as part of an option, where a comma would end it."""
    return str(path).replace(",", ",,")
