"""Is this host a virtual machine? Asked of the hardware, so that a container doesn't count."""

from pathlib import Path

from harness.guest.world import read

# How hypervisors name themselves in DMI (what systemd-detect-virt(1) looks at, too); lower case.
# “virtual machine” is Hyper-V, where the vendor is Microsoft.
PRODUCTS = (
    *("apple virtualization", "bhyve", "bochs", "google compute engine", "kvm", "openstack"),
    *("parallels", "qemu", "virtual machine", "virtualbox", "vmware", "xen"),
)
DMI_FILES = ("product_name", "sys_vendor", "board_vendor", "bios_vendor")


def is_virtual_machine(root: Path = Path("/")) -> bool:
    """Whether a hypervisor runs this kernel.

    On x86 it shows as a CPU flag (CPUID leaf 1, ECX bit 31), which no bare metal has. On other
    architectures the device tree or DMI tells. Xen's dom0 has the flag but owns the hardware.
    """
    if "control_d" in read(root / "proc/xen/capabilities"):
        return False
    for line in read(root / "proc/cpuinfo").splitlines():
        if line.startswith("flags") and "hypervisor" in line.split():
            return True
    tree = root / "proc/device-tree"
    if (tree / "hypervisor").is_dir() or "linux,dummy-virt" in read(tree / "compatible"):
        return True
    dmi = [read(root / "sys/class/dmi/id" / name).strip().lower() for name in DMI_FILES]
    if "amazon ec2" in dmi:
        return ".metal" not in dmi[0]
    return any(product in text for product in PRODUCTS for text in dmi)
