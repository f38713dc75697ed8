"""Scenarios played in real machines: what passes, what fails, and what is said of it."""

import os
import signal
from collections.abc import Callable, Mapping

import pytest

from harness.machine import Machine
from harness.machine.backend import Backend
from harness.plan.chapter import Chapter
from harness.plan.scenario import scenarios
from harness.report.words import words
from harness.run.runner import run_one
from harness.run.verdict import Result

Play = Callable[[str], Result]


@pytest.fixture
def play(chapter: Callable[[str], Chapter], backend: Backend) -> Play:
    """Play the only scenario of a chapter with the given text (``~`` begins a fence)."""

    def run(text: str) -> Result:
        (scenario,) = scenarios(chapter(text))
        return run_one(scenario, backend)

    return run


def reasons(result: Result) -> list[tuple[int, str]]:
    return [(entry.about or 0, words(entry.reason)) for entry in result.entries if entry.reason]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("~console\n$ hostname\nunshared\n~\n", id="a command"),
        pytest.param("~console root\n# id -un\nroot\n~\n", id="a root terminal"),
        pytest.param("~console\n$ printf foo\nfoo\n$ printf 'a\\nb'\na\nb\n~\n", id="no newline"),
        pytest.param("~console\n$ echo こんにちは 😀\nこんにちは 😀\n~\n", id="Japanese and emoji"),
        pytest.param("~console exit=1\n$ false\n$ echo $?\n1\n~\n", id="exit status"),
        pytest.param("~console\n$ cat <<EOF\n> a\n> EOF\na\n~\n", id="a command in several lines"),
        pytest.param("~console\n$ cat\n> hi\nhi\n^D\n$ echo ok\nok\n~\n", id="input and ^D"),
        pytest.param("~console\n$ sleep 99\n^C\n$ echo $?\n130\n~\n", id="^C"),
        pytest.param(
            "~console\n$ sh -c 'echo up; exec sleep 99'\nup\n^C\n$ echo $?\n130\n~\n",
            id="^C once the output has come",
        ),
        pytest.param(
            "~console\n$ sudo unshare --uts bash\n# hostname inner\n# hostname\ninner\n# exit\n"
            "exit\n$ hostname\nunshared\n~\n",
            id="a nested root shell",
        ),
        pytest.param("~console\n$ sh\n$ sh\n$ exit\n$ exit\n$ echo ok\nok\n~\n", id="nested sh"),
        pytest.param(
            "~console\n$ unshare -Ur bash\n# id -u\n0\n# exit\nexit\n~\n",
            id="root of a user namespace",
        ),
        pytest.param(
            "~console\nreader@unshared:~$ cd /tmp\nreader@unshared:/tmp$ sudo -s\n"
            "root@unshared:/tmp# hostname x\nroot@x:/tmp# true\n~\n",
            id="prompts that name everything",
        ),
        pytest.param(
            "~console\n$ python3 -q\n>>> 1 + 1\n2\n>>> def f():\n...     return 3\n...\n"
            ">>> f()\n3\n>>> exit()\n$ echo back\nback\n~\n",
            id="the Python REPL",
        ),
        pytest.param(
            "~console\n$ python3 -q\n>>> 1\n1\n^D\n$ echo ok\nok\n~\n", id="^D in the REPL"
        ),
        pytest.param(
            "~console\n$ readlink /proc/$$/ns/uts\nuts:[4026531838]\n"
            "$ unshare -Uru readlink /proc/self/ns/uts\nuts:[4026532201]\n"
            "$ readlink /proc/$$/ns/uts\nuts:[4026531838]\n~\n",
            id="inodes that correspond",
        ),
        pytest.param(
            "[//]: # (varies: 1234 pid)\n~console:a\n$ echo $$\n1234\n~\n\n"
            "~console:b\n$ cat /proc/1234/comm\nbash\n$ kill -9 1234\n~\n",
            id="a value of one terminal in a command of another",
        ),
        pytest.param(
            "~console:a\n$ mkfifo x; cat x\n~\n\n~console:b\n$ echo hi > x\n~\n\n"
            "~console:a\nhi\n$ echo done\ndone\n~\n",
            id="output that comes later",
        ),
        pytest.param("~console running\n$ sleep 99\n~\n", id="a command that goes on"),
        pytest.param("~console\n\n$ echo a\na\n\n$ true\n\n$ echo\n\n$ true\n~\n", id="air"),
        pytest.param("~console\n$ printf 'a\\tb\\n'\na       b\n~\n", id="TABs as columns"),
        pytest.param("~console\n$ printf 'a\\tb\\n'\na\tb\n~\n", id="TABs"),
        pytest.param(
            '~console\n$ echo -e "a\\t$(date -I)"\na       2020-01-02\n~\n', id="TAB, date"
        ),
        pytest.param(
            "~console\n$ printf '%s\\n' '# a' '$ b' '' '> c' '^C'\n~\n"
            "~text:出力\n# a\n$ b\n\n> c\n^C\n~\n\n"
            "~console\n$ sh -c 'echo \\# up; exec sleep 99'\n~\n"
            "~text:出力\n# up\n~\n\n~console\n^C\n~\n",
            id="output that looks typed",
        ),
        pytest.param("~Bash\n$ hostname\nunshared\n~\n", id="another name for a transcript"),
        pytest.param(
            "~pycon\n>>> n = 2\n~\n\n~bash\n$ hostname\nunshared\n~\n\n~pycon\n>>> n\n2\n~\n",
            id="Python's name for a transcript, with a REPL of its own",
        ),
        pytest.param("~console exit=3\n$ exit 3\nexit\n~\n", id="exit of the last shell"),
        pytest.param("~console exit=137\n$ kill -9 $$\n~\n", id="kill -9 $$"),
        pytest.param(
            "~console\n$ python3 -c 'print(1, end=\"\", flush=True); input()'\n1\n^C\n...\n~\n",
            id="a partial line, then ^C",
        ),
        pytest.param("~console root\n# umount -l /proc\n# echo ok\nok\n~\n", id="no /proc"),
        pytest.param(
            "~ini file:/etc/deep/x.conf\na = 1\n~\n\n~console\n$ cat /etc/deep/x.conf\na = 1\n~\n",
            id="a file",
        ),
        pytest.param("~python:x.py\nprint('ok')\n~\n\n~text:実行結果\nok\n~\n", id="Python alone"),
        pytest.param(
            "~c root:x.c\n#include <stdio.h>\n#include <unistd.h>\n"
            'int main(void) { printf("%d\\n", (int)geteuid()); }\n~\n\n~text:実行結果\n0\n~\n',
            id="C alone, as root",
        ),
        pytest.param(
            "~console exit=3\n$ sh -c 'exit 3'\n$ # why it failed\n$ \n~\n",
            id="a comment and nothing after a failure",
        ),
        pytest.param(
            "~console exit=2\n$ ls /none\n...\n~\n", id="a failure that is elided and said"
        ),
        pytest.param(
            "~console\n$ ls /none\n...\nls: cannot access '/none': No such file or directory\n~\n",
            id="a failure that is shown",
        ),
        pytest.param(
            "~python exit=3:x.py\nprint(1)\nraise SystemExit(3)\n~\n\n~text:実行結果\n1\n~\n",
            id="a program that says its status",
        ),
        pytest.param(
            "~console\n$ touch -d '2000-01-01 00:00:01' f; stat -c %y f; date -r f\n"
            "2000-01-01 00:00:01.000000000 +0000\nSat Jan  1 00:00:01 UTC 2000\n~\n",
            id="a date that was typed",
        ),
        pytest.param("~console\n$ (sleep 99 &)\n$ echo ok\nok\n~\n", id="left in the background"),
        pytest.param("~console kernel>=3.0\n$ echo ok\nok\n~\n", id="an old enough kernel"),
    ],
)
def test_passes(play: Play, text: str) -> None:
    result = play(text)
    assert reasons(result) == []
    assert {entry.verdict for entry in result.entries} == {"passed"}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        pytest.param("~console\n$ hostname\nelse\n~\n", 2, "the output differs", id="output"),
        pytest.param("~console\n$ echo a\n~\n", 2, "the output differs", id="unshown output"),
        pytest.param("~console\n$ echo a\na\n\n\n$ true\n~\n", 2, "differs", id="more than air"),
        pytest.param("~console\n$ echo a; echo\na\n$ true\n~\n", 2, "differs", id="a blank line"),
        pytest.param("~console\n$ echo a\nb\n\n$ true\n~\n", 2, "differs", id="wrong, and air"),
        pytest.param("~console\n$ printf 'a\\tb'\na      b\n~\n", 2, "differs", id="other columns"),
        pytest.param("~console\n$ echo 'a       b'\na\tb\n~\n", 2, "differs", id="no TAB there"),
        pytest.param(
            "~console\n$ true\n$ echo '# a'\n~\n~text:出力\n# b\n~\n",
            3,
            "differs",
            id="other output",
        ),
        pytest.param(
            "~console\n$ echo a\n# b\n~\n", 3, "right after, ```text:出力", id="a comment"
        ),
        pytest.param(
            "~console\n$ true\n$ sudo bash\n# true\n$ ls\n~\n",
            5,
            "root's shell of line 3 reads still: end it with `# exit`",
            id="$ in a shell of root that is still open",
        ),
        pytest.param("~sh\n$ hostname\nelse\n~\n", 2, "the output differs", id="sh"),
        pytest.param("~pycon\n>>> 1\n2\n~\n", 2, "the output differs", id="pycon"),
        pytest.param("~console\n# true\n~\n", 2, "claims root (euid 0)", id="# as a user"),
        pytest.param("~console root\n$ true\n~\n", 2, "of line 2 reads still", id="$ as root"),
        pytest.param(
            "~console\nreader@unshared:/tmp$ true\n~\n",
            2,
            "it is reader@unshared:/home/reader",
            id="another directory",
        ),
        pytest.param("~console\n$ false\n~\n", 2, "failed with status 1", id="silent failure"),
        pytest.param("~console exit=1\n$ true\n~\n", 1, "no command of the block", id="exit=1"),
        pytest.param("~console exit=2\n$ false\n~\n", 2, "status 1, not 2", id="another status"),
        pytest.param(
            "~console\n$ gcc -o x none.c\n...\n~\n", 2, "write `exit=1`", id="elided errors"
        ),
        pytest.param(
            "~python:x.py\nprint(1)\nraise SystemExit(3)\n~\n\n~text:実行結果\n1\n~\n",
            6,
            "the program failed with status 3",
            id="a result, and a status",
        ),
        pytest.param(
            "~console exit=1\n$ # false\n~\n", 1, "no command of the block", id="a comment's status"
        ),
        pytest.param(
            "~console\n$ touch -d '2000-01-01 00:00:01' f; stat -c %y f\n"
            "1987-01-01 00:00:01.000000000 +0000\n~\n",
            2,
            "the output differs",
            id="another date than was typed",
        ),
        pytest.param(
            "~console\n$ touch f; stat -c %y f # 2000-01-01 00:00:01\n"
            "2000-01-01 00:00:01.000000000 +0000\n~\n",
            2,
            "the output differs",
            id="a date that was typed, but is not of the file",
        ),
        pytest.param(
            "~console timeout=4\n$ echo so far; sleep 99\n~\n",
            2,
            "not at its end after 4 s: sleep 99 (pid",
            id="never ends",
        ),
        pytest.param("~console\n$ cat\n~\n", 2, "cat reads the terminal", id="cat without input"),
        pytest.param(
            "~console\n$ cat\n$ echo x\nx\n~\n",
            2,
            "cat reads the terminal",
            id="cat, then a command",
        ),
        pytest.param("~console\n$ echo 'a\n~\n", 2, "not complete", id="an open quote"),
        pytest.param(
            "~console\n$ kill -9 $$\n$ echo x\nx\n~\n", 3, "killed by SIGKILL", id="kill -9 $$"
        ),
        pytest.param("~console\n$ exit\nexit\n$ a\n~\n", 4, "ended with status 0", id="after exit"),
        pytest.param("~console\n$ exit 3\nexit\n~\n", 2, "write `exit=3`", id="exit 3"),
        pytest.param("~console exit=3\n$ exit 4\n~\n", 2, "status 4, not 3 as", id="exit 4"),
        pytest.param(
            "~console\n$ kill -9 $$\n~\n",
            2,
            "SIGKILL: if that is meant, write `exit=137`",
            id="killed",
        ),
        pytest.param(
            "~console exit=3\n$ kill -9 $$\n~\n",
            2,
            "SIGKILL, not 3 as the block says",
            id="killed, not 3",
        ),
        pytest.param("~console\n$ exec false\n~\n", 2, "write `exit=1`", id="exec false"),
        pytest.param("~console\n$ false\n^C\n~\n", 2, "failed with status 1", id="false, ^C"),
        pytest.param(
            "~console running\n$ sh -c 'echo a; echo b; exec sleep 99'\na\n~\n",
            2,
            "the output differs",
            id="running, and more than is shown",
        ),
        pytest.param(
            "~console:a\n$ true\n~\n\n~console:b\n$ echo x > /dev/pts/0\n~\n",
            2,
            "the output differs",
            id="output of another terminal",
        ),
        pytest.param(
            "~console\n$ read -p 'cost in $ ' x\n$ echo hello\n~\n",
            2,
            "bash reads the terminal",
            id="a question that looks like a prompt",
        ),
        pytest.param("~console\n$ seq 100000\n~\n", 2, "more than 256 KiB", id="a flood"),
        pytest.param(
            "~console running\n$ true\n~\n", 2, "but it has ended", id="running, but it is not"
        ),
        pytest.param(
            "~console\n>>> 1\n1\n~\n", 2, "a shell reads the terminal", id=">>> in a shell"
        ),
        pytest.param(
            "~console\n$ python3 -q\n$ ls\n~\n", 3, "the Python REPL reads", id="$ in the REPL"
        ),
        pytest.param(
            "~ini file:/proc/x/y\na\n~\n\n~console\n$ true\n~\n", 1, "/proc", id="no file"
        ),
        pytest.param(
            "~console\n$ readlink /proc/$$/ns/uts\nuts:[4026531838]\n"
            "$ readlink /proc/$$/ns/uts\nuts:[4026532201]\n~\n",
            4,
            "the output differs",
            id="inodes that do not correspond",
        ),
        pytest.param(
            f"~console\n$ echo {'x' * 5000}\n~\n", 2, "a terminal takes 4095", id="a line too long"
        ),
    ],
)
def test_fails(play: Play, text: str, line: int, reason: str) -> None:
    where, why = reasons(play(text))[0]
    assert where == line
    assert reason in why


