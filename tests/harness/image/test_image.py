"""The image's recipe, its key, its mirror, and what makes of a build a whole one."""

import _imp
import filecmp
import os
import re
import tarfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

import guests
import pytest
from processes import ran

from harness.image import MachineError, debian, store
from harness.image.image import Image, Recipe, build, read_recipe
from zenn.book import Guest

Read = Callable[..., Recipe]
INDEXTARGETS = "\n".join(
    f"MetaKey: {component}/binary-amd64/Packages\nCodename: {codename}\nLabel: {label}\n"
    f"Origin: {label.partition('-')[0]}\nComponent: {component}\nRepo-URI: {uri}\n"
    for component, codename, label, uri in (
        ("main", "trixie-security", "Debian-Security", "file:/srv/security"),
        ("main", "sid", "Somebody", "file:/srv/somebody"),
        ("contrib", "trixie", "Debian", "file:/srv/contrib"),
        ("main", "trixie", "Debian", "mirror+file:/etc/apt/mirrors/debian.list"),
    )
)


@pytest.fixture
def guest(tmp_path: Path) -> Path:
    """A small recipe."""
    (tmp_path / "files/etc").mkdir(parents=True)
    (tmp_path / "packages").write_text("bash\nstrace  # 05\n")
    (tmp_path / "files/etc/hosts").write_text("127.0.0.1 localhost\n")
    (tmp_path / "customize").write_text("#!/bin/sh\n")
    return tmp_path


@pytest.fixture
def recipe(guest: Path) -> Read:
    """The small recipe, with what a book says of its guest."""
    return lambda **said: read_recipe(Guest(**said), guest)


@pytest.fixture
def built(tmp_path: Path) -> Image:
    """An image directory with nothing in it."""
    return Image("0" * 16, tmp_path)


def test_the_mirror_is_the_one_that_serves_debian_main_or_that_mmdebstrap_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert debian.parse_mirror(INDEXTARGETS) == "mirror+file:/etc/apt/mirrors/debian.list"
    assert debian.parse_mirror(INDEXTARGETS.replace("Origin: Debian", "Origin: Ubuntu")) is None
    assert debian.parse_mirror("") is None
    nothing = tmp_path / "apt.conf"
    nothing.write_text('Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "/dev/null";\n')
    monkeypatch.setenv("APT_CONFIG", str(nothing))
    assert debian.output_of("apt-get", "indextargets") == ""
    assert debian.mirror().startswith("http")


def test_the_recipe_of_the_repository_names_no_mirror_and_nothing_of_this_book() -> None:
    recipe = read_recipe(Guest("me", "here"))
    texts = [data.decode() for _, _, data in recipe.files] + list(recipe.options)
    names = ("http:", "https:", "reader", "unshared")
    assert not [text for text in texts if any(name in text for name in names)]


def test_whatever_gets_into_the_image_changes_the_key(recipe: Read, guest: Path) -> None:
    keys = {recipe().key}
    for change in ({"user": "me"}, {"host": "here"}, {"suite": "sid"}, {"packages": ("less",)}):
        keys.add(recipe(**change).key)
    (guest / "packages").write_text("bash\nstrace\ntmux\n")
    keys.add(recipe().key)
    (guest / "files/etc/hosts").write_text("127.0.1.1 unshared\n")
    keys.add(recipe().key)
    (guest / "files/etc/hosts").chmod(0o755)
    keys.add(recipe().key)
    (guest / "files/etc/hosts").rename(guest / "files/etc/guests")
    keys.add(recipe().key)
    (guest / "customize").write_text("#!/bin/sh\ntrue\n")
    keys.add(recipe().key)
    keys.add(replace(recipe(), architecture="riscv64").key)
    keys.add(replace(recipe(), options=()).key)
    assert len(keys) == 12


def test_nothing_else_changes_it(recipe: Read, guest: Path) -> None:
    assert recipe(packages=("a", "b"), kernel="7").key == recipe(packages=("b", "a", "bash")).key
    before, overlay = recipe(), recipe().overlay
    (guest / "files/etc/hosts").touch()
    assert recipe().overlay == overlay
    (guest / "packages").write_text("# tools\nstrace\nbash  # 01\n")
    assert recipe() == before
    (guest / "packages").write_text("bash\n")
    assert recipe(packages=("strace",)) == before


def test_a_reader_is_told_to_install_what_the_image_has(tmp_path: Path) -> None:
    """The shell script reads both lists by itself; pyproject.toml without a parser of TOML."""
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "dpkg-query").write_text("#!/bin/sh\nfalse\n")
    for path in tmp_path.iterdir():
        path.chmod(0o755)
    told = ran(debian.PROVISION, "reader", PATH=f"{tmp_path}:{os.environ['PATH']}").stderr
    missing = told.removeprefix("missing: ").partition(";")[0].split()
    assert set(read_recipe(guests.GUEST).packages) <= set(missing)


