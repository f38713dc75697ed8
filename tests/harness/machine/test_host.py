"""Is this a virtual machine? Answered for made-up hosts."""

from pathlib import Path

import pytest

from harness.machine.namespaces.host import is_virtual_machine

X86 = "processor\t: 0\nflags\t\t: fpu vme{}\n"
ARM = "processor\t: 0\nFeatures\t: fp asimd\n"
VENDOR, PRODUCT = "sys/class/dmi/id/sys_vendor", "sys/class/dmi/id/product_name"


@pytest.mark.parametrize(
    ("virtual", "cpuinfo", "files"),
    [
        (True, X86.format(" hypervisor"), {}),
        (True, ARM, {"proc/device-tree/hypervisor/compatible": "linux,kvm\0"}),
        (True, ARM, {"proc/device-tree/compatible": "linux,dummy-virt\0"}),
        (True, ARM, {VENDOR: "QEMU\n"}),
        (True, ARM, {PRODUCT: "VMware20,1\n"}),
        (True, ARM, {VENDOR: "Amazon EC2\n", PRODUCT: "c7g.large\n"}),
        # Bare metal, and containers on it.
        (False, X86.format(""), {".dockerenv": ""}),
        (False, X86.format(""), {VENDOR: "Dell Inc.\n"}),
        (False, X86.format(" hypervisor"), {"proc/xen/capabilities": "control_d\n"}),
        (False, ARM, {VENDOR: "Amazon EC2\n", PRODUCT: "c7g.metal\n"}),
        (False, None, {}),
    ],
)
def test_a_virtual_machine(
    tmp_path: Path, virtual: bool, cpuinfo: str | None, files: dict[str, str]
) -> None:
    for name, text in (files | ({"proc/cpuinfo": cpuinfo} if cpuinfo else {})).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert is_virtual_machine(tmp_path) == virtual