def test_a_timeout_keeps_the_partial_output(play: Play) -> None:
    result = play("~console timeout=4\n$ echo so far; sleep 99\n~\n")
    assert result.entries[0].steps[0].output == "so far\n"
    assert "end it with a line `^C`" in reasons(result)[0][1]


def test_blocks_after_a_broken_one_are_not_reached(play: Play) -> None:
    result = play("~console\n$ exit\nexit\n$ true\n~\n\n~console\n$ true\n~\n")
    assert reasons(result)[1] == (7, "not reached, because of line 4")


def test_a_difference_does_not_stop_a_scenario(play: Play) -> None:
    result = play("~console\n$ echo a\nb\n~\n\n~console\n$ echo c\nc\n~\n")
    assert [entry.verdict for entry in result.entries] == ["failed", "passed"]


def test_a_program_is_as_good_as_what_runs_it(play: Play) -> None:
    text = "~python:x.py\nprint(1)\n~\n\n~console\n$ python3 x.py\n2\n~\n"
    assert [entry.verdict for entry in play(text).entries] == ["failed", "failed"]


def test_output_in_a_block_of_its_own_is_as_good_as_its_command(play: Play) -> None:
    text = "~console\n$ {}\n$ echo a\n~\n\n~text:出力\n{}\n~\n"
    for command, output, verdicts in (
        ("true", "a", ["passed", "passed"]),
        ("false", "a", ["failed", "passed"]),
        ("true", "b", ["failed", "failed"]),
        ("cat", "a", ["failed", "failed"]),
    ):
        assert [one.verdict for one in play(text.format(command, output)).entries] == verdicts


