"""Chapters played from top to bottom in one machine: what goes on, what breaks, what is kept."""

from pathlib import Path

from guests import Build

from harness.machine.backend import Backend
from harness.machine.namespaces import Namespaces
from harness.plan.passage import passages
from harness.record import Entry
from harness.report.words import words
from harness.run.cache import Cache
from harness.run.runner import Played, known_or_played

MACHINES = ("namespaces",)


def entries(played: list[Played]) -> list[Entry]:
    found = [entry for one in played for result in one.results for entry in result.entries]
    return sorted(found, key=lambda entry: entry.line)


def read(chapter: Build, backend: Backend, text: str, kept: Cache | None = None) -> list[Entry]:
    """The entries of a chapter that is played from top to bottom."""
    return entries([known_or_played(one, backend, kept) for one in passages(chapter(text))])


def reasons(found: list[Entry]) -> list[tuple[int, str]]:
    return [(entry.line, words(entry.reason)) for entry in found if entry.reason]


GOES_ON = """\
## a

~console:x
$ cd /tmp; a=kept; sleep 99 &
...
$ sudo touch /srv/other
~

[//]: # (varies: 1234 pid)
~console:y
$ echo $$
1234
~

## b

~python root:who.py
import os
print(os.geteuid(), os.environ["SUDO_USER"], os.listdir("/srv"))
~

~text:実行結果
0 reader ['other']
~

[//]: # (varies: 1234 pid)
~console:x
$ pwd; echo $a; jobs
/tmp
kept
[1]+  Running                 sleep 99 &
$ echo $$
1234
~

## root

~console root:x
# pwd; echo $a.
/home/reader
.
~

## c

~console new:x
$ pwd; hostname
/home/reader
unshared
~
"""


def test_terminals_go_on_and_values_begin_anew(chapter: Build, backend: Backend) -> None:
    found = read(chapter, backend, GOES_ON)
    assert reasons(found) == []
    first, program, new = found[0].line, found[2].line, found[-1].line
    assert [entry.since for entry in found] == [first] * 6 + [new]
    assert {entry.broke for entry in found} == {None}
    in_order = [entry.digest for entry in found]
    assert [len(entry.scenario) for entry in found] == [2, 2, 5, 5, 5, 6, 1]
    assert set(found[2].scenario) == set(in_order[:5])
    (ran,) = found[3].steps
    assert (ran.command, ran.user, ran.line) == ("sudo python3 who.py", "reader", program + 5)


BREAKS = """\
## a

~console
$ sudo mount -t tmpfs x /mnt; cat
~

~console:b
$ true
~

## b

~console
$ ls -A /mnt; ls x
ls: cannot access 'x': No such file or directory
~

## c

~console
$ touch x
~
"""


def test_what_breaks_leaves_the_rest_of_its_section_and_another_machine_goes_on(
    chapter: Build, backend: Backend
) -> None:
    found = read(chapter, backend, BREAKS)
    assert [entry.verdict for entry in found] == ["failed", "failed", "passed", "passed"]
    assert "cat reads the terminal" in reasons(found)[0][1]
    assert reasons(found)[1] == (7, "not reached, because of line 4")
    assert [(entry.since, entry.broke) for entry in found] == [(3, None)] * 2 + [(13, 4)] * 2


def test_what_a_section_leaves_behind_fails_the_next_and_no_machine_is_begun_for_it(
    chapter: Build, backend: Backend
) -> None:
    each = ("sudo touch /srv/x", "ls /srv", "sudo rm /srv/x")
    text = "".join(f"## a\n\n~console\n$ {typed}\n~\n\n" for typed in each)
    found = read(chapter, backend, text)
    assert [entry.verdict for entry in found] == ["passed", "failed", "passed"]
    assert {entry.since for entry in found} == {3}
    left = text.replace("~console", "[//]: # (leaves: ほかの節で使うので)\n~console", 1)
    again = read(chapter, backend, left)
    assert [entry.verdict for entry in again] == ["passed", "passed", "failed"]
    assert [entry.since for entry in again] == [4, 10, 10]


def test_a_terminal_whose_shell_has_ended_is_opened_anew_in_the_next_section(
    chapter: Build, backend: Backend
) -> None:
    text = (
        "## a\n\n~console\n$ cd /tmp; exit\nexit\n~\n\n## b\n\n~console\n$ pwd\n/home/reader\n~\n"
    )
    assert reasons(read(chapter, backend, text)) == []
    within = text.replace("\n## b\n", "")
    assert "has ended with status 0" in reasons(read(chapter, backend, within))[0][1]


def test_a_section_for_another_kernel_is_skipped_and_the_others_are_played(
    chapter: Build, backend: Backend
) -> None:
    text = "## a\n\n~console kernel>=99\n$ a\n~\n\n## b\n\n~console\n$ hostname\nunshared\n~\n"
    found = read(chapter, backend, text)
    assert [entry.verdict for entry in found] == ["skipped", "passed"]
    assert "needs kernel 99 or newer" in reasons(found)[0][1]
    assert found[1].since == 9


def test_what_has_passed_is_recalled_whole_until_any_of_it_changes(
    chapter: Build, backend: Namespaces, tmp_path: Path
) -> None:
    kept = Cache(tmp_path)

    def play(text: str) -> tuple[bool, list[Entry]]:
        (passage,) = passages(chapter(text))
        played = known_or_played(passage, backend, kept)
        return all(result.cached for result in played.results), entries([played])

    text = BREAKS.replace("; cat", "; sudo umount /mnt")
    cached, first = play(text)
    assert not cached
    assert reasons(first) == []
    cached, moved = play("文\n\n" + text)
    assert cached
    assert [entry.since for entry in moved] == [5] * 4
    assert [entry.line for entry in moved] == [entry.line + 2 for entry in first]
    for changed in (
        text.replace("touch x", "touch x y"),
        text.replace("## b\n", ""),  # what ends in a section is looked at when that ends
    ):
        assert not play(changed)[0]
        assert play(changed)[0]
    broken = text.replace("$ true", "$ false")
    assert [play(broken)[0] for _ in range(2)] == [False, False]


GIVEN = """\
---
machine:
  files:
    /srv/x.conf: |
      a = 1
---
## a

~console
$ cat /srv/x.conf; echo 'a = 2' > /srv/x.conf
a = 1
~

## b

~console
$ cat /srv/x.conf
a = {}
~
"""


def test_files_of_the_front_matter_are_given_to_a_machine_once(
    chapter: Build, backend: Backend
) -> None:
    assert reasons(read(chapter, backend, GIVEN.format(2))) == []
    assert reasons(read(chapter, backend, GIVEN.format(1))) == [(16, "the output differs")]
