"""Debian by mmdebstrap(1): the tools it takes, this host's mirror, the run itself."""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from harness.image import MachineError, NoPackageError

PROVISION = Path(__file__).parents[2] / "provision.sh"
PATH = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"  # a user's has no depmod(8)
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SUBORDINATE_IDS = (Path("/etc/subuid"), Path("/etc/subgid"))
FIRST_ID, IDS = 100000, 65536  # SUB_UID_MIN and SUB_UID_COUNT, login.defs(5)
UNUSED_PATHS = (
    *(f"/usr/share/{name}/*" for name in ("man", "info", "locale", "doc", "lintian", "bug")),
    # A hundred MB of gcc that no chapter uses: link-time optimisation, the sanitizers.
    "/usr/bin/*lto-dump*",
    "/usr/libexec/gcc/*/lto1",
    *(f"/usr/lib/*/lib{name}san.so*" for name in ("a", "hwa", "l", "t", "ub")),
)
# Of squashfs. Level 4 takes two seconds, the default three quarters of a minute for 11 %.
ZSTD = ("--compressor", "zstd", "--comp-extra", "level=4")
OPTIONS = (
    "--variant=required",
    "--format=tar",
    "--components=main",
    "--aptopt=APT::Install-Recommends false",
    *(f"--dpkgopt=path-exclude={path}" for path in UNUSED_PATHS),
)


def mmdebstrap(
    arguments: list[str], suite: str, target: Path, epoch: int, progress: Callable[[str], None]
) -> None:
    """Build the tarball `target` from the `mirror`.

    `progress` is given mmdebstrap's own line for each of its stages.

    :raises NoPackageError: the suite has no package of such a name.
    :raises MachineError: mmdebstrap fails; with the end of what it said.
    """
    try:
        run(
            *("mmdebstrap", mode(), f"--keyring={KEYRING}", *arguments),
            *(suite, target, f"deb {mirror()} {suite} main"),
            environment=proxies() | {"SOURCE_DATE_EPOCH": str(epoch)},
            progress=progress,
        )
    except MachineError as error:
        unknown = re.findall(
            r"^E: (?:Unable to locate package|Package) '?([\w.+-]+)", str(error), re.MULTILINE
        )
        if unknown:
            why = f"Debian {suite} has no package {' and '.join(dict.fromkeys(unknown))}"
            raise NoPackageError(why) from error
        raise


def mode() -> str:
    """How mmdebstrap is to work here: by root, or in a user namespace."""
    return "--mode=root" if os.geteuid() == 0 else "--mode=unshare"


def check_tools() -> None:
    """Raise the sentence that names what to install before an image can be built."""
    tools = {"mmdebstrap": "mmdebstrap"}
    if os.geteuid() != 0:
        tools["uidmap"] = "newuidmap"
    require("The guest image can't be built", tools, KEYRING)
    if os.geteuid() != 0 and not has_subordinate_ids():
        ids = free_ids()
        raise MachineError(
            "The guest image can't be built without root while this user has no line in "
            f"/etc/subuid and /etc/subgid: run “sudo usermod --add-subuids {ids} "
            f'--add-subgids {ids} "$(id -un)"”.'
        )


def require(what: str, tools: Mapping[str, str], keyring: Path | None = None) -> None:
    """Raise the sentence that begins with `what` and names the Debian packages to install.

    `tools` are commands by their packages.
    """
    missing = [package for package, tool in tools.items() if not shutil.which(tool, path=PATH)]
    if keyring and not keyring.exists():
        missing.append("debian-archive-keyring")
    if missing:
        why = f"{what} without {' and '.join(missing)}"
        raise MachineError(f"{why}: {how_to_install(*missing)}.")


def has_subordinate_ids() -> bool:
    """Whether subuid(5) and subgid(5) give this user ids for a user namespace of its own."""
    uid = os.geteuid()
    names = {str(uid), *(one.pw_name for one in pwd.getpwall() if one.pw_uid == uid)}
    return all(names & {owner for owner, _, _ in subordinate_ids(file)} for file in SUBORDINATE_IDS)


