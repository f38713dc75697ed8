"""The table of kernels, and what is made of Debian's packages."""

import lzma
from pathlib import Path

import guests
import pytest
import yaml

from harness.image import MachineError, kernels
from harness.image.kernels import dependencies, newest_of, take_early

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


def test_a_kernel_that_the_table_does_not_have_is_refused_with_those_it_has() -> None:
    assert guests.GUEST.kernel in kernels.KERNELS
    with pytest.raises(MachineError, match=r"no kernel 5; choose of 6\.1, 6\.12"):
        kernels.ensure("5", print)


def test_every_week_the_book_is_run_on_the_kernels_of_the_table() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    weekly = workflow["jobs"]["kernels"]["strategy"]["matrix"]["kernel"]
    assert weekly == [*kernels.KERNELS]


def test_early_modules_come_after_those_they_need_and_without_compression(tmp_path: Path) -> None:
    (tmp_path / "modules.dep").write_text(
        "kernel/virtio_blk.ko.xz:\nkernel/overlay.ko: kernel/b.ko.xz kernel/a.ko\n"
        "kernel/a.ko:\nkernel/b.ko.xz: kernel/a.ko\n"
    )
    (tmp_path / "modules.builtin").write_text(
        "kernel/virtio_pci.ko\nkernel/virtio_console.ko\nkernel/squashfs.ko\n"
    )
    (tmp_path / "kernel").mkdir()
    for name in ("virtio_blk.ko.xz", "overlay.ko", "a.ko", "b.ko.xz"):
        data = lzma.compress(b"ELF") if name.endswith("xz") else b"ELF"
        (tmp_path / "kernel" / name).write_bytes(data)
    take_early(tmp_path, tmp_path / "early")
    found = sorted((tmp_path / "early").iterdir())
    assert [path.name for path in found] == ["00-virtio_blk.ko", "01-a.ko", "02-b.ko",
                                             "03-overlay.ko"]  # fmt: skip
    assert {path.read_bytes() for path in found} == {b"ELF"}


def test_dependencies_of_modules() -> None:
    assert dict(dependencies("a.ko:\nb.ko: a.ko c.ko\n")) == {"a.ko": [], "b.ko": ["a.ko", "c.ko"]}


def test_a_kernel_in_the_cache_is_whole() -> None:
    kernel = kernels.ensure(guests.GUEST.kernel, print)
    assert kernel.release.startswith(kernel.name)
    assert kernel.vmlinuz.stat().st_size > 1 << 20
    assert kernel.modules.read_bytes()[:4] == b"hsqs"  # squashfs, include/linux/magic.h
    assert "overlay" in kernel.early[-1].name
