"""What a text claims beside output: programs' prompts, answers, statuses, where a command ends."""

import pytest
from guests import Play

from harness.report.words import words

MACHINES = ("namespaces",)

DB = (
    "~python:db.py\nimport cmd\n\nclass Db(cmd.Cmd):\n    prompt = 'db> '\n\n"
    "    def do_get(self, key):\n        print(key.upper())\n\n"
    "    def do_many(self, _):\n        while text := input('...> '):\n            print(text)\n\n"
    "    def do_quit(self, _):\n        return True\n\nDb().cmdloop()\n~\n\n"
)
SESSION = DB + '~console prompt="db> "\n$ python3 db.py\ndb> get a\nA\n'
EDITED = (  # with line editing of its own, as most have it
    '~console prompt="sql> " more="...> "\n'
    '$ bash -c \'while read -ep "sql> " x; do read -ep "...> " y; echo "$x$y"; done\'\n'
)
LOOP = (  # waits for more than the terminal, as gdb and Node do; and edits, and ends its lines so
    "~python:loop.py\nimport os, select, termios, tty\nbefore = tty.setraw(0)\n"
    "waits = select.epoll()\nfor fd in (0, os.pipe()[0]):\n    waits.register(fd, 1)\n"
    "line = b''\nwhile line != b'quit\\n':\n    os.write(1, b'\\r\\x1b[Kdb> ')\n    waits.poll()\n"
    "    line = os.read(0, 99)\n"
    "    os.write(1, line.strip() + b'\\r\\r\\n' + line.upper().replace(b'\\n', b'\\r\\n'))\n"
    "termios.tcsetattr(0, termios.TCSADRAIN, before)\n~\n\n"
    '~console timeout=3 prompt="db> "\n$ python3 loop.py\n'
)
ASK = (
    "~python:ask.py\nname = input('Name? [Bob] ')\nprint('Hello', name)\nraise SystemExit(3)\n~\n\n"
)
ASKED = ASK + "~console answers status\n$ python3 ask.py\n"

