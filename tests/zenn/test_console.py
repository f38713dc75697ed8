"""Console blocks, line by line."""

import pytest

from zenn.console import Exchange, Prompt, exchanges


def entry(line: int, sign: str, typed: str, *output: str) -> Exchange:
    lines = tuple(typed.split("\n"))
    return Exchange(line, Prompt(sign), lines, None, output, line + len(lines))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$ hostname\nunshared\n# id -u\n0\n", [
            entry(1, "$", "hostname", "unshared"), entry(3, "#", "id -u", "0"),
        ]),
        # A command goes on in lines that begin with “>”; after output that is output,
        ("$ cat <<EOF\n> a\n>  b\n> EOF\na\n b\n", [
            entry(1, "$", "cat <<EOF\na\n b\nEOF", "a", " b"),
        ]),
        ("$ diff a b\n1c1\n> x\n", [entry(1, "$", "diff a b", "1c1", "> x")]),
        # and a line of the Python REPL in those that begin with “...”.
        (">>> def f():\n...     return 3\n...\n>>> f()\n3\n", [
            entry(1, ">>>", "def f():\n    return 3\n"), entry(4, ">>>", "f()", "3"),
        ]),
        ("$ seq 9\n1\n...\n9\n", [entry(1, "$", "seq 9", "1", "...", "9")]),
        # Keys,
        ("$ cat\n^D\n^C\nbye\n", [
            entry(1, "$", "cat"),
            Exchange(2, None, (), "D", (), 3), Exchange(3, None, (), "C", ("bye",), 4),
        ]),
        # and output that a block begins with.
        ("later\n$ true\n", [
            Exchange(1, None, (), None, ("later",), 1), entry(2, "$", "true"),
        ]),
        # Signs without a command, and blank lines, are output.
        ("$ cat x\n#\n$\n#include <x>\n", [
            entry(1, "$", "cat x", "#", "$", "#include <x>"),
        ]),
        ("$ echo; echo\n\n\n", [entry(1, "$", "echo; echo", "", "")]),
    ],
)  # fmt: skip
def test_a_block_is_what_is_typed_and_its_output(text: str, found: list[Exchange]) -> None:
    assert list(exchanges(text, 1)) == found


def test_a_prompt_may_name_user_host_and_directory() -> None:
    (found,) = exchanges("reader@unshared:~/x$ pwd\n/home/reader/x\n", 1)
    assert found.prompt == Prompt("$", "reader", "unshared", "~/x")
    assert str(found.prompt) == "reader@unshared:~/x$ "
    assert found.lines == ("pwd",)


def test_prompts_as_others_have_them() -> None:
    text = "/ # a\n[root@h ~]# b\n(venv) $ c\nroot@0a1b:/# d\n~/x $ e\n% f\n"
    found = [(one.prompt, str(one.prompt), one.text, one.output) for one in exchanges(text, 1)]
    assert found == [
        (Prompt("#", directory="/"), "/ # ", "a", ()),
        (Prompt("#", "root", "h", "~"), "[root@h ~]# ", "b", ()),
        (Prompt("$"), "(venv) $ ", "c", ()),
        (Prompt("#", "root", "0a1b", "/"), "root@0a1b:/# ", "d", ()),
        (Prompt("$", directory="~/x"), "~/x $ ", "e", ("% f",)),
    ]
    (percent, other) = exchanges("% a\n50% b\n% c\n", 1)
    assert (percent.prompt, percent.output, other.text) == (Prompt("$"), ("50% b",), "c")


def test_signs_without_a_command_are_output() -> None:
    assert exchanges("$ cat x\n#\n$\n#include <x>\n", 1) == (
        entry(1, "$", "cat x", "#", "$", "#include <x>"),
    )


def test_a_blank_line_before_the_next_prompt_may_be_layout() -> None:
    first, second, third = exchanges("\n$ a\n\n$ b\nx\n\n\n$ c\n\n", 1)
    assert first == Exchange(2, Prompt("$"), ("a",), None, ("",), 3, airy=True)
    assert (second.output, second.airy) == (("x", "", ""), True)
    assert (third.output, third.airy) == (("",), False)


def test_blank_lines_belong_to_the_output() -> None:
    assert exchanges("$ echo; echo\n\n\n", 1) == (entry(1, "$", "echo; echo", "", ""),)
