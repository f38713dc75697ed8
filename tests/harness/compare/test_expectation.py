"""What a text shows against what a run showed."""

import string
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.compare import ELISIONS, Comparison, Expectation, Reason, Renaming, Varying, lines_of
from harness.compare.shapes import unknowns

inodes = st.integers(4026531834, 4026539999).map(str)
kinds = st.sampled_from(["uts", "mnt", "pid", "net", "user"])
macs = st.lists(st.integers(1, 254), min_size=6, max_size=6).map(
    lambda octets: ":".join(f"{octet:02x}" for octet in octets)
)
words = st.text(string.ascii_letters + " -_/日本語", min_size=1, max_size=12)
tokens = st.one_of(
    words,
    st.builds("{}:[{}]".format, kinds, inodes),
    st.builds("ether {} up".format, macs),
    st.sampled_from(["2026-11-23 18:21:53", "Mon Nov 23 18:21:53 UTC 2026", "time=0.045 ms"]),
)
outputs = st.lists(
    st.lists(tokens, max_size=4).map(lambda parts: " ".join(parts).rstrip()), max_size=8
).map(lambda lines: [line for line in lines if line not in ELISIONS])


def elided(parts: list[list[str]]) -> list[str]:
    """Parts of an output with an elision between any two."""
    return [line for part in parts for line in ("...", *part)][1:]


def compare(
    text: Sequence[str], run: Sequence[str], renaming: Renaming | None = None
) -> Comparison:
    return Expectation(text).compare(run, renaming or Renaming())


def passes(text: Sequence[str], run: Sequence[str], renaming: Renaming | None = None) -> bool:
    return compare(text, run, renaming).passed


def naming(*pids: str) -> Renaming:
    """A renaming of a text that says of these numbers that they are process ids."""
    renaming = Renaming()
    renaming.introduce([Varying(pid, "pid") for pid in pids])
    return renaming


@given(outputs)
def test_an_output_agrees_with_itself(output: list[str]) -> None:
    comparison = compare(output, output)
    assert comparison.passed
    assert list(comparison.corrected) == output
    assert [line.kind for line in comparison.diff] == ["same"] * len(output)


@given(outputs, st.data())
def test_any_other_letter_is_noticed(output: list[str], data: st.DataObject) -> None:
    """A letter outside a varying value, changed into another, is a difference."""
    places = [
        (row, column)
        for row, line in enumerate(output)
        for column, character in enumerate(line)
        if character.isalpha()
        and not any(one.start <= column < one.end for one in unknowns(line, ()))
    ]
    assume(places)
    row, column = data.draw(st.sampled_from(places))
    letters = st.sampled_from(string.ascii_letters).filter(lambda c: c != output[row][column])
    changed = list(output)
    changed[row] = output[row][:column] + data.draw(letters) + output[row][column + 1 :]
    assume(changed[row] not in ELISIONS)
    assert not passes(changed, output)
    assert not passes(output, changed)


@given(outputs, st.data())
def test_inodes_agree_as_long_as_they_are_renamed_one_to_one(
    output: list[str], data: st.DataObject
) -> None:
    found = sorted({u.value for line in output for u in unknowns(line, ()) if u.kind == "inode"})
    fresh = data.draw(st.lists(inodes, min_size=len(found), max_size=len(found), unique=True))
    renamed = _renamed(output, dict(zip(found, fresh, strict=True)))
    assert passes(output, renamed)
    assert passes(renamed, output)
    if len(found) > 1:
        one, other = data.draw(st.permutations(found))[:2]
        merged = _renamed(output, {one: other})
        assert not passes(output, merged)
        assert not passes(merged, output)


def _renamed(output: list[str], names: dict[str, str]) -> list[str]:
    renamed = []
    for line in output:
        pieces, place = [], 0
        for unknown in unknowns(line, ()):
            if unknown.kind == "inode":
                pieces += [line[place : unknown.start], names.get(unknown.value, unknown.value)]
                place = unknown.end
        renamed.append("".join(pieces) + line[place:])
    return renamed


@given(st.lists(st.tuples(inodes, inodes), max_size=12))
def test_a_renaming_is_one_to_one(pairs: list[tuple[str, str]]) -> None:
    renaming = Renaming()
    bound = [pair for pair in pairs if renaming.bind("inode", *pair) is None]
    assert len({text for text, _ in bound}) == len({run for _, run in bound}) == len(set(bound))


