"""Scenarios played in real machines: what passes, what fails, and what is said of it."""

import os
import signal
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from functools import partial
from threading import Event

import pytest
from guests import Build, Play

from harness.machine import Machine
from harness.machine.backend import Backend, Backends, Choice
from harness.plan.scenario import Scenario, scenarios
from harness.report.words import words
from harness.run.runner import known_or_run, run, threads
from harness.run.terminal import without_echo
from harness.run.verdict import Result


def reasons(result: Result) -> list[tuple[int, str]]:
    return [(entry.about or 0, words(entry.reason)) for entry in result.entries if entry.reason]


MAPPED = (
    "$ mkfifo f; (read pid < f; echo '0 1000 1' > /proc/$pid/uid_map) & unshare -U bash\n"
    "[1] 1234\n$ echo $$ > f; until [ $(id -u) = 0 ]; do sleep 0.1; done\n"
)
"""A shell whose user namespace gets its uid_map from outside: its prompt stays what it was."""

PASS = {
    "a command": "$ hostname\nunshared\n",
    "a root terminal": " root\n# id -un\nroot\n",
    "no newline": "$ printf foo\nfoo\n$ printf 'a\\nb'\na\nb\n",
    "Japanese and emoji": "$ echo こんにちは 😀\nこんにちは 😀\n",
    "exit status": " exit=1\n$ false\n$ echo $?\n1\n",
    "a command in several lines": "$ cat <<EOF\n> a\n> EOF\na\n",
    "input and ^D": "$ cat\n> hi\nhi\n^D\n$ echo ok\nok\n",
    "^C": "$ sleep 99\n^C\n$ echo $?\n130\n",
    "^C once the output has come": "$ sh -c 'echo up; exec sleep 99'\nup\n^C\n$ echo $?\n130\n",
    "a nested root shell": "$ sudo unshare --uts bash\n# hostname inner\n# hostname\ninner\n"
    "# exit\nexit\n$ hostname\nunshared\n",
    "nested sh": "$ sh\n$ sh\n$ exit\n$ exit\n$ echo ok\nok\n",
    "root of a user namespace": "$ unshare -Ur bash\n# id -u\n0\n# exit\nexit\n",
    "root only since its shell has begun": f"{MAPPED}$ id -u\n0\n$ exec bash\n# id -u\n0\n",
    "prompts that name everything": "reader@unshared:~$ cd /tmp\nreader@unshared:/tmp$ sudo -s\n"
    "root@unshared:/tmp# hostname x\nroot@x:/tmp# true\n",
    "the Python REPL": "$ python3 -q\n>>> 1 + 1\n2\n>>> def f():\n...     return 3\n...\n>>> f()\n"
    "3\n>>> exit()\n$ echo back\nback\n",
    "^D in the REPL": "$ python3 -q\n>>> 1\n1\n^D\n$ echo ok\nok\n",
    "inodes that correspond": "$ readlink /proc/$$/ns/uts\nuts:[4026531838]\n"
    "$ unshare -Uru readlink /proc/self/ns/uts\nuts:[4026532201]\n"
    "$ readlink /proc/$$/ns/uts\nuts:[4026531838]\n",
    "a value of one terminal in a command of another": "[//]: # (varies: 1234 pid)\n"
    "~console:a\n$ echo $$\n1234\n~\n\n~console:b\n$ cat /proc/1234/comm\nbash\n$ kill -9 1234\n",
    "output that comes later": ":a\n$ mkfifo x; cat x\n~\n\n~console:b\n$ echo hi > x\n~\n\n"
    "~console:a\nhi\n$ echo done\ndone\n",
    "a command that goes on": " running\n$ sleep 99\n",
    "exit of the last shell": " exit=3\n$ exit 3\nexit\n",
    "kill -9 $$": " exit=137\n$ kill -9 $$\n",
    "a partial line, then ^C": "$ python3 -c 'print(1, end=\"\", flush=1); input()'\n1\n^C\n...\n",
    "no /proc": " root\n# umount -l /proc\n# echo ok\nok\n",
    "a file": "~ini file:/etc/deep/x.conf\na = 1\n~\n\n~console\n$ cat /etc/deep/x.conf\na = 1\n",
    "Python alone": "~python:x.py\nprint('ok')\n~\n\n~text:実行結果\nok\n",
    "C alone, as root": "~c root:x.c\n#include <stdio.h>\n#include <unistd.h>\n"
    'int main(void) { printf("%d\\n", (int)geteuid()); }\n~\n\n~text:実行結果\n0\n',
    "left in the background": "$ (sleep 99 &)\n$ echo ok\nok\n",
    "an old enough kernel": " kernel>=3.0\n$ echo ok\nok\n",
    "air": "~console\n\n$ echo a\na\n\n$ true\n\n$ echo\n\n$ true\n",
    "TABs as columns": "$ printf 'a\\tb\\n'\na       b\n",
    "TABs": "$ printf 'a\\tb\\n'\na\tb\n",
    "wildcards": "$ mktemp -d; echo 'all is well'\n<...:dir>\nall … <...>l\n"
    "$ ls -d <...:dir>; rmdir <...:dir>\n<...:dir>\n",
    "signs of wildcards that it prints itself": " exact\n$ printf '\\u2026\\n...\\n'\n…\n...\n~\n\n"
    "~console\n$ printf '<%s>\\n' ...\n~\n~text exact:出力\n<...>\n",
    "a program that prints such a sign": "~python:x.py\nprint('\\u2026')\n~\n\n"
    "~text exact:実行結果\n…\n",
    "a wildcard at the end of a line that comes slowly": "$ printf 'on '; sleep 0.3; echo 80; cat\n"
    "on <...>\n^D\n$ true\n",
    "TAB, date": '$ echo -e "a\\t$(date -I)"\na       2020-01-02\n',
    "output that looks typed": "$ printf '%s\\n' '# a' '$ b' '' '> c' '^C'\n~\n"
    "~text:出力\n# a\n$ b\n\n> c\n^C\n~\n"
    "\n~console\n$ sh -c 'echo \\# up; exec sleep 99'\n~\n~text:出力\n# up\n~\n\n"
    "~console\n^C\n",
    "prompts as others have them": "% cd /tmp\n/tmp $ cd\n(venv) $ sudo -s\n"
    "[root@unshared reader]# cd /\n/ # cd\n[root@unshared ~]# hostname x\nroot@x:~# true\n",
    "another name for a transcript": "~Bash\n$ hostname\nunshared\n",
    "Python's name for a transcript, with a REPL of its own": "~pycon\n>>> n = 2\n~\n\n"
    "~bash\n$ hostname\nunshared\n~\n\n~pycon\n>>> n\n2\n",
    "a comment and nothing after a failure": " exit=3\n$ sh -c 'exit 3'\n$ # why it failed\n$ \n",
    "a failure that is elided and said": " exit=2\n$ ls /none\n...\n",
    "a failure that is shown": "$ ls /none\n...\n"
    "ls: cannot access '/none': No such file or directory\n",
    "a program that says its status": "~python exit=3:x.py\nprint(1)\nraise SystemExit(3)\n~\n\n"
    "~text:実行結果\n1\n",
    "a date that was typed": "$ touch -d '2000-01-01 00:00:01' f; stat -c %y f; date -r f\n"
    "2000-01-01 00:00:01.000000000 +0000\nSat Jan  1 00:00:01 UTC 2000\n",
}
DIFFERS = "the output differs"
FAIL = {
    "output": ("$ hostname\nelse\n", 2, DIFFERS),
    "a wildcard, and what is after it": ("$ echo ab cd\n<...> ce\n", 2, DIFFERS),
    "another where the name is the same": ("$ echo a; echo b\n<...:x>\n<...:x>\n", 2, DIFFERS),
    "a sign that the program prints itself": ("$ printf '\\u2026\\n'\n…\n", 2, DIFFERS),
    "dots of an exact block": (" exact\n$ echo a; echo b\n...\n", 2, DIFFERS),
    "wildcards alone after a failure": (
        "$ ls /none\n<...>\n", 2, "elided, and it failed with status 2"
    ),
    "unshown output": ("$ echo a\n", 2, DIFFERS),
    "# as a user": ("# true\n", 2, "claims root (euid 0)"),
    "# of a shell that began before its map": (f"{MAPPED}# id -u\n0\n", 5, "the euid is 65534"),
    "$ of one that began after it": (
        f"{MAPPED}$ exec bash\n$ id -u\n0\n", 6, "of line 5 reads still"
    ),
    "$ as root": (" root\n$ true\n", 2, "of line 2 reads still"),
    "$ in a shell of root that is still open": (
        "$ true\n$ sudo bash\n# true\n$ ls\n", 5,
        "root's shell of line 3 reads still: end it with `# exit`"
    ),
    "another directory": ("reader@unshared:/tmp$ true\n", 2, "it is reader@unshared:/home/reader"),
    "silent failure": ("$ false\n", 2, "failed with status 1"),
    "exit=1": (" exit=1\n$ true\n", 1, "no command of the block"),
    "another status": (" exit=2\n$ false\n", 2, "status 1, not 2"),
    "never ends": (
        " timeout=4\n$ echo so far; sleep 99\n", 2, "not at its end after 4 s: sleep 99 (pid"
    ),
    "cat without input": ("$ cat\n", 2, "cat reads the terminal"),
    "cat, then a command": ("$ cat\n$ echo x\nx\n", 2, "cat reads the terminal"),
    "an open quote": ("$ echo 'a\n", 2, "not complete"),
    "kill -9 $$": ("$ kill -9 $$\n$ echo x\nx\n", 3, "killed by SIGKILL"),
    "after exit": ("$ exit\nexit\n$ a\n", 4, "ended with status 0"),
    "exit 3": ("$ exit 3\nexit\n", 2, "write `exit=3`"),
    "exit 4": (" exit=3\n$ exit 4\n", 2, "status 4, not 3 as"),
    "killed": ("$ kill -9 $$\n", 2, "SIGKILL: if that is meant, write `exit=137`"),
    "killed, not 3": (" exit=3\n$ kill -9 $$\n", 2, "SIGKILL, not 3 as the block says"),
    "exec false": ("$ exec false\n", 2, "write `exit=1`"),
    "false, ^C": ("$ false\n^C\n", 2, "failed with status 1"),
    "running, and more": (" running\n$ sh -c 'echo a; echo b; exec sleep 99'\na\n", 2, DIFFERS),
    "output of another terminal": (
        ":a\n$ true\n~\n\n~console:b\n$ echo x > /dev/pts/0\n", 2, DIFFERS
    ),
    "a question that looks like a prompt": (
        "$ read -p 'cost in $ ' x\n$ echo hello\n", 2, "bash reads the terminal"
    ),
    "a flood": ("$ seq 100000\n", 2, "more than 256 KiB"),
    "running, but it is not": (" running\n$ true\n", 2, "but it has ended"),
    ">>> in a shell": (">>> 1\n1\n", 2, "a shell reads the terminal"),
    "$ in the REPL": ("$ python3 -q\n$ ls\n", 3, "the Python REPL reads"),
    "no file": ("~ini file:/proc/x/y\na\n~\n\n~console\n$ true\n", 1, "/proc"),
    "inodes that do not correspond": (
        "$ readlink /proc/$$/ns/uts\nuts:[4026531838]\n"
        "$ readlink /proc/$$/ns/uts\nuts:[4026532201]\n", 4, DIFFERS,
    ),
    "a line too long": (f"$ echo {'x' * 5000}\n", 2, "a terminal takes 4095"),
    "more than air": ("$ echo a\na\n\n\n$ true\n", 2, DIFFERS),
    "a blank line": ("$ echo a; echo\na\n$ true\n", 2, DIFFERS),
    "wrong, and air": ("$ echo a\nb\n\n$ true\n", 2, DIFFERS),
    "other columns": ("$ printf 'a\\tb'\na      b\n", 2, DIFFERS),
    "no TAB there": ("$ echo 'a       b'\na\tb\n", 2, DIFFERS),
    "other output": ("$ true\n$ echo '# a'\n~\n~text:出力\n# b\n", 3, DIFFERS),
    "a comment": ("$ echo a\n# b\n", 3, "right after, ```text:出力"),
    "another cwd": ("/tmp $ true\n", 2, "claims /tmp $, but"),
    "/ # as a user": ("% true\n/ # true\n", 3, "claims root"),
    "% as root": (" root\n% true\n", 2, "root's shell"),
    "a part of a name": ("~console\n[reader@unshared eader]$ true\n", 2, "unshared:/home/reader"),
    "sh": ("~sh\n$ hostname\nelse\n", 2, DIFFERS),
    "pycon": ("~pycon\n>>> 1\n2\n", 2, DIFFERS),
    "elided errors": ("$ gcc -o x none.c\n...\n", 2, "write `exit=1`"),
    "a result, and a status": ("~python:x.py\nprint(1)\nraise SystemExit(3)\n~\n\n"
        "~text:実行結果\n1\n", 6, "the program failed with status 3"),
    "a comment's status": (" exit=1\n$ # false\n", 1, "no command of the block"),
    "another date than was typed": ("$ touch -d '2000-01-01 00:00:01' f; stat -c %y f\n"
    "1987-01-01 00:00:01.000000000 +0000\n", 2, DIFFERS),
    "a date that was typed, but is not of the file": (
        "$ touch f; stat -c %y f # 2000-01-01 00:00:01\n"
    "2000-01-01 00:00:01.000000000 +0000\n", 2, DIFFERS),
}  # fmt: skip


