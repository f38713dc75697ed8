"""README, CONTRIBUTING and the authors' page do what they say: their commands work as written.

Each is run in a project of its own whose chapter is README's. What would take a network, another
machine, a terminal or the whole book is run as far as that, and `AS_FAR_AS` says how far and why.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from processes import Done, ran

from zenn.console import exchanges
from zenn.model import Document, Fence
from zenn.parser import parse

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("tools/*.md"), ROOT / "tools/harness/README.md"]
PAGES += [ROOT / "docs/writing.md"]
OURS = frozenset({"make", "python", "pytest", "sudo", "vagrant", "pip", "npm", "ruff"})
OURS |= {"clang-format", "source"}
"""What a command in a sentence begins with; other words in backquotes are none."""

STANDS_FOR = {
    "CHAPTER.md:LINE": "02-uts.md:69",
    "CHAPTER": "02-uts",
    "13-debug": "02-uts",
    "NAME": "6.1",
    "HOST:PORT": "127.0.0.1:9",
    "sudo make": "make",
}

AS_FAR_AS = (
    # a command that has this … is run so instead, ends with this status, and says this
    # It sets up a machine, runs the whole book, or serves until ^C: the target is there.
    (r"^make\b(?! help)", r"{0} --dry-run --directory " + str(ROOT), 0, ""),
    # It changes the machine and takes a network, or Vagrant: a shell can read it.
    (r"^(sudo apt|sudo /vagrant|pip|npm|vagrant)\b", r"bash -n <<< '{0}'", 0, ""),
    # It takes a terminal, and that is all that it complains of.
    (r"\bshell\b", r"{0} < /dev/null", 2, "takes a terminal"),
    # It takes a cluster.
    (r"tcp://", r"{0}", 3, "No scheduler answers at tcp://127.0.0.1:9"),
    # It looks at what a run has recorded.
    (r"\bmutate\b", r"python tools/run_snippets.py > /dev/null && {0}", 0, "caught"),
    # It fetches kernels, and plays the book on each: the names are known.
    (r"--kernel", r"{0} docs/none.md", 2, "docs/none.md:1: can't be read"),
)


@dataclass(frozen=True)
class Example:
    place: str
    command: str

    @property
    def meant(self) -> str:
        """The command with what its placeholders stand for."""
        placeholders = "|".join(STANDS_FOR)  # the longer ones come first
        return re.sub(placeholders, lambda found: STANDS_FOR[found[0]], self.command)


def document(page: Path) -> Document:
    return parse(page.read_text("utf-8"), page.relative_to(ROOT), None)


def is_ours(page: Path, fence: Fence) -> bool:
    """A chapter's own blocks are the guest's, but those that it says it can't run."""
    guests = page.parent.name == "docs" and not any("本書" in one.text for one in fence.comments)
    return fence.language == "console" and not guests


def examples() -> Iterator[Example]:
    for page in PAGES:
        read, name = document(page), page.relative_to(ROOT)
        for fence in filter(lambda fence: is_ours(page, fence), read.fences):
            for entry in exchanges(fence.text, fence.line + 1):
                yield Example(f"{name}:{entry.line}", entry.lines[0].partition(" #")[0].strip())
        for token in read.tokens:
            for child in token.children or ():
                first, _, more = child.content.partition(" ")
                if child.type == "code_inline" and first in OURS and more:
                    yield Example(f"{name}:{(token.map or [0])[0] + 1}", child.content)


EXAMPLES = [*{one.meant: one for one in examples()}.values()]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """This project with one chapter: at line 69 is a block, at line 110 README's example, and then
    the exercise of the authors' page, which mine.py answers."""
    root = tmp_path / "project"
    no_packages = shutil.ignore_patterns("node_modules", "__pycache__", "*.egg-info")
    for name in ("tools", "snippets", ".github"):
        shutil.copytree(ROOT / name, root / name, ignore=no_packages)
    for file in ("Makefile", "mkdocs.yml", "pyproject.toml", "terms.tsv", ".clang-format"):
        shutil.copy(ROOT / file, root)
    (root / ".venv").symlink_to(Path(sys.executable).parent.parent)
    (root / "docs").mkdir()
    config = (ROOT / "docs/config.yaml").read_text("utf-8")
    chapters = re.sub(r"(?ms)^chapters:\n.*?(?=^\S|\Z)", "chapters:\n  - 02-uts\n", config)
    (root / "docs/config.yaml").write_text(chapters, "utf-8")
    write_chapter(root)
    (root / "mine.py").write_text("import os\nprint(os.uname().nodename)\n")
    return root


