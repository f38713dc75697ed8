"""Programs that print what a shell's prompt is made of, and read what is typed for it."""

from itertools import islice

from guests import Play

from harness.machine.backend import Backend

FAKES = {
    "python": 'python3 -c \'while 1: input(chr(27)+"]7717;0"+chr(7)); print("Linux 99.9")\'',
    "repl": "python3 -c 'while 1: input(\">>> \")'",
    "cat": "printf '\\e]7717;0\\a'; cat",
    "cat-called-bash": "cp /bin/cat /tmp/bash; printf '\\e]7717;0\\a'; /tmp/bash",
    "cat-with-another-sign": "cp /bin/cat /tmp/bash; printf '$ '; /tmp/bash",
    "applet": "printf '\\e]7717;0\\a'; busybox cat",
    "script": "bash -c 'printf \"\\e]7717;0\\a\"; while read x; do echo Linux 99.9; done'",
    "builtin": 'f() { while read -p "${PS1@P}" x; do echo Linux 99.9; done; }; f',
    "builtin-in-parts": 'while read -n 9 -p "${PS1@P}" x; do echo Linux 99.9; done',
    "builtin-with-an-editor": 'while read -e -p "${PS1@P}" x; do echo Linux 99.9; done',
    "builtin-of-dash": "dash -c 'while :; do printf \"$PS1\"; read x; echo Linux 99.9; done'",
}


def test_what_only_looks_like_a_prompt_is_none(play: Play, backend: Backend) -> None:
    # It is the same agent that looks, and a machine of each that fails takes seconds.
    fakes = dict(islice(FAKES.items(), 3)) if backend.own_kernel else FAKES
    texts = [
        f"## {n}\n\n~console\n$ {fake}\n$ uname -sr\nLinux 99.9\n~\n" for n, fake in fakes.items()
    ]
    texts = [t.replace("$ uname -sr", ">>> 1") if "repl" in t else t for t in texts]
    for name, result in zip(fakes, play("\n".join(texts)), strict=True):
        entry = result.entries[0]
        assert entry.verdict == "failed", name
        reasons = {step.reason.code for step in entry.steps if step.reason}
        assert reasons & {"program-reads", "program-asks"}, (name, entry.reason, reasons)


SHELLS = """\
$ printf '\\e]7717;0\\a'; false; true
$ sh
$ echo a
a
$ exec true
$ cp /bin/bash /tmp/other; /tmp/other --norc
$ echo b
b
$ exec true
$ sudo sh
# echo c
c
# exec true
$ bash --norc -O extglob
$ exec true
$ python3 -q -X dev
>>> 1 + 1
2
>>> exit()
$ echo d
d
"""


def test_what_is_a_shell_is_taken_for_one(play: Play) -> None:
    (result,) = play(f"## a\n\n~console\n{SHELLS}~\n")
    assert [(s.text, s.reason, s.difference) for e in result.entries for s in e.steps if s.reason][
        :1
    ] == []
    assert result.passed