def chapter_of(text: str) -> str:
    """A text whose last block is to be closed, and whose first to be opened if it is a console."""
    opening = "~console" if text[0] in " :" else "" if text[0] in "~[" else "~console\n"
    return f"{opening}{text}~\n"


@pytest.mark.parametrize("text", PASS.values(), ids=PASS)
def test_passes(play: Play, text: str) -> None:
    (result,) = play(chapter_of(text))
    assert reasons(result) == []
    assert {entry.verdict for entry in result.entries} == {"passed"}


@pytest.mark.parametrize(("text", "line", "reason"), FAIL.values(), ids=FAIL)
def test_fails(play: Play, text: str, line: int, reason: str) -> None:
    (result,) = play(chapter_of(text))
    where, why = reasons(result)[0]
    assert (where, reason in why) == (line, True), why


def test_a_timeout_keeps_the_partial_output(play: Play) -> None:
    (result,) = play("~console timeout=4\n$ echo so far; sleep 99\n~\n")
    assert result.entries[0].steps[0].output == "so far\n"
    assert "end it with a line `^C`" in reasons(result)[0][1]


def test_blocks_after_a_broken_one_are_not_reached_and_those_after_a_difference_are(
    play: Play,
) -> None:
    (result,) = play("~console\n$ exit\nexit\n$ true\n~\n\n~console\n$ true\n~\n")
    assert reasons(result)[1] == (7, "not reached, because of line 4")
    (result,) = play("~console\n$ echo a\nb\n~\n\n~console\n$ echo c\nc\n~\n")
    assert [entry.verdict for entry in result.entries] == ["failed", "passed"]


