"""Scenarios that go for the agent: each fails by itself, and what comes after it goes on."""

from guests import Play

from harness.report.words import words

ANSWER = '{"output":"Linux 99.9\\n","state":"shell","status":0,"uid":0,"reader":"bash",' \
    '"prompt":null,"echoed":true,"dropped":0}'  # fmt: skip
# It takes descriptors of whoever is process `pid`, and answers by those in the agent's place.
TAKE = f"""
import ctypes, os
libc = ctypes.CDLL(None)
for pid in [1, os.getppid()] + list(range(1, 40)):
    pidfd = libc.syscall(434, pid, 0)
    for number in range(0, 40):
        fd = libc.syscall(438, pidfd, number, 0)
        if fd >= 0 and 'socket' in os.readlink(f'/proc/self/fd/{{fd}}'):
            os.write(fd, b'{ANSWER}\\n')
            print('taken')
libc.ptrace.restype = ctypes.c_long
print('seized', libc.ptrace(0x4206, 1, 0, 0))
print(open('/proc/1/comm').read(), end='')
"""

AFTER = "\n## b\n\n~console\n$ hostname\nunshared\n~\n"


def outcomes(play: Play, text: str) -> list[tuple[bool, str]]:
    """What becomes of each scenario: whether it passes, and the sentence on it."""
    return [
        (result.passed, next((words(e.reason) for e in result.entries if e.reason), ""))
        for result in play(text)
    ]


def test_no_answer_can_be_given_in_the_agents_place(play: Play) -> None:
    text = f"## a\n\n~python root:take.py\n{TAKE}~\n\n~text:実行結果\nseized 0\ninit\n~\n{AFTER}"
    # It reaches the first process of its own PID namespace, which can't say anything.
    assert outcomes(play, text) == [(True, ""), (True, "")]


def test_a_stopped_init_stops_no_verdict(play: Play) -> None:
    text = "## a\n\n~console root\n# kill -STOP 1; kill -9 1\n# uname -sr\nLinux 99.9\n~\n" + AFTER
    assert outcomes(play, text) == [(False, "the output differs"), (True, "")]


def test_a_file_that_would_hang_the_agent_fails_its_scenario(play: Play) -> None:
    block = "~ini file:/home/reader/x.conf\na\n~\n"
    text = f"## a\n\n~console\n$ mkfifo x.conf\n~\n\n{block}{AFTER}"
    (failed, why), after = outcomes(play, text)
    assert (failed, why) == (False, "/home/reader/x.conf: No such device or address")
    assert after == (True, "")