def test_a_module_is_as_good_as_what_runs_the_program_that_imports_it(play: Play) -> None:
    modules = "~python:x.py\nn = 1\n~\n\n~python:y.py\nimport x\nprint(x.n)\n~\n\n"
    text = modules + "~console\n$ python3 y.py\n2\n~\n"
    assert {entry.verdict for entry in play(text).entries} == {"failed"}


def test_who_typed_is_named_as_in_the_machine(play: Play) -> None:
    result = play("~console root\n# true\n# su reader\n$ true\n$ exit\nexit\n# true\n~\n")
    assert reasons(result) == []
    users = [step.user for step in result.entries[0].steps]
    assert users == ["root", "root", "reader", "reader", "root"]


def test_what_is_left_running_is_named(play: Play) -> None:
    text = "~console\n$ (sleep 98 &)\n$ until pgrep -x sleep > /dev/null; do :; done\n~\n"
    assert play(text).left[0].startswith("sleep 98 (pid")


@pytest.mark.parametrize("user", ["", " root"])
def test_a_fork_bomb_is_bounded_and_ends_with_its_machine(play: Play, user: str) -> None:
    sign = "#" if user else "$"
    result = play(f"~console{user} timeout=5\n{sign} bomb() {{ bomb | bomb & }}; bomb\n~\n")
    assert reasons(result)