def test_a_prediction_fails_where_the_run_has_the_same(play: Play) -> None:
    text = (
        "- 同じ\n- 違う\n\n:::details 答え\n[//]: # (predict: 違う 2 4)\n"
        "[//]: # (varies: 1234 pid)\n~console\n$ unshare -Urpf sh -c 'echo $$'\n1234\n"
        "$ unshare -Urpf sh -c 'echo $$'\n1\n~\n:::\n"
    )
    (result,) = play(text)
    assert "predicts that 1234 and 1 are not the same" in reasons(result)[0][1]


def test_output_in_a_block_of_its_own_is_as_good_as_its_command(play: Play) -> None:
    text = "~console\n$ {}\n$ echo a\n~\n\n~text:出力\n{}\n~\n"
    for command, output, verdicts in (
        ("true", "a", ["passed", "passed"]),
        ("false", "a", ["failed", "passed"]),
        ("true", "b", ["failed", "failed"]),
        ("cat", "a", ["failed", "failed"]),
    ):
        (result,) = play(text.format(command, output))
        assert [one.verdict for one in result.entries] == verdicts


def test_a_program_or_module_is_as_good_as_what_runs_it(play: Play) -> None:
    modules = "~python:x.py\nn = 1\n~\n\n~python:y.py\nimport x\nprint(x.n)\n~\n\n"
    (result,) = play(modules + "~console\n$ python3 y.py\n2\n~\n")
    assert [entry.verdict for entry in result.entries] == ["failed"] * 3


