"""What a chapter's front matter says of its machine, and what becomes of it."""

import pickle
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

import guests
import pytest
from guests import Build

from harness.cli import verify
from harness.cli.options import parse
from harness.compare import Reason
from harness.image import NoPackageError
from harness.machine import Machine, MachineError
from harness.machine.backend import READERS, Backends, Choice
from harness.plan.passage import passages
from harness.plan.scenario import Put, Scenario, scenarios, sections
from harness.plan.scenario.reader import PATIENCE
from harness.plan.selection import choose
from harness.plan.settings import DEFAULT_TIMEOUT
from harness.record import read
from harness.run.verdict import entries, skip, update
from zenn.book import Book, Guest
from zenn.model import ChapterError

TWO = "## a\n\n~console\n$ echo a > f\n~\n\n## b\n\n~console{}\n$ cat f\na\n~\n"


def with_machine(*lines: str, text: str = TWO.format("")) -> str:
    said = "".join(f"  {line}\n" for line in lines)
    return f'---\ntitle: "x"\nmachine:\n{said}free: true\n---\n{text}'


def test_a_chapter_has_the_machines_of_its_book(chapter: Build) -> None:
    for text in (TWO.format(""), f"---\ntitle: x\n---\n{TWO.format('')}"):
        outfit = chapter(text).outfit
        assert (outfit.guest, outfit.files, outfit.whole) == (guests.GUEST, (), False)


def test_its_own_packages_user_and_host_make_another_guest(chapter: Build) -> None:
    found = chapter(with_machine("packages: [sqlite3, make]", "user: alice", "host: box"))
    book = guests.GUEST
    assert "make" in book.packages
    wanted = replace(book, user="alice", host="box", packages=(*book.packages, "sqlite3"))
    assert {one.outfit.guest for one in scenarios(found)} == {wanted}
    assert {one.user for one in scenarios(found)} == {"alice"}
    assert [one.user for s in scenarios(found) for one in s.interactions] == ["alice", "alice"]


def test_files_are_there_before_anything_else_in_every_machine(
    chapter: Build, snippets: Path
) -> None:
    (snippets / "prices.csv").write_text("apple,3\n")
    found = chapter(
        with_machine(
            "files:",
            "  /etc/x.conf: |",
            "    a = 1",
            '  data/prices.csv: --8<-- "prices.csv"',
            '  run.sh: "#!/bin/sh\\necho hi\\n"',
        )
    )
    for scenario in scenarios(found):
        given = [one for one in scenario.actions if isinstance(one, Put)]
        assert [(one.path, one.text, one.mode) for one in given] == [
            ("/etc/x.conf", "a = 1\n", 0o644),
            ("data/prices.csv", "apple,3\n", 0o644),
            ("run.sh", "#!/bin/sh\necho hi\n", 0o755),
        ]
        assert list(scenario.actions[:3]) == given
        assert given[0].line == scenario.line


@pytest.mark.parametrize("word", ["", " same"])
def test_a_whole_page_has_one_machine(chapter: Build, word: str) -> None:
    text = TWO.format(word)
    apart = 1 if word else 2
    assert len(scenarios(chapter(text))) == apart
    assert len(scenarios(chapter(with_machine("whole: false", text=text)))) == apart
    (found,) = scenarios(chapter(with_machine("whole: true", text=text)))
    assert len(found.blocks) == 2


def test_a_whole_page_begins_anew_where_a_block_says_so(chapter: Build) -> None:
    found = chapter(with_machine("whole: true", text=TWO.format(" new")))
    assert [section.new for section in sections(found, "guest")] == [False, True]