def test_the_end_of_a_machine_is_reported_where_it_came(
    chapter: Callable[[str], Chapter], backend: Backend
) -> None:
    class Doomed:
        own_kernel = False
        second = None

        def identity(self) -> str:
            return backend.identity()

        def release(self) -> str:
            return backend.release()

        def software(self) -> Mapping[str, str]:
            return {}

        def start(self) -> Machine:
            machine = backend.start()
            os.kill(machine.pid, signal.SIGKILL)
            return machine

        def close(self) -> None: ...

    (scenario,) = scenarios(chapter("~console\n$ true\n~\n\n~console\n$ true\n~\n"))
    (line, why), later = reasons(run_one(scenario, Doomed()))
    assert (line, "killed by SIGKILL" in why) == (2, True)
    assert later == (5, "not reached, because of line 2")


def test_a_scenario_that_wants_its_own_kernel_gets_one_or_is_skipped_with_the_reason(
    play: Play, backend: Backend
) -> None:
    result = play("~console vm\n$ true\n~\n")
    outcome = "passed" if backend.own_kernel else "skipped"
    assert [entry.verdict for entry in result.entries] == [outcome]
    assert backend.own_kernel or "its own kernel" in reasons(result)[0][1]


def test_a_scenario_that_wants_a_newer_kernel_is_skipped_with_the_reason(play: Play) -> None:
    result = play("~console kernel>=999.1\n$ true\n~\n")
    assert [entry.verdict for entry in result.entries] == ["skipped"]
    assert "needs kernel 999.1 or newer" in reasons(result)[0][1]
    result = play("~console kernel<3.0\n$ true\n~\n")
    assert "needs a kernel older than 3.0" in reasons(result)[0][1]
