"""The book's container when a part of it is stopped or dies."""

from collections.abc import Callable

import pytest

Run = Callable[..., tuple[list[str], int]]

PARENT_DIES = """
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static int depth;
static pid_t fork_and_die(void) {
    pid_t pid = fork();
    if (++depth == atoi(getenv("DEPTH"))) {
        if (pid) kill(getpid(), SIGKILL);
        usleep(200000);
    }
    return pid;
}
#define fork fork_and_die
"""

BOX = "mkdir -p root/bin root/dev root/proc; cp /bin/busybox root/bin\ngcc -o mybox"
"""A script for the book's container begins so; what the compiler is to be told follows."""


@pytest.mark.parametrize("mybox", ["./mybox", "python3 mybox.py"])
def test_a_container_goes_on_after_it_was_stopped(run: Run, mybox: str) -> None:
    lines, status = run(
        f"{BOX} mybox.c; mkfifo end\n{mybox} run -r root busybox sh -c 'read x; exit 5' < end &\n"
        "exec 3> end; until pgrep -x busybox; do :; done > /dev/null\n"
        "processes=$(pgrep mybox || pgrep -f mybox.py)\n"
        "kill -STOP $processes; ps -o stat= -p $(echo $processes | tr ' ' ,) | grep -c ^T\n"
        "kill -CONT $processes; echo >&3; rm end; wait $!"
    )
    assert (lines, status) == (["3"], 5)


@pytest.mark.parametrize("mybox", ["./mybox", "python3 mybox.py"])
def test_a_terminal_of_a_container_shows_all_and_the_one_outside_is_as_before(
    run: Run, mybox: str
) -> None:
    """Also what was still on its way when the command ended; and none is made where none is."""
    lines, status = run(
        f"{BOX} mybox.c; cat > inside <<'END'\nstty -g\n"
        f"{mybox} run -t -r root busybox sh -c 'busybox tty; busybox seq 9999; exit 7'\n"
        f"echo $?; stty -g\nEND\nscript -qec 'bash inside' /dev/null < <(sleep 9) | tr -d '\\r'\n"
        f"{mybox} run -t -r root busybox true < /dev/null"
    )
    before, name, *numbers, ended, after, refusal = lines
    assert (name, ended, before) == ("/dev/pts/0", "7", after)
    assert numbers == [str(number) for number in range(1, 10000)]
    assert (refusal, status) == ("mybox: -t needs a terminal", 1 if "py" in mybox else 2)


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("mybox", ["./mybox", "python3 mybox.py"])
def test_no_part_of_a_container_outlives_the_one_before_it(
    run: Run, mybox: str, depth: int
) -> None:
    """Not even one that dies between fork(2) and the prctl(2) that tells of its death."""
    lines, _ = run(
        f"cat > breaking.h <<'END'\n{PARENT_DIES}END\n{BOX} -include breaking.h mybox.c\n"
        f"export DEPTH={depth}; {mybox} run -r root busybox touch /outlived\n"
        "sleep 0.4; pgrep -f mybox; ls root | grep outlived; rm -f root/outlived",
        "import time\nfork, depth = os.fork, 0\ndef fork_and_die():\n"
        "    global depth\n    pid, depth = fork(), depth + 1\n"
        "    if depth == int(os.environ['DEPTH']):\n        pid and die()\n"
        "        time.sleep(0.2)\n    return pid\nos.fork = fork_and_die",
    )
    assert [line for line in lines if "Killed" not in line] == []