@pytest.mark.parametrize(
    ("lines", "line", "sentence"),
    [
        (["wole: true"], 4, "`machine:` has no `wole`: do you mean `whole`?"),
        (["x: true"], 4, "`machine:` has no `x`: it has on, whole, packages, user, host, files"),
        (["on: guest"], 4, "`on:` is to be reader, or not there"),
        (["on: [reader]"], 4, "`on:` is to be reader, or not there"),
        (["whole: 1"], 4, "`whole:` is to be true or false"),
        (["whole: true", "user: Al ice"], 5, "a name that useradd(8) takes, and not 'Al ice'"),
        (["user: root"], 4, "a name that useradd(8) takes, and not 'root'"),
        (["host: a/b"], 4, "a name that hostname(7) takes, and not 'a/b'"),
        (["host: [a]"], 4, "`host` is to be a name that hostname(7) takes"),
        (["packages: jq"], 4, "`packages:` is to be a list: `packages: [sqlite3, jq]`"),
        (["packages:", "  - jq", "  - a,b"], 6, "a list of Debian packages, and not 'a,b'"),
        (["packages:", "  - [jq]"], 5, "a list of Debian packages, and not"),
        (["packages: [sudo-]"], 4, "a list of Debian packages, and not 'sudo-'"),
        (["packages: [-oDpkg::Pre-Invoke=id]"], 4, "a list of Debian packages, and not '-oD"),
        (["packages: ['https://a.example/x.deb']"], 4, "a list of Debian packages, and not 'h"),
        (["packages: [./x.deb]"], 4, "a list of Debian packages, and not './x.deb'"),
        (["packages: [jq/sid]"], 4, "a list of Debian packages, and not 'jq/sid'"),
        (["packages: ['jq # x', jq]"], 4, "a list of Debian packages, and not 'jq # x'"),
        (["files: x"], 4, "`files:` is to be a mapping of paths to texts"),
        (["files:", "  /etc/: x"], 5, "'/etc/' is no path of a file"),
        (["files:", "  a/..: x"], 5, "'a/..' is no path of a file"),
        (["files:", "  a:"], 5, "a has no text: write it after `a: |`"),
        (["files:", '  a: --8<-- "none.txt"'], 5, "none.txt"),
    ],
)
def test_what_is_wrong_with_it_is_one_sentence(
    chapter: Build, lines: list[str], line: int, sentence: str
) -> None:
    with pytest.raises(ChapterError) as error:
        chapter(with_machine(*lines))
    assert str(error.value).startswith(f"docs/x.md:{line}: ")
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_it_is_told_beside_other_mistakes(chapter: Build) -> None:
    with pytest.raises(ChapterError) as error:
        chapter(with_machine("whole: 1", text="~console what\n$ a\n~\n"))
    assert [text.split(":")[1] for text in str(error.value).split("\n")] == ["4", "7"]
    for text in ("---\nmachine:\n---\n", "---\nmachine: [a]\n---\n"):
        with pytest.raises(ChapterError, match=r"x.md:2: `machine:` is to be a mapping"):
            chapter(text)


ON_READER = """\
~console
$ a
~

~python root:x.py
pass
~

~text:実行結果
~

~text
shown
~
"""


def test_a_chapter_may_be_run_on_the_readers_machine_alone(chapter: Build) -> None:
    found = chapter(with_machine("on: reader", text=ON_READER))
    assert [block.settings.on for block in found.blocks if block.runs] == ["reader"] * 3
    typed = [step for one in scenarios(found) for step in one.interactions]
    assert [(step.exchange.text, step.user) for step in typed] == [
        ("a", "reader"),
        ("sudo python3 x.py", "reader"),
    ]
    assert {step.settings.timeout for step in typed} == {PATIENCE * DEFAULT_TIMEOUT}
    ((both,),) = (one.sections for one in passages(found))
    assert {one.line for one in both} == {one.line for one in scenarios(found)}
    reasons = [one.reason for one in entries(found, []) if one.kind != "shown"]
    assert reasons == [Reason("only-on-reader")] * 3
    text = ON_READER.replace("console", "console on=guest")
    with pytest.raises(ChapterError, match=r"^docs/x.md:7: `on=guest`: its chapter is run on the"):
        chapter(with_machine("on: reader", text=text))


