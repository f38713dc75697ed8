"""`…`, `<...>` and `<...:name>`: any text within a line, and nothing that nobody asked for."""

import time
from collections.abc import Sequence

import pytest

from harness.compare import Comparison, Expectation, Renaming, Varying


def compare(
    text: Sequence[str], run: Sequence[str], renaming: Renaming | None = None, exact: bool = False
) -> Comparison:
    return Expectation(text, exact).compare(run, renaming or Renaming())


def typing(*lines: str) -> Renaming:
    """What a scenario knows after these lines have been typed."""
    renaming = Renaming()
    renaming.type(lines, lines[-1])
    return renaming


def codes(comparison: Comparison) -> list[str]:
    return [line.note.code for line in comparison.diff if line.note]


@pytest.mark.parametrize("sign", ["…", "……", "<...>", "<...:it>"])
@pytest.mark.parametrize(
    ("text", "run", "wrong"),
    [
        ("version @ (Debian)", "version 3.13.5 (Debian)", "version 3.13.5 (Ubuntu)"),
        ("version @ (Debian)", "version 3.13.5 (Debian)", "Version 3.13.5 (Debian)"),
        ("@ is up", "eth0 is up", "eth0 is up!"),
        ("built in @", "built in 3.2 s", "built at 3.2 s"),
        ("built in @", "built in 3.2 s", "built in"),  # it stands for something
        ("[@]", "[x]", "[]"),
        ("a b@d e", "a bcd e", "a  bcd e"),
        ("@ 12 apples", "there are 12 apples", "there are 13 apples"),
        ("@", "one line", ""),
    ],
)
def test_it_stands_for_what_is_there_and_the_rest_for_itself(
    sign: str, text: str, run: str, wrong: str
) -> None:
    line = text.replace("@", sign)
    found = compare([line], [run])
    assert found.passed
    assert found.corrected == (line,)
    assert found.values == ()
    assert not compare([line], [wrong]).passed
    assert not compare([line], []).passed
    assert not compare([line], [run, run]).passed  # a line is a line


def test_several_of_a_line_keep_what_stands_between_them_in_order() -> None:
    line = "from <...> to … by <...>, done"
    assert compare([line], ["from here to there by bus, then, done"]).passed
    assert not compare([line], ["from here by bus to there, done"]).passed
    assert not compare([line], ["from here to there by bus, done."]).passed


def test_equal_names_stand_for_equal_text_throughout_a_scenario() -> None:
    renaming = Renaming()
    assert compare(["made <...:dir>"], ["made /srv/x1"], renaming).passed
    assert compare(["<...:dir>/a of <...>"], ["/srv/x1/a of a/b"], renaming).passed
    assert not compare(["<...:dir>/a"], ["/srv/x2/a"], renaming).passed
    assert not compare(["<...:dir> <...:dir>"], ["/srv/x1 /srv/x3"], renaming).passed
    assert renaming.command("rm -r <...:dir>/a; echo <...:other>") == (
        "rm -r /srv/x1/a; echo <...:other>"
    )


def test_different_names_may_stand_for_the_same() -> None:
    found = compare(["<...:user> of <...:group>"], ["reader of reader"])
    assert found.passed
    again = compare(["<...:who> is <...:who>"], ["alice is bob"])
    assert not again.passed
    assert codes(again) == ["value-changed"]


def test_a_name_that_a_line_bound_in_vain_is_free_again() -> None:
    renaming = Renaming()
    assert not compare(["it is <...:x>", "end"], ["it is 1", "END"], renaming).passed
    assert compare(["it is <...:x>"], ["it is 2"], Renaming()).passed


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("ellipsized: a…b", "ellipsized: a…b"),  # of systemctl(1), say: blessed as it was printed
        ("ellipsized: a…b", "ellipsized: a… and b"),
        ("<...>-1234 [000]", "<...>-1234 [000]"),  # of ftrace
    ],
)
def test_what_prints_such_a_sign_itself_is_compared_where_the_block_says_exact(
    text: str, run: str
) -> None:
    """Nobody asked for a wildcard there: `update` copied what the program printed."""
    found = compare([text], [run])
    assert not found.passed
    assert codes(found) == ["wildcard-printed"]
    assert compare([text], [run], exact=True).passed == (text == run)
    assert not compare(
        [text], [text.replace("a…b", "axb").replace("<...>", "bash")], exact=True
    ).passed


