"""The table of kernels, and what is made of Debian's packages."""

from pathlib import Path

import guests
import pytest
import yaml
from processes import ran

from harness.image import MachineError, kernels
from harness.image.kernels import newest_of, take_early

ROOT = Path(__file__).parents[3]
GLOB = "linux-image-7.*-cloud-amd64"


@pytest.mark.parametrize(
    ("glob", "names", "newest"),
    [
        (GLOB, ["7.3.4+deb13", "7.2.12+deb13", "7.10.1+deb13"], "7.10.1+deb13"),
        (GLOB, ["6.19.14+deb13"], None),
        ("linux-image-6.1.*-cloud-amd64", ["6.1.0-9", "6.1.0-50", "6.12.1+deb13"], "6.1.0-50"),
    ],
)
def test_the_newest_package_of_a_kernel(glob: str, names: list[str], newest: str | None) -> None:
    packages = [f"linux-image-{name}-cloud-amd64" for name in names]
    others = [f"{package}{tail}" for package in packages for tail in ("-dbg", "-unsigned")]
    wanted = newest and f"linux-image-{newest}-cloud-amd64"
    assert newest_of(glob, packages + others) == wanted


def test_the_kernels_of_the_table_are_those_to_choose_of_and_run_on_every_week() -> None:
    assert guests.GUEST.kernel in kernels.KERNELS
    with pytest.raises(MachineError, match=r"no kernel 5; choose of 6\.1, 6\.12"):
        kernels.ensure("5", print)
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    weekly = workflow["jobs"]["kernels"]["strategy"]["matrix"]["kernel"]
    assert weekly == [*kernels.KERNELS]


def test_early_modules_come_after_those_they_need_and_without_compression(tmp_path: Path) -> None:
    kernel = kernels.ensure("6.1", print)  # whose virtio is in modules that need each other
    modules = tmp_path / "lib/modules"
    modules.mkdir(parents=True)
    unpack = ["rdsquashfs", "--quiet", "--unpack-path", "/", "--unpack-root", str(modules)]
    assert ran(*unpack, kernel.modules).returncode == 0
    take_early(tmp_path, kernel.release, tmp_path / "early")
    found = sorted((tmp_path / "early").iterdir())
    names = [path.name.partition("-")[2] for path in found]
    assert names.index("virtio.ko") < names.index("virtio_ring.ko") < names.index("virtio_blk.ko")
    assert len(set(names)) == len(names)
    assert {path.read_bytes()[:4] for path in found} == {b"\x7fELF"}


def test_a_kernel_in_the_cache_is_whole() -> None:
    kernel = kernels.ensure(guests.GUEST.kernel, print)
    assert kernel.release.startswith(kernel.name)
    assert kernel.vmlinuz.stat().st_size > 1 << 20
    assert kernel.modules.read_bytes()[:4] == b"hsqs"  # squashfs, include/linux/magic.h
    assert "overlay" in kernel.early[-1].name