def test_the_bytecode_of_the_image_is_that_of_its_sources() -> None:
    """PEP 552: flags 1 say that a hash follows and is never checked; 0 is a time stamp."""
    files: dict[str, bytes] = {}
    links: dict[str, str] = {}
    with tarfile.open(guests.built().tarball) as tar:
        for member in tar:
            path = member.name.removeprefix(".")
            if member.issym():
                links[path] = os.path.normpath(os.path.join(os.path.dirname(path), member.linkname))
            elif path.endswith((".py", ".pyc")) and (file := tar.extractfile(member)):
                files[path] = file.read()
    compiled = [path for path in files if path.endswith(".pyc")]
    assert len(compiled) > 500
    for path in compiled:
        folder, name = os.path.split(path.replace("/__pycache__/", "/"))
        source = os.path.join(folder, f"{name.partition('.')[0]}.py")
        data, magic = files[path], int.from_bytes(files[path][:4], "little")
        hashed = _imp.source_hash(magic, files[links.get(source, source)])
        assert data[4:16] == (1).to_bytes(4, "little") + hashed, path


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    """Another build beside that of the cache, or beside a second if the mirror has moved on."""
    recipe, (one, another) = read_recipe(guests.GUEST), (guests.built(), Image("", tmp_path))
    build(recipe, another.tarball, guests.quiet)
    status = "./var/lib/dpkg/status"
    if one._read(status) != another._read(status):
        one = Image("", tmp_path / "first")
        one.directory.mkdir()
        build(recipe, one.tarball, guests.quiet)
    assert filecmp.cmp(one.tarball, another.tarball, shallow=False)


def test_what_the_image_has_is_told_as_dpkg_tells_it() -> None:
    software = guests.built().software()
    assert re.fullmatch(r"13\.\d+", software["debian"])
    assert re.fullmatch(r"(\d+:)?[0-9.]+.*", software["gcc"])


def test_a_derivation_that_fails_leaves_nothing_that_is_used(built: Image) -> None:
    def fail(target: Path) -> None:
        target.mkdir()
        (target / "half").touch()
        raise MachineError("no space")

    with pytest.raises(MachineError, match="no space"):
        built.derive("rootfs", fail)
    assert not (built.directory / "rootfs").exists()
    assert list(built.derive("rootfs", Path.mkdir).iterdir()) == []
    built.derive("rootfs", Path.unlink)  # would fail: what is there is not made again


def test_who_comes_second_waits_and_finds_it_made(built: Image) -> None:
    made: list[str] = []
    second = Thread(target=lambda: built.derive("x", lambda target: made.append("second")))

    def build(target: Path) -> None:
        second.start()
        target.touch()
        made.append("first")

    built.derive("x", build)
    second.join()
    assert made == ["first"]


def test_of_a_kind_the_three_used_last_stay_and_what_was_used_lately(tmp_path: Path) -> None:
    long, lately = time.time() - store.KEPT_SECONDS - 9, time.time() - store.KEPT_SECONDS + 999
    ages = {"image-a": long, "image-b": long - 1, "image-c": lately, "image-d": lately}
    ages |= {"image-e": lately, "reader-a": long, "image-f": long - 2}
    for name, used in ages.items():
        (tmp_path / name / "rootfs").mkdir(parents=True)
        os.utime(tmp_path / name, (used, used))
    store.used(tmp_path / "image-f")
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["image-c", "image-d", "image-e", "image-f", "reader-a"]


def test_an_ordinary_user_needs_subordinate_ids_and_can_not_unpack(
    built: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name, path: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 54321)
    with pytest.raises(MachineError, match=r'subgid: run “sudo usermod .* "\$\(id -un\)"”\.$'):
        debian.check_tools()
    with pytest.raises(MachineError, match="root"):
        built.rootfs()


def test_the_ids_that_a_user_is_to_take_are_nobody_elses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = (tmp_path / "subuid", tmp_path / "subgid")
    monkeypatch.setattr(debian, "SUBORDINATE_IDS", files)
    assert debian.free_ids() == "100000-165535"
    files[0].write_text("a:100000:65536\n# nothing\nb:165536:65536\n")
    files[1].write_text("a:300000:1\n")
    assert debian.free_ids() == "300001-365536"
    # Their cache is theirs, too.
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert store.cache_directory() == Path("/somewhere/run-snippets")