def test_an_inode_is_the_same_across_steps_and_a_bare_number_varies_once_it_is_known() -> None:
    renaming, bare = Renaming(), Expectation(["4026531838 uts"])
    assert not bare.compare(["17 uts"], renaming).passed
    assert passes(["uts:[4026531838]"], ["uts:[17]"], renaming)
    assert passes(["uts:[4026531838]"], ["uts:[17]"], renaming)
    assert not passes(["uts:[4026531838]"], ["uts:[18]"], renaming)
    assert bare.compare(["17 uts"], renaming).passed
    assert not bare.compare(["18 uts"], renaming).passed


def test_a_named_value_varies_where_it_stands_alone_and_in_commands() -> None:
    renaming = naming("1234")
    assert passes(["[1] 1234"], ["[1] 87"], renaming)
    assert not passes(["x1234"], ["x87"], renaming)
    assert not passes(["1234"], ["88"], renaming)
    assert renaming.command("kill 1234 12345; echo 1234") == "kill 87 12345; echo 87"
    swapped = naming("10", "20")
    assert passes(["10", "20"], ["20", "10"], swapped)
    assert swapped.command("kill 10 20") == "kill 20 10"
    assert passes(["PIDは1234です"], ["PIDは87です"], renaming)
    assert renaming.command("echo 子1234番") == "echo 子87番"


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("2026-11-23", "2027-01-02"),
        ("2026-11-23T18:40:00+00:00", "2026-11-24T09:00:01+09:00"),
        ("18:21:53 up 3 min, 0 users", "09:00:01 up 12 min, 0 users"),
        ("64 bytes from 10.0.0.2: time=0.045 ms", "64 bytes from 10.0.0.2: time=1.5 ms"),
        ("rtt min/avg/max/mdev = 0.1/0.2/0.3/0.0 ms", "rtt min/avg/max/mdev = 1.1/1/1.3/0.0 ms"),
        ("link/ether 5a:1e:c4:00:01:02", "link/ether 02:42:ac:11:00:02"),
        ("0x5f1e7b2c 0          reader", "0x0a0b0c0d 0          reader"),
        ("9f1c3b2a-0000-4000-8000-0123456789ab", "11111111-2222-3333-4444-555555555555"),
        ("socket:[12345]", "socket:[999]"),
        ("子のuts:[4026531838]と12:00:00", "子のuts:[7]と13:30:01"),
        # Two round-trip times of one text are as often equal as not.
        ("time=0.045 ms time=0.045 ms", "time=0.045 ms time=0.046 ms"),
    ],
)
def test_values_of_a_known_shape_vary(text: str, run: str) -> None:
    assert passes([text], [run])


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("00:00:00:00:00:00", "02:42:ac:11:00:02"),
        ("ff:ff:ff:ff:ff:ff", "02:42:ac:11:00:02"),
        ("flags 0x04000000", "flags 0x08000000"),
        ("0x00000000 0          reader", "0x0a0b0c0d 0          reader"),
        ("10.0.0.2", "10.0.0.3"),
        ("pid 1", "pid 2"),
        ("a  b", "a b"),
        ("uts:[4026531838]  b", "uts:[4026531839] b"),
    ],
)
def test_everything_else_is_exact(text: str, run: str) -> None:
    assert not passes([text], [run])


TABLE = ["   PID TTY CMD", "123456 pts bash", "     1 ?   init"]


@pytest.mark.parametrize(
    ("shifts", "pid", "text", "run"),
    [
        # With the width of a value,
        (
            True,
            "12345",
            ["   PID USER   CMD", " 12345 reader ls"],
            ["PID USER   CMD", " 87 reader ls"],
        ),
        (True, "123456", TABLE, ["PID TTY CMD", " 87 pts bash", "  1 ?   init"]),
        (False, "123456", TABLE, ["PID TTY CMD", " 87 pts bash", "1   ?   init"]),
        # not without a reason,
        (False, "12", ["PID   COMMAND", "12    sleep"], ["PID COMMAND", "87  sleep"]),
        # no further than values have grown,
        (False, "12", ["PID CMD", "12  ls"], ["PID            CMD", "123 ls"]),
        # and in a column of the value that has grown.
        (True, "123456", ["123456", "key:", "- x"], ["2", "key:", "- x"]),
        (False, "123456", ["123456", "key:", "- x"], ["2", "key:", "    - x"]),
        (False, "123456", ["123456", "  a   b"], ["2", "a b"]),
        (False, "123456", ["pid 123456  a   b"], ["pid 2  a b"]),
    ],
)
def test_columns_shift(shifts: bool, pid: str, text: list[str], run: list[str]) -> None:
    assert passes(text, run, naming(pid)) == shifts