def test_in_an_exact_block_dots_on_a_line_are_dots() -> None:
    assert compare(["a", "..."], ["a", "..."], exact=True).passed
    assert not compare(["a", "..."], ["a", "b", "c"], exact=True).passed
    assert Expectation(["a", "..."], exact=True).instead(0, ["b"]).compare(
        ["b", "..."], Renaming()
    ).passed  # fmt: skip


def test_a_sign_that_the_author_typed_is_one_that_the_program_prints() -> None:
    renaming = typing("echo 'wait…'; echo abc")
    assert compare(["wait…"], ["wait…"], renaming).passed
    found = compare(["wait…"], ["wait for it"], renaming)
    assert not found.passed
    assert codes(found) == ["wildcard-typed"]
    assert compare(["w<...>t…"], ["what…"], renaming).passed
    assert not compare(["<...>"], ["what"], typing("grep '<...>' trace")).passed
    assert compare(["w…t"], ["what"], typing("grep '<...>' trace")).passed


def test_values_that_vary_are_compared_beside_it() -> None:
    renaming = Renaming()
    renaming.introduce([Varying("1234", "pid"), Varying("1235", "pid")])
    assert compare(["1234 … runs", "1235 x"], ["87 a shell runs", "88 x"], renaming).passed
    assert compare(["… has 1234"], ["it has 87"], renaming).passed
    assert not compare(["… has 1234"], ["it has 88"], renaming).passed


def test_what_it_stands_for_may_have_values_of_the_run() -> None:
    """The inode there isn't one that stands where the text has another."""
    renaming = Renaming()
    one, two = "uts:[4026531838]", "uts:[4026532201]"
    assert compare([two], [one], renaming).passed
    assert compare(["all: …"], [f"all: {one}"], renaming).passed
    assert not compare(["all: uts:[4026532202]"], [f"all: {one}"], renaming).passed


def test_columns_before_it_shift_with_a_value_and_what_is_after_it_stays() -> None:
    def columns(*run: str) -> bool:
        renaming = Renaming()
        renaming.introduce([Varying("1234", "pid")])
        return compare(["1234 pts/0 sh", "   1 pts/0 <...>, ok"], run, renaming).passed

    assert columns("  87 pts/0 sh", "   1 pts/0 init, ok")
    assert columns("87 pts/0 sh", " 1 pts/0 init of all, ok")
    assert not columns("87 pts/0 sh", "   1  pts/0 init of all, ok")
    assert not columns("87 pts/0 sh", " 1 pts/0 init,  ok")
    assert not columns("87 pts/0 sh", " 1 pts/0   init, ok")


@pytest.mark.parametrize(
    ("lines", "nothing"),
    [
        (["..."], True),
        (["", "<...>", "…"], True),
        (["<...:a> <...:b>"], True),
        (["<...>: ok"], False),
        ([""], True),
        ([], False),
    ],
)
def test_an_output_of_wildcards_alone_says_nothing(lines: Sequence[str], nothing: bool) -> None:
    assert Expectation(lines).says_nothing == nothing
    assert Expectation(lines, exact=True).says_nothing == (list(lines) == [""])


def test_many_of_them_take_no_longer_than_a_long_line_does() -> None:
    text = "<...> a" * 10 + " b"
    begun = time.process_time()
    assert not compare([text], [" a" * 10_000]).passed
    assert compare([text], [" a" * 10_000 + " b"]).passed
    assert time.process_time() - begun < 4
