"""Is this a virtual machine? Answered for made-up hosts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.machine.namespaces.host import is_virtual_machine

Host = Callable[..., Path]


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """A root directory with the given files of the kernel."""

    def make(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return make


X86 = "processor\t: 0\nflags\t\t: fpu vme{}\n"
ARM = "processor\t: 0\nFeatures\t: fp asimd\n"


@pytest.mark.parametrize(
    "files",
    [
        {"proc/cpuinfo": X86.format(" hypervisor")},
        {"proc/cpuinfo": ARM, "proc/device-tree/hypervisor/compatible": "linux,kvm\0"},
        {"proc/cpuinfo": ARM, "proc/device-tree/compatible": "linux,dummy-virt\0"},
        {"proc/cpuinfo": ARM, "sys/class/dmi/id/sys_vendor": "QEMU\n"},
        {"proc/cpuinfo": ARM, "sys/class/dmi/id/product_name": "VMware20,1\n"},
        {
            "proc/cpuinfo": ARM,
            "sys/class/dmi/id/sys_vendor": "Amazon EC2\n",
            "sys/class/dmi/id/product_name": "c7g.large\n",
        },
    ],
)
def test_a_virtual_machine(host: Host, files: dict[str, str]) -> None:
    assert is_virtual_machine(host(files))


@pytest.mark.parametrize(
    "files",
    [
        {"proc/cpuinfo": X86.format(""), ".dockerenv": ""},
        {"proc/cpuinfo": X86.format(""), "sys/class/dmi/id/sys_vendor": "Dell Inc.\n"},
        {"proc/cpuinfo": X86.format(" hypervisor"), "proc/xen/capabilities": "control_d\n"},
        {
            "proc/cpuinfo": ARM,
            "sys/class/dmi/id/sys_vendor": "Amazon EC2\n",
            "sys/class/dmi/id/product_name": "c7g.metal\n",
        },
        {},
    ],
)
def test_bare_metal_and_containers_on_it(host: Host, files: dict[str, str]) -> None:
    assert not is_virtual_machine(host(files))