def test_lsns_gives_a_column_more_than_it_needs() -> None:
    renaming = naming("1234")
    text = ["        NS TYPE NPROCS  PID USER CMD", "4026532257 uts       1 1234 root bash"]
    run = ["        NS TYPE NPROCS   PID USER CMD", "4026532168 uts       1   214 root bash"]
    assert passes(["uts:[4026532257]"], ["uts:[4026532168]"], renaming)
    assert passes(text, run, renaming)


@pytest.mark.parametrize("elision", sorted(ELISIONS))
def test_an_elision_stands_for_any_lines(elision: str) -> None:
    text = ["a", elision, "d"]
    assert passes(text, ["a", "d"])
    assert passes(text, ["a", "b", "c", "d"])
    assert not passes(text, ["a", "b", "c"])
    assert not passes(text, ["d"])
    assert not passes([*[elision, "a"] * 20, "z"], ["a"] * 60)  # and comes to an end


def test_lines_after_an_elision_are_found_with_their_values() -> None:
    """The first line of the right shape is not the right one: the value decides."""
    renaming = Renaming()
    assert passes(["uts:[1000]"], ["uts:[7]"], renaming)
    assert passes(["...", "has uts:[1000]", "..."], ["has uts:[8]", "has uts:[7]", "x"], renaming)


def test_a_failed_comparison_says_what_is_missing_and_extra() -> None:
    comparison = compare(["a", "b", "c"], ["a", "x", "c"])
    diff = [f"{line.kind} {line.text}" for line in comparison.diff]
    assert diff == ["same a", "missing b", "extra x", "same c"]
    assert comparison.corrected == ("a", "x", "c")


def test_a_broken_identity_is_explained() -> None:
    text = ["uts:[4026531838]", "uts:[4026532201]"]
    comparison = compare(text, ["uts:[7]", "uts:[7]"])
    named = {"one": "4026531838", "other": "4026532201", "run": "7"}
    assert [line.note for line in comparison.diff if line.note] == [Reason("inodes-merged", named)]


def test_a_correction_keeps_the_values_and_elisions_of_the_text() -> None:
    renaming = Renaming()
    assert passes(["uts:[4026531838]"], ["uts:[7]"], renaming)
    comparison = compare(["old", "...", "end"], ["uts:[7]", "uts:[8]", "end"], renaming)
    assert not comparison.passed
    assert comparison.corrected == ("uts:[4026531838]", "...", "end")
    renaming = Renaming()  # and never gives two values one name
    assert passes(["uts:[8]"], ["uts:[7]"], renaming)
    first, second = compare(["x"], ["uts:[8]", "uts:[7]"], renaming).corrected
    assert second == "uts:[8]" != first


@given(st.lists(outputs, min_size=1, max_size=3).map(elided), outputs)
def test_blessing_once_is_enough(text: list[str], run: list[str]) -> None:
    """What it writes agrees with the same run, and another blessing changes nothing of it."""
    once = compare(text, run).corrected
    again = compare(once, run)
    assert again.passed
    assert again.corrected == once


@given(outputs, st.integers(0, 8))
def test_what_goes_on_has_shown_the_text_once_its_last_line_has_come(
    output: list[str], more: int
) -> None:
    expected, renaming = Expectation(output), Renaming()
    run = [*output, *(f"more {number}" for number in range(more))]
    shown = [expected.begins(run[:many], renaming) for many in range(len(run) + 1)]
    assert shown == [None] * len(output) + [len(output)] * (1 + more)
    assert renaming.mark() == 0


def test_of_what_goes_on_an_elision_takes_no_more_than_it_has_to() -> None:
    renaming = Renaming()
    assert Expectation(["a", "...", "b"]).begins(["a", "x", "b", "y", "b"], renaming) == 3
    assert Expectation(["a", "..."]).begins(["a", "x"], renaming) == 1
    assert Expectation(["a", "...", "c"]).begins(["a", "x", "b"], renaming) is None
    assert Expectation([]).begins(["a"], renaming) == 0