def test_it_is_run_where_it_is_named_and_keeps_what_was_found(tmp_path: Path) -> None:
    book = Book(tmp_path)
    there = with_machine("on: reader", text=TWO.format("")).replace("~", "```")
    for name, text in (("a", "```console\n$ true\n```\n"), ("b", there)):
        (tmp_path / f"docs/{name}.md").parent.mkdir(exist_ok=True)
        (tmp_path / f"docs/{name}.md").write_text(text)

    def chosen(*words: str) -> list[str]:
        with chdir(tmp_path):
            selection = verify.chosen(parse(words), book)
        assert selection.whole
        return [one.name for one in selection.chosen]

    beside = ["docs/b.md:9", "docs/b.md:15"]
    assert chosen("verify") == chosen("update") == ["docs/a.md:1"]
    assert chosen("list") == chosen("mutate") == ["docs/a.md:1", *beside]
    assert chosen("verify", "docs/b.md") == beside
    assert chosen("verify", "docs/b.md", "--kernel", "6.1") == []
    assert chosen("verify", "--reader") == ["docs/a.md:1", *beside]
    both = choose({tmp_path / "docs/b.md": [0]}, book)
    record = tmp_path / "record.json"
    for number in (0, 1):
        ran = skip(both.chosen[number], Reason("kernel"))
        update(record, tmp_path, both.chapters, [ran])
    assert [one.reason for one in read(record)] == [Reason("kernel")] * 2
    update(record, tmp_path, both.chapters, [])
    assert [one.reason for one in read(record)] == [Reason("only-on-reader")] * 2


class Fake:
    """A backend that makes nothing, of a guest by its host's name."""

    own_kernel, second = True, None

    def __init__(self, host: str, kernel: str) -> None:
        self.host, self.kernel = host, kernel

    def identity(self) -> str:
        return f"{self.host} {self.kernel}"

    def release(self) -> str:
        return f"{self.kernel}.9"

    def software(self) -> dict[str, str]:
        return {}

    def start(self) -> Machine:
        raise MachineError("none")

    def close(self) -> None:
        pass


def test_each_guest_has_backends_of_its_own_made_once(chapter: Build) -> None:
    made: list[tuple[str, str | None]] = []

    def make(guest: Guest, kernel: str | None) -> Choice:
        made.append((guest.host, kernel))
        backend = Fake(guest.host, kernel or guest.kernel)
        return Choice(backend, backend, backend)

    def scenario(host: str, words: str = "") -> Scenario:
        text = f"~console{words}\n$ true\n~\n"
        (found,) = scenarios(chapter(with_machine(f"host: {host}", text=text)))
        return found

    backends = Backends(make, others=True)
    for host, words, has in (
        ("a", "", "a 6.12"), ("b", "", "b 6.12"), ("a", "", "a 6.12"),
        ("b", " kernel<6.2", "b 6.1"), ("a", " kernel>=6.1", "a 6.12"),
    ):  # fmt: skip
        assert backends.of(scenario(host, words)).identity() == has
    assert made == [("a", None), ("b", None), ("b", "6.1")]
    text = "~console kernel>=9\n$ true\n~\n"
    (of_reader,) = scenarios(chapter(with_machine("on: reader", "host: a", text=text)))
    assert backends.of(of_reader) is backends.single([of_reader])
    assert made[3:] == [("a", READERS)]


def test_a_package_that_debian_has_not_is_a_mistake_of_the_chapter(chapter: Build) -> None:
    def make(guest: Guest, kernel: str | None) -> Choice:
        raise NoPackageError("Debian trixie has no package nope")

    (found,) = scenarios(chapter(with_machine("packages: [nope]", text="~console\n$ true\n~\n")))
    with pytest.raises(
        ChapterError, match=r"^docs/x.md:4: Debian trixie has no package nope$"
    ) as e:
        Backends(make, others=True).of(found)
    there = pickle.loads(pickle.dumps(e.value))  # a worker of a cluster says so
    assert (str(there), there.line) == (str(e.value), 4)