def write_chapter(root: Path, output: str = "unshared") -> None:
    sources = [one.text for one in document(ROOT / "docs/writing.md").fences]
    (exercise,) = [text for text in sources if text.startswith("### 演習")]
    (example,) = [one for one in document(ROOT / "README.md").fences if one.language == "markdown"]
    typed = example.text.partition("```console")[0].count("\n") + 2
    head = ["---", "title: UTS", "free: true", "---"]
    block = ["## 名前", "", "```console", "$ hostname", output, "```"]
    lines = [*head, *[""] * (68 - 3 - len(head)), *block]
    lines += [*[""] * (110 - typed - 2 - len(lines)), "## 例", "", example.text]
    lines += ["## 演習", "", exercise]
    (root / "docs/02-uts.md").write_text("\n".join(lines), "utf-8")


def settings(project: Path) -> dict[str, str]:
    """The environment in which `python` is ours, and imports what the project has."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(project / "tools"), "ZENN_URL": ""}


def run(command: str, project: Path) -> Done:
    """What a shell without a terminal says of a command, all of it as output."""
    return ran("bash", "-c", f"exec < /dev/null 2>&1; {command}", cwd=project, **settings(project))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.place} {one.command}")
def test_a_command_works_as_it_is_written(example: Example, project: Path) -> None:
    command, wanted, says = example.meant, 0, ""
    if re.search(r"\bwatch\b", command):
        assert watched(command, project) == 0
        return
    for has, instead, status, said in AS_FAR_AS:
        if re.search(has, example.meant):
            command, wanted, says = instead.format(command), status, said
            break
    done = run(command, project)
    assert done.returncode == wanted, f"{example.place}: {command}\n{done.stdout}"
    assert says in done.stdout
    assert "Traceback" not in done.stdout


def watched(command: str, project: Path) -> int:
    """The status of a command that watches, ended by ^C once it has verified the chapter."""
    # Whoever runs the tests may have had ^C ignored, as a shell has for what is in the background.
    words = ["env", "--default-signal=INT", "bash", "-c", f"exec {command}"]
    environment = os.environ | settings(project)
    with subprocess.Popen(
        words, cwd=project, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert any("passed" in line for line in process.stdout)
        process.send_signal(signal.SIGINT)
    return process.returncode


def test_a_failure_looks_as_readme_shows_it(project: Path) -> None:
    write_chapter(project, "unshered")
    done = run("python tools/run_snippets.py docs/02-uts.md:69", project)
    shown = [one for one in document(ROOT / "README.md").fences if one.text.startswith("FAILED")]
    assert done.returncode == 1
    assert shown[0].text in done.stdout


def test_the_lines_of_the_book_that_commands_name_have_blocks_that_run(project: Path) -> None:
    at_lines = [one.command for one in EXAMPLES if " check " not in one.command]
    named = {m[0] for one in at_lines for m in re.finditer(r"docs/[\w-]+\.md:\d+", one)}
    listed = json.loads(run("python tools/run_snippets.py --list --json", ROOT).stdout)
    consoles = {
        f"{fate['chapter']}:{line}"
        for fate in listed
        if fate["kind"] == "console"
        for line in range(fate["line"], fate["line"] + 40)
    }
    assert named
    assert named <= consoles


def test_below_each_source_of_the_authors_page_stands_the_same_as_its_result() -> None:
    page = document(ROOT / "docs/writing.md")
    lines = page.text.split("\n")
    sources = [fence for fence in page.fences if fence.language == "markdown"]
    for source in sources:
        shown = source.text.removesuffix("\n").split("\n")
        assert lines[source.end + 1 : source.end + 1 + len(shown)] == shown, source.line
    assert len(sources) > 15


def test_the_examples_of_the_page_for_other_books_pass_in_one(tmp_path: Path) -> None:
    page = document(ROOT / "tools/harness/README.md")
    (toml,) = [fence.text for fence in page.fences if fence.language == "toml"]
    guest = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["run-snippets"]["guest"]
    packages = f"packages = {json.dumps(guest['packages'])}"  # of the image that is there already
    (tmp_path / "pyproject.toml").write_text(re.sub(r"(?m)^packages = .*$", packages, toml))
    sources = [fence for fence in page.fences if fence.language == "markdown"]
    whole = [fence.text for fence in sources if fence.text.startswith("---")]
    parts = [f"## {one.line}\n\n{one.text}\n" for one in sources if one.text not in whole]
    (tmp_path / "docs").mkdir()
    for name, text in (("parts", "".join(parts)), ("whole", *whole)):
        (tmp_path / f"docs/{name}.md").write_text(text)
    done = run(f"python {ROOT}/tools/run_snippets.py --backend namespaces", tmp_path)
    assert done.returncode == 0, done.stdout
    assert len(parts) > 12