def test_a_trial_that_is_taken_back_leaves_nothing() -> None:
    renaming = Renaming()
    assert passes(["uts:[1000]"], ["uts:[7]"], renaming)
    mark = renaming.mark()
    assert passes(["uts:[2000]"], ["uts:[8]"], renaming)
    renaming.back_to(mark)
    assert renaming.command("echo 1000 2000") == "echo 7 2000"
    assert renaming.rewrite("uts:[8] 7") == "uts:[8] 1000"
    assert not passes(["2000"], ["8"], renaming)


def test_lines_are_without_trailing_space_and_control_sequences() -> None:
    assert lines_of("a \r\n\x1b[31mred\x1b[0m\nno newline") == ("a", "red", "no newline")
    assert lines_of("abcdef\rxy\n10%\r100%\n") == ("xycdef", "100%")  # written over
    assert lines_of("") == ()
    assert lines_of("\n") == ("",)


def test_a_long_output_is_corrected_where_it_differs() -> None:
    many = [str(number) for number in range(1, 30001)]
    assert compare(["1", "...", "29999"], many).corrected == ("1", "...", "29999", "30000")
    inodes = [f"uts:[{4026532000 + number}]" for number in range(300)]
    run = [f"uts:[{number + 1}]" for number in range(300)] + ["end"]
    assert compare([*inodes, "old"], run).corrected == (*inodes, "end")


def test_spaces_that_differ_for_no_value_are_shown_and_corrected() -> None:
    text, run = [" 0   4K root", "10   4K root"], ["0    4K  root", "10   4K root"]
    comparison = compare(text, run)
    assert [(line.kind, line.text, line.note) for line in comparison.diff] == [
        (
            "missing",
            " 0   4K root",
            Reason("spaces-differ", {"column": 1, "text": "␣", "run": "∅"}),
        ),
        ("extra", "0    4K  root", None),
        ("same", "10   4K root", None),
    ]
    assert comparison.corrected == tuple(run)


@pytest.mark.parametrize(
    ("text", "run", "where"),
    [
        ("a  b", "a\tb", (2, "␣␣", "⇥")),
        ("ab", "a b", (2, "∅", "␣")),
        ("a\u00a0b", "a b", (2, "U+00A0", "␣")),
        ("a b", "     a b", (1, "∅", "␣×5")),
        ("a b", "a c", None),
    ],
)
def test_white_space_that_alone_differs_is_named_with_its_place(
    text: str, run: str, where: tuple[int, str, str] | None
) -> None:
    wanted = where and Reason(
        "spaces-differ", dict(zip(("column", "text", "run"), where, strict=True))
    )
    assert compare([text], [run], Renaming()).diff[0].note == wanted


@given(outputs, st.data())
def test_a_failure_always_shows_a_difference(output: list[str], data: st.DataObject) -> None:
    """Spaces put in anywhere are a difference, or none; never a failure that shows nothing."""
    assume(output)
    changed = list(output)
    row = data.draw(st.integers(0, len(output) - 1))
    column = data.draw(st.integers(0, len(output[row])))
    changed[row] = output[row][:column] + "  " + output[row][column:]
    comparison = compare(output, changed)
    differs = any(line.kind in ("missing", "extra") for line in comparison.diff)
    assert comparison.passed != differs


@pytest.mark.parametrize(
    ("run", "agrees"),
    [
        ("0x7ffc11112220 0x7ffc11112220 0x5591aabbc000", True),
        ("0x7ffc11112220 0x7ffc11112228 0x5591aabbc000", False),  # two where the text shows one
        ("0x7ffc11112220 0x7ffc11112220 0x7f91aabbc000", False),  # mapped, not of the program
        ("0x7ffc11112220 0x7ffc11112220 5591aabbc000", False),
        ("0x7ffc11112220 0x7ffc11112220 (nil)", False),
    ],
)
def test_addresses_vary_within_their_part_of_memory(run: str, agrees: bool) -> None:
    assert passes(["0x7ffd0a0b0c0d 0x7ffd0a0b0c0d 0x55d0c0a00010"], [run]) == agrees