def free_ids() -> str:
    """A range of ids, ``first-last``, that nobody has yet: as many as useradd(8) gives."""
    ends = [first + count for file in SUBORDINATE_IDS for _, first, count in subordinate_ids(file)]
    start = max([FIRST_ID, *ends])
    return f"{start}-{start + IDS - 1}"


def subordinate_ids(file: Path) -> Iterator[tuple[str, int, int]]:
    """(user or uid, first id, how many) of each line of subuid(5) or subgid(5); none if missing."""
    with contextlib.suppress(FileNotFoundError):
        for line in file.read_text().splitlines():
            with contextlib.suppress(ValueError):  # not such a line
                owner, first, count = line.split(":")
                yield owner, int(first), int(count)


def mirror() -> str:
    """The Debian mirror that this host's apt uses; if it uses none, as Ubuntu's, mmdebstrap's.

    :raises MachineError: neither is known.
    """
    found = parse_mirror(output_of("apt-get", "indextargets")) or _mirror_of_mmdebstrap()
    if not found:
        raise MachineError("Neither this host's apt nor mmdebstrap knows a Debian mirror.")
    return found


def _mirror_of_mmdebstrap() -> str | None:
    """What mmdebstrap would take by itself: it is stopped once it has written its sources.list."""
    hook = 'cat "$1"/etc/apt/sources.list >&2; false'
    command = ["mmdebstrap", "--variant=custom", mode(), "--format=null", f"--setup-hook={hook}"]
    try:
        done = subprocess.run(
            [*command, "stable", "-"], capture_output=True, encoding="utf-8", errors="replace"
        )
    except OSError:  # it isn't installed
        return None
    found = re.search(r"^deb (?:\[.*?\] )?(\S+) \S+ main", done.stderr, re.MULTILINE)
    return found[1] if found else None


def parse_mirror(indextargets: str) -> str | None:
    """The Debian mirror in the text of `apt-get indextargets`, if there is one."""
    for stanza in indextargets.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line)
        # The archive of security updates has Label Debian-Security, and not every suite.
        if (
            fields.get("Origin") == fields.get("Label") == "Debian"
            and fields.get("Component") == "main"
            and fields.get("Repo-URI")
        ):
            return fields["Repo-URI"]
    return None


def proxies() -> dict[str, str]:
    """The proxies of this host's apt, as the environment in which mmdebstrap's apt finds them."""
    found = {}
    for scheme in ("http", "https"):
        line = output_of("apt-config", "shell", "PROXY", f"Acquire::{scheme}::Proxy")
        value = line.strip().removeprefix("PROXY=").strip("'")
        if value:
            found[f"{scheme}_proxy"] = "" if value == "DIRECT" else value
    return found


def run(
    *command: str | Path,
    environment: Mapping[str, str] | None = None,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    progress: Callable[[str], None] = lambda line: None,
) -> None:
    """Run `command`, giving each stage that it announces to `progress`.

    `environment` is added to this process's own.

    :raises MachineError: it fails; with the end of what it said.
    """
    complaints: list[str] = []
    with subprocess.Popen(
        command,
        env=os.environ | (environment or {}),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for text in process.stdout:
            if text.startswith("I: "):
                progress(text.rstrip().removeprefix("I: "))
            else:
                complaints.append(text)
    if process.returncode != 0:
        end = "".join(complaints[-15:])
        raise MachineError(f"{command[0]} ended with status {process.returncode}:\n{end}")


def output_of(*command: str) -> str:
    """What `command` prints, or nothing where it isn't there or fails."""
    try:
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def how_to_install(*packages: str) -> str:
    """The end of a sentence, without its full stop: what to type to have these Debian packages.

    tools/provision.sh knows how it is done on this system.
    """
    command = ["/bin/sh", str(PROVISION), "how", *packages]
    said = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return said.stdout.strip()
