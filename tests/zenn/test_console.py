"""Console blocks, line by line."""

import pytest

from zenn.console import Exchange, Manner, Prompt, commands, exchanges


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


def test_words_say_what_else_a_line_can_mean() -> None:
    words = ['prompt="db> "', "root", 'prompt="(gdb) "', 'more="...> "', "answers", "status"]
    manner = Manner.of(words)
    assert manner == Manner(("db> ", "(gdb) "), ("...> ",), answers=True, status=True)
    assert Manner.of(["prompt=x", 'prompt="', 'prompt=""']) == Manner()
    text = "$ db\ndb> a\n...> b\nc\nName? [y/n] [n]\n...> d\n[0]\n[2]\n\n(gdb) e\n[1]\n"
    found = exchanges(text, 1, manner)
    assert [(str(one.prompt), one.text, one.output, one.status) for one in found] == [
        ("$ ", "db", (), 0),
        ("db> ", "a\nb", ("c",), 0),
        ("Name? [y/n] ", "n", ("...> d", "[0]"), 2),
        ("(gdb) ", "e", (), 1),
    ]
    assert [one.output_line for one in found] == [2, 4, 6, 11]
    assert commands(text, manner) == "db\na\nb\nn\ne"
    plain = exchanges(text, 1)
    assert [(one.text, one.status) for one in plain] == [("db", None)]


@pytest.mark.parametrize("line", ["[1] 99", "[256]", "[0]", "[01]", " [1]", "[1]\nx", "[1]\n\nx"])
def test_what_is_no_status_is_output(line: str) -> None:
    (found,) = exchanges(f"$ a\n{line}\n", 1, Manner(status=True))
    assert (found.output, found.status) == (tuple(line.split("\n")), 0)


@pytest.mark.parametrize("line", ["[a]", " [a]", "a [b] c", "[a] b", "a [b]]", "a [b", "a b]"])
def test_what_is_no_answer_is_output(line: str) -> None:
    (found,) = exchanges(f"$ a\n{line}\n", 1, Manner(answers=True))
    assert found.output == (line,)


@pytest.mark.parametrize(
    ("command", "complete"),
    [
        ("echo a", True), ("echo a # it's", True), ("cat <<<a", True), ("echo $((1<<2))", True),
        ("cat <<EOF\n$ x\n# '\n$(\n\nEOF", True), ("cat <<'E F' > x\n\nE F", True),
        ("cat <<-EOF | tr a b\n\t$ x\n\t\tEOF", True), ("x=$(cat <<\\EOF\na\nEOF\n)", True),
        ("cat <<A; cat 3<<-'B' <&3\n$ b\nA\n\tA\n\tB", True), ("cat <<あ\n$ い\nあ", True),
        ("for x in a; do\ncat <<EOF\n$ done\nEOF\ndone", True), ("cat <<EOF\n EOF", False),
        ("for x in a\ndo\n# b\n\n:\ndone < f", True), ("case x in\nx) ;;\nesac", True),
        ("f() {\n:\n}", True), ("{ a\n}", True), ("( a\n)", True), ("a &&\nb |\nc", True),
        ("a \\\n b \\\n c", True), ("echo 'a\n\nb'", True), ('echo "a\n$x"', True),
        ("[[ a &&\nb ]]", True), ("if a; then\nb", False), ("echo 'a", False), ("f() {", False),
        # Only within a here-document may a line look like a prompt.
        ("echo 'a\n$ b'", False), ("while a\n>>> b\ndo b; done", False),
    ],
)  # fmt: skip
def test_a_command_takes_the_lines_that_complete_it(command: str, complete: bool) -> None:
    first, *_ = exchanges(f"$ {command}\nout\n> put\n", 1)
    assert first.bare == (complete and "\n" in command)
    assert first.text == (command if complete else command.split("\n")[0])
    assert not complete or first.output == ("out", "> put")


def test_signs_before_one_line_are_wanted_before_all() -> None:
    (found,) = exchanges("$ cat <<EOF\n> a\nEOF\n", 1)
    assert (found.text, found.output, found.bare) == ("cat <<EOF\na", ("EOF",), False)


def test_a_shell_is_not_read_by_what_a_program_is_given() -> None:
    first, second = exchanges("$ node\n> f(\n1)\n", 1, Manner(("> ",)))
    assert (first.text, second.text, second.output) == ("node", "f(", ("1)",))