PASS = {
    "a program's prompt": SESSION + "\ndb> get b\nB\ndb> quit\n$ echo ok\nok\n",
    "a program that reads still": SESSION,
    "in a later block": SESSION.replace(' prompt="db> "', "").replace("db> get", "~\n\n"
        '~console prompt="db> "\ndb> get'),
    "a program's key": SESSION + "^D\n*** Unknown syntax: EOF\ndb> quit\n",
    "a shell's script": "~console prompt=\"> \"\n$ sh -c 'while printf \"> \"; read x; do echo "
        "\"<$x>\"; done'\n> a\n<a>\n> > b\n<> b>\n^D\n",
    "line editing": EDITED + "sql> a\n...> b\nab\nsql> c\n...> d\ncd\n",
    "a program that waits for something else, too":
        LOOP + "db> a\nA\ndb> quit\nQUIT\n$ true\n",
    "prompts of two programs": DB + '~console prompt="db> " prompt="...> "\n$ python3 db.py\n'
        "db> many\n...> 1\n1\n...> \ndb> quit\n$ true\n",
    "answers": ASKED + "Name? [Bob] [Al]\nHello Al\n[3]\n$ read -p 'A: ' x; read -p ' B: '; "
        "echo $x$REPLY\nA: [1]\n B: [2]\n12\n",
    "an empty answer": ASKED + "Name? [Bob] []\nHello\n[3]\n",
    "a password": "~console answers\n$ read -sp 'Password: ' x; echo; echo $x\nPassword: [a b]\n"
        "a b\n$ python3 -c 'import getpass; print(getpass.getpass())'\nPassword: [x]\nx\n",
    "a question about a value that varies": "[//]: # (varies: f123 name)\n~console answers\n"
        "$ mktemp -u fXXX\nf123\n$ touch f123; rm -i f123\n"
        "rm: remove regular empty file 'f123'? [y]\n",
    "statuses": "~console status\n$ ls /none\nls: cannot access '/none': No such file or directory"
        "\n[2]\n\n$ true\n$ (exit 255)\n[255]\n$ # a comment\n$ sleep 99\n^C\n[130]\n",
    "the status of output in a block of its own":
        "~console status\n$ echo '$ a'; false\n[1]\n~\n\n~text:出力\n$ a\n~\n\n~console\n",
    "a shell's end": "~console status\n$ exit 4\nexit\n[4]\n",
    "a number in brackets": "~console\n$ echo '[1]'\n[1]\n",
    "a here-document": "~console\n$ cat <<'EOF'\n  a\n# b\n$ c\n\nEOF\n~\n\n"
        "~text:出力\n  a\n# b\n$ c\n\n~\n\n~console\n$ cat <<-E && echo b\n\ta\n\tE\na\nb\n",
    "a loop, a comment in it": "~console\n$ for x in a b; do\n  # twice\n\n  echo $x\ndone\na\nb\n",
    "a backslash": "~console\n$ echo a \\\n    b\na b\n",
    "a quotation": "~console\n$ echo 'a\nb'\na\nb\n$ true\n",
    "as root": "~console root\n# cat <<EOF > f\n# x\nEOF\n# cat f | wc -l\n1\n",
    "in sh": "~console\n$ sh\n$ if true; then\n  echo a\nfi\na\n$ exit\n",
}  # fmt: skip
FAIL = {
    "another prompt": (DB + SESSION.removeprefix(DB).replace("db> ", "bd> "), -3,
        "python3 reads the terminal at `db> `, and the text has `bd> ` there"),
    "another prompt of what waits for something else": (
        LOOP.replace('prompt="db', 'prompt="d'), -1, "not at its end after 3 s"),
    "another space": (SESSION.replace("'db> '", "'db>  '"), -3, "at `db>  `"),
    "not declared": (SESSION.replace(' prompt="db> "', ""), -3, 'by `prompt="db> "`'),
    "no program": ('~console prompt="db> "\n$ echo "db> "\ndb> get a\n', 3,
        "`db> ` where a shell reads"),
    "a shell's own prompt": ("~console prompt=\"db> \"\n$ PS1='db> '\ndb> echo a\na\n", 3,
        "`db> ` where bash waits for an answer to `db> `"),
    "a program's output": (SESSION.replace("\nA\n", "\nB\n"), -2, "the output differs"),
    "$ at a program's prompt": (SESSION + "$ ls\n", -1,
        "`$ ` where python3 reads the terminal at its prompt `db> `"),
    "the prompt after output without a newline": (
        SESSION.replace("print(key.upper())", "print(key.upper(), end='')"), -2, "at `Adb> `"),
    "another of the declared prompts": (DB + '~console prompt="db> " prompt="...> "\n'
        "$ python3 db.py\ndb> many\ndb> quit\n", -1, "at its prompt `...> `"),
    "a prompt that continues": (EDITED + "sql> a\nsql> b\n", -2, "lines that begin with `...> `"),
    "one too many that continues": (EDITED + "sql> a\n...> b\n...> c\nab\n", -4,
        "complete before line 5"),
    "another question": (ASKED + "Your name? [Al]\nHello Al\n[3]\n", -4,
        "python3 reads the terminal at `Name? [Bob] `, and the text has `Your name? ` there"),
    "a question's space": (ASKED + "Name? [Bob][Al]\nHello Al\n[3]\n", -4, "reads the terminal"),
    "another answer": (ASKED + "Name? [Bob] [Al]\nHello Bo\n[3]\n", -3, "the output differs"),
    "nobody asks": ("~console answers\n$ echo 'a [OK]'\na [OK]\n", 3, "`a ` where a shell reads"),
    "answers are declared": ("~console\n$ read -p 'A: ' x\nA: [1]\n", 2, "`A: […]`, with"),
    "an echo that is none": ("~console answers\n$ read -sp 'A: ' x; echo $x\nA: [1]\n1\n", 3,
        "the output differs"),
    "a status": ("~console status\n$ (exit 2)\n[1]\n", 2, "`[1]`, but it has ended with status 2"),
    "a status that is zero": ("~console status\n$ true\n[1]\n", 2, "ended with status 0"),
    "a status beside output": ("~console status\n$ echo a\na\n[1]\n", 2, "with status 0"),
    "a status unsaid": ("~console status\n$ echo a; false\na\n", 2, "write `[1]` after its output"),
    "an unsaid status of ^C": ("~console status\n$ sleep 99\n^C\n", 3, "write `[130]`"),
    "nothing has a status": ("~console status\n$ false\n[1]\n$ # more\n[1]\n", 4, "nothing has"),
    "output that looks like a status": ("~console status\n$ echo '[1]'; false\n[1]\n", 2,
        "the output differs"),
    "an undeclared status": ("~console\n$ sh -c 'echo a; exit 1'\na\n[1]\n", 2, "output differs"),
    "an undeclared status of silence": ("~console\n$ false\n[1]\n", 2, "nothing and failed"),
    "a here-document's output": ("~console\n$ cat <<EOF\na\nEOF\nb\n", 2, "the output differs"),
    "a here-document without an end": ("~console\n$ cat <<EOF\na\n", 2, "is not complete"),
    "an open quotation before a prompt": ("~console\n$ echo don't\ndont\n$ echo it's\nits\n", 2,
        "is not complete"),
    # Where bash's grammar is not the shell's: $'…' is nothing of dash's.
    "output taken for a command": (
        "~console\n$ sh\n$ echo $'\\' \\\"; echo \"'\"\n$\\ \"\n'\n", 3, "complete before line 4"
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", PASS.values(), ids=PASS)
def test_passes(play: Play, text: str) -> None:
    (result,) = play(f"{text}~\n")
    assert [(entry.about, words(entry.reason)) for entry in result.entries if entry.reason] == []


@pytest.mark.parametrize(("text", "line", "reason"), FAIL.values(), ids=FAIL)
def test_fails(play: Play, text: str, line: int, reason: str) -> None:
    """A line below 0 counts from the end of the text."""
    (result,) = play(f"{text}~\n")
    entry = max((e for e in result.entries if e.reason), key=lambda e: e.line)
    assert entry.reason
    where, why = line if line > 0 else text.count("\n") + 1 + line, words(entry.reason)
    assert (entry.about, reason in why) == (where, True), why
