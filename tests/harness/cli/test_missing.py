"""What is missing is named, with what to type to have it, in one sentence and on every system."""

import os
import sys
from pathlib import Path

import guests
import pytest
from processes import ran, without

from harness.image import kernels, store

ROOT = Path(__file__).parents[3]
PROVISION = ROOT / "tools/provision.sh"
DEBIAN = "run “sudo apt-get update && sudo apt-get install --no-install-recommends"


def said(*command: str | Path, status: int = 1, **environment: str) -> str:
    """What a command that fails for want of something says: one line, the last."""
    done = ran(*command, cwd=ROOT, **environment)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("use", "package", "command"),
    [
        *[("", name, name) for name in ("make", "mmdebstrap", "npm")],
        ("", "python3-venv", "python3"), ("", "qemu-system-x86", "qemu-system-x86_64"),
        ("", "squashfs-tools-ng", "tar2sqfs"), ("", "kmod", "depmod"), ("", "nodejs", "node"),
        ("", "uidmap", "newuidmap"), ("downloads", "chromium", "chromium"),
        ("downloads", "pandoc", "pandoc"), ("test", "epubcheck", "epubcheck"),
        ("test", "poppler-utils", "pdftotext"), ("bench", "bubblewrap", "bwrap"),
        ("reader", "tmux", "dpkg-query"),
    ],
)  # fmt: skip
def test_an_ordinary_user_is_told_the_package(use: str, package: str, command: str) -> None:
    sentence = said(*without(command, user=True), PROVISION, *filter(None, [use]))
    missing, _, how = sentence.partition(f"; {DEBIAN} ")
    assert package in missing.removeprefix("missing: ").split()
    assert package in how.removesuffix("”.").split()


@pytest.mark.parametrize(
    ("system", "commands", "install", "make"),
    [
        ("Linux x86_64", ["dnf"], "vagrant-libvirt libvirt-daemon-kvm && ", "make"),
        ("Linux x86_64", ["brew"], "install Vagrant and VirtualBox (7.1 or newer), ", "make"),
        ("Darwin x86_64", ["brew"], "brew install --cask vagrant virtualbox && ", "make"),
        ("Darwin arm64", [], "install Vagrant and VirtualBox (7.1 or newer), ", "sudo make"),
    ],
)
def test_other_systems_are_told_of_the_virtual_machine(
    tmp_path: Path, system: str, commands: list[str], install: str, make: str
) -> None:
    name, machine = system.split()
    uname = f"#!/bin/sh\ncase $1 in -s) echo {name} ;; -m) echo {machine} ;; esac\n"
    for command in ("uname", *commands):
        (tmp_path / command).write_text(uname)
        (tmp_path / command).chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    sentence = said(*without("apt-get"), PROVISION, PATH=path)
    assert sentence.startswith("The book is verified on Debian or Ubuntu, so use the virtual ")
    assert install in sentence
    assert sentence.endswith(f"vagrant up && vagrant ssh -c 'cd /vagrant && {make}'”.")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache that has what is built, but nothing of what is derived from it."""
    key = guests.built().key
    (tmp_path / f"run-snippets/image-{key}").mkdir(parents=True)
    kept = store.cache_directory()
    kernels.ensure("6.12", guests.quiet)
    for name in (f"image-{key}/image.tar", "kernel-6.12"):
        (tmp_path / "run-snippets" / name).symlink_to(kept / name)
    return tmp_path


def harness_said(before: list[str], **environment: str) -> str:
    """What run_snippets.py says where it can make no machine."""
    words = ["tools/run_snippets.py", "--no-cache", "docs/02-uts.md:69"]
    return said(*before, sys.executable, *words, status=3, **environment)


@pytest.mark.parametrize(
    ("command", "package", "user"),
    [("mmdebstrap", "mmdebstrap", False), ("newuidmap", "uidmap", True)],
)
def test_without_the_tools_of_the_image_they_are_named(
    tmp_path: Path, command: str, package: str, user: bool
) -> None:
    sentence = harness_said(without(command, user=user), XDG_CACHE_HOME=str(tmp_path))
    assert sentence == f"The guest image can't be built without {package}: {DEBIAN} {package}”."


def test_without_the_tools_of_disks_kernels_and_machines_they_are_named(cache: Path) -> None:
    sentence = harness_said(without("tar2sqfs"), XDG_CACHE_HOME=str(cache))
    what, package = "The image can't be made a file system", "squashfs-tools-ng"
    assert sentence == f"{what} without {package}: {DEBIAN} {package}”."
    (cache / "run-snippets/kernel-6.12").unlink()
    sentence = harness_said(without("depmod"), XDG_CACHE_HOME=str(cache))
    assert sentence == f"Kernel 6.12 can't be fetched without kmod: {DEBIAN} kmod”."
    sentence = harness_said(without("qemu-system-x86_64", user=True))
    packages = "qemu-system-x86 squashfs-tools-ng kmod"
    assert sentence == (
        f"No machine can be made here: virtual machines take QEMU: {DEBIAN} {packages}”; "
        "or do this as root in a virtual machine."
    )


def test_npm_says_why_it_installs_nothing(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "x"}')
    (tmp_path / "package-lock.json").write_text("<<<<<<< HEAD")
    goal = f"{tmp_path}/node_modules/.package-lock.json"
    done = ran("make", "--old-file", ".venv/.ready", goal, cwd=ROOT)
    assert done.returncode == 2
    assert "npm error The `npm ci` command can only install with an existing pack" in done.stderr
