"""The image of the reader's machine: what the Vagrantfile's machine is provisioned with."""

import re
from dataclasses import replace
from pathlib import Path

import guests
from processes import ran

from harness.image import reader
from harness.image.debian import PROVISION
from harness.image.image import RECIPE, read_recipe
from harness.plan.chapter import read
from zenn.book import read_book

VAGRANTFILE = PROVISION.parents[1] / "Vagrantfile"


def test_it_has_the_packages_of_the_vagrantfiles_machine_and_those_of_any_debian() -> None:
    listed = ran(PROVISION, "list").stdout.split()
    assert "tmux" in listed
    recipe = reader.recipe_of(guests.GUEST)
    debians = read_recipe(guests.GUEST, RECIPE / "reader").packages
    assert set(recipe.packages) == {*listed, *debians}
    assert {"systemd-sysv", "openssh-server"} <= set(debians) - set(guests.GUEST.packages)


def test_the_very_script_that_vagrant_runs_is_run_in_the_image() -> None:
    (vagrants,) = re.findall(r'"(/vagrant/\S+ reader)"', VAGRANTFILE.read_text())
    files = {
        path: (executable, data) for path, executable, data in reader.recipe_of(guests.GUEST).files
    }
    assert f"\n{vagrants}\n" in files["customize"][1].decode()
    assert files["vagrant/tools/provision.sh"] == (True, PROVISION.read_bytes())


def test_a_chapters_own_packages_are_those_that_the_script_reads(tmp_path: Path) -> None:
    said = (
        "[podman, docker.io,\n    jq]  # offline",
        '\n    - podman # why\n    - "docker.io"\n    - jq\n  files:\n    a: b',
    )
    first, book = ran(PROVISION, "list").stdout, read_book(PROVISION.parent)
    for listed in said:
        file = tmp_path / "x.md"
        machine = f"machine:\n  on: reader\n  packages: {listed}\n"
        file.write_text(f"---\ntopics: [a]\n{machine}free: true\n---\nmachine:\n  packages: [b]\n")
        assert ran(PROVISION, "list", str(file)).stdout == f"{first}podman\ndocker.io\njq\n"
    for file in book.chapters.glob("*.md"):
        if "\nmachine:" in file.read_text().partition("\n---\n")[0]:
            packages = read(file, file, book).outfit.guest.packages
            assert set(packages) <= {*ran(PROVISION, "list", str(file)).stdout.split()}


def test_another_book_has_its_own_packages_and_names() -> None:
    ours = reader.recipe_of(guests.GUEST)
    theirs = reader.recipe_of(
        replace(guests.GUEST, packages=("postgresql",), user="me", host="here")
    )
    assert "postgresql" in theirs.packages
    assert "bpftrace" not in theirs.packages
    assert ours.key != theirs.key
    names = ("http:", "https:", "unshared", "bpftrace")
    texts = [data.decode() for path, _, data in theirs.files if not path.startswith("vagrant")]
    assert not [text for text in texts if any(name in text for name in names)]


def test_only_where_the_harness_types_a_shell_prompts_as_it_wants(tmp_path: Path) -> None:
    files = {path: data for path, _, data in reader.recipe_of(guests.GUEST).files}
    (tmp_path / "guest.sh").write_bytes(files[reader.PROMPT])
    shows = f'. {tmp_path}/guest.sh; echo "$PS1"'
    for term, ours in (("dumb", True), ("xterm", False)):
        said = ran("/bin/bash", "--norc", "-i", "-c", shows, TERM=term, PS1="theirs").stdout
        assert ("7717" in said, "theirs" in said) == (ours, not ours)
    compile(files[reader.REPL], "sitecustomize.py", "exec")
