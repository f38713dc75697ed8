"""Console blocks, line by line."""

from zenn.console import Exchange, Prompt, exchanges


def entry(line: int, sign: str, typed: str, *output: str) -> Exchange:
    lines = tuple(typed.split("\n"))
    return Exchange(line, Prompt(sign), lines, None, output, line + len(lines))


def test_commands_and_their_output() -> None:
    assert exchanges("$ hostname\nunshared\n# id -u\n0\n", 5) == (
        entry(5, "$", "hostname", "unshared"),
        entry(7, "#", "id -u", "0"),
    )


def test_a_command_goes_on_in_lines_that_begin_with_a_greater_sign() -> None:
    assert exchanges("$ cat <<EOF\n> a\n>  b\n> EOF\na\n b\n", 1) == (
        entry(1, "$", "cat <<EOF\na\n b\nEOF", "a", " b"),
    )


def test_a_greater_sign_after_output_is_output() -> None:
    assert exchanges("$ diff a b\n1c1\n> x\n", 1) == (entry(1, "$", "diff a b", "1c1", "> x"),)


def test_lines_for_the_python_repl() -> None:
    text = ">>> def f():\n...     return 3\n...\n>>> f()\n3\n"
    assert exchanges(text, 1) == (
        entry(1, ">>>", "def f():\n    return 3\n"),
        entry(4, ">>>", "f()", "3"),
    )


def test_an_elision_after_output_is_output() -> None:
    assert exchanges("$ seq 9\n1\n...\n9\n", 1) == (entry(1, "$", "seq 9", "1", "...", "9"),)


def test_keys() -> None:
    assert exchanges("$ cat\n^D\n^C\nbye\n", 1) == (
        entry(1, "$", "cat"),
        Exchange(2, None, (), "D", (), 3),
        Exchange(3, None, (), "C", ("bye",), 4),
    )


def test_a_block_may_begin_with_output() -> None:
    assert exchanges("later\n$ true\n", 1) == (
        Exchange(1, None, (), None, ("later",), 1),
        entry(2, "$", "true"),
    )


def test_a_prompt_may_name_user_host_and_directory() -> None:
    (found,) = exchanges("reader@unshared:~/x$ pwd\n/home/reader/x\n", 1)
    assert found.prompt == Prompt("$", "reader", "unshared", "~/x")
    assert str(found.prompt) == "reader@unshared:~/x$ "
    assert found.lines == ("pwd",)


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
