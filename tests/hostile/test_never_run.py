"""Commands that only name a program don't run it, whatever they look like."""

from guests import Play

PYTHON = "~python:never.py\nprint(1)\n~\n"
C = "~c:never.c\nint main(void) { return 0; }\n~\n"
RUST = "~rust:never.rs\nfn main() {}\n~\n"
NEVER = {
    "colon": (PYTHON, ": python3 never.py"),
    "echo": (PYTHON, "echo python3 never.py >/dev/null"),
    "false": (PYTHON, "false && python3 never.py; true"),
    "another": (PYTHON, "python3 -c pass never.py"),
    "shown": (PYTHON, "python3 -c pass; cat never.py >/dev/null; : python3 never.py"),
    "function": (PYTHON, "(python3() { :; }; python3 never.py)"),
    "compiled": (C, "gcc -o never never.c; : ./never"),
    "not-compiled": (C, "echo 'gcc -o never never.c' >/dev/null; : ./never"),
    "another-executed": (C, "cp /bin/true never; ./never; : gcc -o never never.c"),
    "opened": (PYTHON, "python3 -c 'open(\"never.py\")'"),
    "only-compiled": (PYTHON, "python3 -m py_compile never.py"),
    "an-argument": (PYTHON, "echo >x.py; python3 -u -W error x.py never.py; : <never.py"),
    "called-python": (PYTHON, "mkdir /tmp; cp /bin/cat /tmp/python3; /tmp/python3 never.py >x"),
    "copied": (PYTHON, "mkdir /tmp; cp never.py /tmp; python3 -c 'open(\"/tmp/never.py\")'"),
    "another-compiled": (C, "echo 'int main(){}' >x.c; gcc -c never.c; gcc -o never x.c; ./never"),
    "put-in-its-place": (C, "gcc -o never never.c; cp /bin/true y; mv y never; ./never"),
    "another-python": (
        PYTHON,
        "mkdir /tmp; printf '#!/bin/sh\\n' >/tmp/python3; chmod +x /tmp/python3;"
        " PATH=/tmp:$PATH python3 never.py",
    ),
    "alias": (PYTHON, "(alias python3=:; eval 'python3 never.py')"),
    "only-called-python": (PYTHON, "bash -c 'exec -a python3 cat never.py' >/dev/null"),
    "preloaded": (
        PYTHON,
        "echo 'void _exit(int); __attribute__((constructor)) void f() { _exit(0); }' >x.c;"
        " gcc -shared -o x.so x.c; LD_PRELOAD=./x.so python3 never.py",
    ),
    "left-before": (
        PYTHON,
        "mkdir /tmp; echo 'import os; os._exit(0)' >/tmp/sitecustomize.py;"
        " PYTHONPATH=/tmp python3 never.py",
    ),
    "moved-away": (
        PYTHON,
        "mkdir /tmp; mv never.py /tmp; echo 'print(2)' >never.py; python3 never.py >x;"
        " mv /tmp/never.py .",
    ),
    "covered": (
        PYTHON,
        "echo 'print(2)' >x.py; sudo mount --bind x.py never.py; python3 never.py >x;"
        " sudo umount -l never.py",
    ),
    "written-over": (PYTHON, "echo 'print(2)' >never.py; python3 never.py >x"),
    "another-gcc": (
        C,
        "mkdir /tmp; printf '#!/bin/sh\\ncp /bin/true never\\n' >/tmp/gcc; chmod +x /tmp/gcc;"
        " PATH=/tmp:$PATH gcc -o never never.c; ./never",
    ),
    "compiled-and-written-over": (C, "gcc -o never never.c; cat /bin/true >never; ./never"),
    "compiled-and-patched": (
        C,
        "gcc -o never never.c; dd if=/bin/true of=never status=none; ./never",
    ),
    "only-analysed": (RUST, "rustc --emit=metadata never.rs; cp /bin/true never; ./never"),
    "checked": (C, "gcc -fsyntax-only never.c; cp /bin/true never; ./never; : -o never never.c"),
}
RUN = {
    "alone": (PYTHON, "python3 never.py >/dev/null"),
    "after": (PYTHON, "true && sudo python3 -u ./never.py >/dev/null"),
    "by-its-name": ("~python:never.py\n#!/usr/bin/env python3\nprint(1)\n~\n", "./never.py >never"),
    "read": (PYTHON, "python3 <never.py >/dev/null"),
    "piped": (PYTHON, "cat never.py | python3 >/dev/null"),
    "copied": (PYTHON, "mkdir /tmp; cp never.py /tmp; (cd /tmp; python3 never.py >/dev/null)"),
    "edited": (PYTHON, "sed -i s/1/2/ never.py; python3 never.py >/dev/null"),
    "imported": (PYTHON, "python3 -c 'import never' >/dev/null"),
    "module": (PYTHON, "python3 -u -m never >/dev/null"),
    "executed": (PYTHON, "python3 -c 'exec(open(\"never.py\").read())' >/dev/null"),
    "added-to": (PYTHON, "echo '# x' >>never.py; python3 never.py >/dev/null"),
    "changed-in-place": (
        PYTHON,
        'python3 -c \'t = open("never.py").read(); open("never.py", "w").write(t + "#")\';'
        " python3 never.py >/dev/null",
    ),
    "patched": (
        C,
        'gcc -o never never.c; python3 -c \'t = open("never", "rb").read();'
        ' open("never", "wb").write(t)\'; ./never',
    ),
    "linked": (PYTHON, "ln -s never.py l.py; python3 l.py >x; : python3 never.py"),
    "linked-hard": (PYTHON, "ln never.py y.py; python3 y.py >x; : python3 never.py"),
    "through-a-name": (PYTHON, "python3 /dev/stdin <never.py >/dev/null"),
    "mounted": (
        PYTHON,
        "mkdir /tmp; cp never.py /tmp; unshare -Urm sh -c 'mount -t tmpfs t /mnt;"
        " cp /tmp/never.py /mnt/; python3 /mnt/never.py' >/dev/null",
    ),
    "compiled": (C, "gcc -o never never.c; ./never"),
    "short": (C, "gcc never.c && sudo ./a.out"),
    "elsewhere": (C, "mkdir /tmp; gcc -o /tmp/x never.c; (cd /tmp; ./x)"),
    "in-parts": (C, "gcc -c never.c && gcc never.o -o never; strip never; ./never"),
    "piped-to": (C, "cat never.c | gcc -x c -o never -; ./never"),
    "by-pipes": (C, "gcc -pipe -o never never.c; ./never"),
    "by-rustc": (RUST, "rustc never.rs && ./never"),
    "in-a-namespace": (C, "gcc -o x never.c; unshare -Urmpf --mount-proc ./x"),
}


def verdicts(play: Play, cases: dict[str, tuple[str, str]]) -> dict[str, str]:
    """By the case, what becomes of its program, all of which share a machine."""
    text = "## a\n\n"
    for number, (program, command) in enumerate(cases.values()):
        block = f"{program}\n~console\n$ {command}\n~\n"
        text += block.replace("never", f"never{number}").replace("/tmp", f"/tmp/d{number}")
    (result,) = play(text)
    programs = [entry for entry in result.entries if entry.kind == "program"]
    wrong = [
        (step.text, step.output)
        for entry in result.entries
        for step in entry.steps
        if step.reason and entry.kind != "program"
    ]
    assert wrong == []
    whys = (one.reason.code if one.reason else one.verdict for one in programs)
    return dict(zip(cases, whys, strict=True))


def test_what_only_names_a_program_does_not_run_it(play: Play) -> None:
    assert verdicts(play, NEVER) == dict.fromkeys(NEVER, "not-run")


def test_what_runs_a_program_runs_it(play: Play) -> None:
    assert verdicts(play, RUN) == dict.fromkeys(RUN, "passed")