def test_who_typed_is_named_as_in_the_machine(play: Play) -> None:
    (result,) = play("~console root\n# true\n# su reader\n$ true\n$ exit\nexit\n# true\n~\n")
    assert reasons(result) == []
    users = [step.user for step in result.entries[0].steps]
    assert users == ["root", "root", "reader", "reader", "root"]


@pytest.mark.parametrize("user", ["", " root"])
def test_a_fork_bomb_is_bounded_and_ends_with_its_machine(play: Play, user: str) -> None:
    sign = "#" if user else "$"
    (result,) = play(f"~console{user} timeout=5\n{sign} bomb() {{ bomb | bomb & }}; bomb\n~\n")
    assert reasons(result)


def test_the_end_of_a_machine_is_reported_where_it_came(
    play: Play, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = backend.start

    def doomed() -> Machine:
        machine = start()
        os.kill(machine.pid, signal.SIGKILL)
        return machine

    monkeypatch.setattr(backend, "start", doomed)
    (result,) = play("~console\n$ true\n~\n\n~console\n$ true\n~\n")
    (line, why), later = reasons(result)
    assert (line, "killed by SIGKILL" in why) == (2, True)
    assert later == (5, "not reached, because of line 2")


def test_a_scenario_that_wants_another_kernel_gets_one_or_is_skipped_with_the_reason(
    play: Play, backend: Backend
) -> None:
    (result,) = play("~console vm\n$ true\n~\n")
    outcome = "passed" if backend.own_kernel else "skipped"
    assert [entry.verdict for entry in result.entries] == [outcome]
    assert backend.own_kernel or "its own kernel" in reasons(result)[0][1]
    (result,) = play("~console kernel>=999.1\n$ true\n~\n")
    assert [entry.verdict for entry in result.entries] == ["skipped"]
    assert "needs kernel 999.1 or newer" in reasons(result)[0][1]


@pytest.mark.parametrize(
    ("shown", "output"),
    [
        pytest.param("^C\n", "", id="nothing but the key"),
        pytest.param("x\n^C\n", "x\n", id="after a line"),
        pytest.param("x^C\n", "x\n", id="after a part of a line"),
        pytest.param("\n^C", "", id="echoed late"),
        pytest.param("^C\nbye\n", "bye\n", id="answered"),
        pytest.param("^C\n\nbye\n", "\nbye\n", id="answered by an empty line, too"),
        pytest.param("\n^Cbye\n", "bye\n", id="echoed amid the answer"),
        pytest.param("\n\n^Cbye\n", "\nbye\n", id="echoed amid one with an empty line"),
        pytest.param("\n^C\nbye\n", "\nbye\n", id="echoed before the empty line has ended"),
        pytest.param("x\n\n^C", "x\n", id="echoed late, after a line"),
        pytest.param("x\n^C", "x\n", id="echoed late, after a part of a line"),
        pytest.param("\n", "", id="not echoed"),
        pytest.param("x\n\n", "x\n\n", id="not echoed, by what shows an empty line"),
    ],
)
def test_a_key_is_no_output(shown: str, output: str) -> None:
    """In any order: the kernel sends the signal first and echoes the key then."""
    assert without_echo("C", shown) == output


BOOK = "## 一\n\n~console\n$ echo a\na\n~\n\n## 二\n\n~console\n$ echo b\nb\n~\n"


def test_a_scenario_that_hangs_does_not_hold_up_the_next_round(
    chapter: Build, backend: Backend
) -> None:
    first, second = scenarios(chapter(BOOK))
    released, enough = Event(), Future[None]()
    backends = Backends(lambda *_: Choice(backend, backend, backend), others=False)
    with threads(backends, 1, partial(known_or_run, backends=backends, kept=None)) as workers:

        def hang(scenario: Scenario) -> Result:
            enough.set_result(None)  # a save comes while it is running
            released.wait()
            return workers.run_one(scenario)

        hanging = replace(workers, run_one=hang)
        assert list(run([first], hanging, stop_at_failure=False, enough=enough)) == []
        with closing(run([second], workers, stop_at_failure=False)) as results:
            assert [result.scenario for result in results] == [second]
        released.set()


def test_files_of_the_front_matter_are_given_to_every_machine(play: Play) -> None:
    given = '---\nmachine:\n  files: {x: a, sub/y: "#!/bin/sh\\necho $0"}\n---\n'
    section = "~console\n$ cat x; sub/y; rm x\nasub/y\n~\n\n"
    results = play(f"{given}## a\n\n{section}## b\n\n{section}")
    assert [reasons(result) for result in results] == [[], []]
    assert reasons(play(f"{given}{section.replace('cat', 'nl -bn')}")[0]) != []
