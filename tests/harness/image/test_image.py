"""The image's recipe, its key, its mirror, and what makes of a build a whole one."""

from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from harness.image import debian as bootstrap
from harness.image import image
from harness.image.image import Image, ImageError, read_recipe

INDEXTARGETS = """\
MetaKey: main/binary-amd64/Packages
Codename: trixie-security
Label: Debian-Security
Origin: Debian
Component: main
Repo-URI: http://mirror.invalid/debian-security/

MetaKey: main/binary-amd64/Packages
Codename: sid
Label: Somebody
Origin: Somebody
Component: main
Repo-URI: http://other.invalid/

MetaKey: contrib/binary-amd64/Packages
Codename: trixie
Label: Debian
Origin: Debian
Component: contrib
Repo-URI: http://contrib.invalid/debian/

MetaKey: main/binary-amd64/Packages
Codename: trixie
Label: Debian
Origin: Debian
Component: main
Repo-URI: mirror+file:/etc/apt/mirrors/debian.list
"""


@pytest.fixture
def guest(tmp_path: Path) -> Path:
    """A small recipe."""
    (tmp_path / "files/etc").mkdir(parents=True)
    (tmp_path / "packages").write_text("bash\nstrace  # 05\n")
    (tmp_path / "files/etc/hosts").write_text("127.0.0.1 localhost\n")
    (tmp_path / "customize").write_text("#!/bin/sh\n")
    return tmp_path


@pytest.fixture
def built(tmp_path: Path) -> Image:
    """An image directory with nothing in it."""
    return Image("0" * 16, tmp_path)


def test_the_mirror_is_the_one_that_serves_debian_main() -> None:
    assert bootstrap.parse_mirror(INDEXTARGETS) == "mirror+file:/etc/apt/mirrors/debian.list"


def test_a_host_without_debian_has_no_mirror_for_us() -> None:
    assert bootstrap.parse_mirror(INDEXTARGETS.replace("Origin: Debian", "Origin: Ubuntu")) is None
    assert bootstrap.parse_mirror("") is None


def test_where_apt_has_no_debian_it_is_the_mirror_that_mmdebstrap_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = tmp_path / "apt.conf"
    nothing.write_text('Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "/dev/null";\n')
    monkeypatch.setenv("APT_CONFIG", str(nothing))
    assert bootstrap.output_of("apt-get", "indextargets") == ""
    assert bootstrap.mirror().startswith("http")


def test_the_recipe_of_the_repository_names_no_mirror() -> None:
    recipe = read_recipe()
    texts = [data.decode() for _, _, data in recipe.files] + list(recipe.options)
    assert not [text for text in texts if "http:" in text or "https:" in text]


def test_a_comment_of_the_package_list_does_not_change_the_key(guest: Path) -> None:
    before = read_recipe(guest)
    (guest / "packages").write_text("# tools\nstrace\nbash  # 01\n")
    assert read_recipe(guest) == before


def test_whatever_gets_into_the_image_changes_the_key(guest: Path) -> None:
    keys = {read_recipe(guest).key}
    (guest / "packages").write_text("bash\nstrace\nless\n")
    keys.add(read_recipe(guest).key)
    (guest / "files/etc/hosts").write_text("127.0.1.1 unshared\n")
    keys.add(read_recipe(guest).key)
    (guest / "files/etc/hosts").chmod(0o755)
    keys.add(read_recipe(guest).key)
    (guest / "files/etc/hosts").rename(guest / "files/etc/guests")
    keys.add(read_recipe(guest).key)
    (guest / "customize").write_text("#!/bin/sh\ntrue\n")
    recipe = read_recipe(guest)
    keys.add(recipe.key)
    keys.add(replace(recipe, suite="sid").key)
    keys.add(replace(recipe, architecture="riscv64").key)
    keys.add(replace(recipe, options=()).key)
    assert len(keys) == 9


def test_the_overlay_is_the_same_archive_every_time(guest: Path) -> None:
    recipe = read_recipe(guest)
    (guest / "files/etc/hosts").touch()
    assert read_recipe(guest).overlay == recipe.overlay


def test_a_derivation_that_fails_leaves_nothing_that_is_used(built: Image) -> None:
    def fail(target: Path) -> None:
        target.mkdir()
        (target / "half").touch()
        raise ImageError("no space")

    def succeed(target: Path) -> None:
        target.mkdir()
        (target / "whole").touch()

    with pytest.raises(ImageError, match="no space"):
        built.derive("rootfs", fail)
    assert not (built.directory / "rootfs").exists()
    assert [file.name for file in built.derive("rootfs", succeed).iterdir()] == ["whole"]


def test_what_is_there_is_not_made_again(built: Image) -> None:
    built.derive("squashfs", Path.touch)
    built.derive("squashfs", Path.rmdir)  # would fail


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


def test_an_ordinary_user_needs_subordinate_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 54321)
    with pytest.raises(ImageError, match=r'subgid: run “sudo usermod .* "\$\(id -un\)"”\.$'):
        bootstrap.check_tools()


def test_the_ids_that_a_user_is_to_take_are_nobody_elses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = (tmp_path / "subuid", tmp_path / "subgid")
    monkeypatch.setattr(bootstrap, "SUBORDINATE_IDS", files)
    assert bootstrap.free_ids() == "100000-165535"
    files[0].write_text("a:100000:65536\n# nothing\nb:165536:65536\n")
    files[1].write_text("a:300000:1\n")
    assert bootstrap.free_ids() == "300001-365536"


def test_an_ordinary_user_can_not_unpack(built: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(ImageError, match="root"):
        built.rootfs()


def test_the_cache_follows_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert image.cache_directory() == Path("/somewhere/namespace-book")
