"""Which values vary, and which do not though they look alike: what was typed, and what is none."""

import pytest

from harness.compare import Expectation, Reason, Renaming, Varying


def after(command: str, **files: str) -> Renaming:
    """Of a scenario in which these files were put, and then this was typed."""
    renaming = Renaming()
    for name, text in files.items():
        renaming.typed.put(name, text)
    renaming.type(command.split("\n"), command)
    return renaming


def passes(command: str, text: str, run: str, **files: str) -> bool:
    compared = Expectation(text.split("\n")).compare(run.split("\n"), after(command, **files))
    again = Expectation(compared.corrected).compare(run.split("\n"), after(command, **files))
    assert again.passed, "what is blessed has to pass"
    return compared.passed


STAT = "stat -c %y f"
NOW = "2026-11-23 18:21:53.123456789 +0000"


@pytest.mark.parametrize(
    ("command", "text", "run"),
    [
        (
            f"touch -d '2000-01-01 00:00:01' f; {STAT}",
            "1987-01-01 00:00:01.000000000 +0000",
            "2000-01-01 00:00:01.000000000 +0000",
        ),
        (f"touch -d '2000-01-01 00:00:01' f; {STAT}", "2000-01-01 00:00:01.000000000 +0000", NOW),
        (f"touch -d 2000-01-01 f; {STAT}", "2000-01-01 00:00:02.0", "2000-01-01 00:00:00.0"),
        (f"touch -t 200001010000 f; {STAT}", NOW, "2000-01-01 00:00:00.000000000 +0000"),
        ("touch -d 2000-01-01 f; ls -l f", "Jan  1  1987 f", "Jan  1  2000 f"),
        ("date -d '1 Jan 2000'", "Sat Jan  1 00:00:00 UTC 1987", "Sat Jan  1 00:00:00 UTC 2000"),
        ("date -d @0", "Thu Jan  1 00:00:00 UTC 1971", "Thu Jan  1 00:00:00 UTC 1970"),
        ("touch -d 12:34 f; stat f", "2026-11-23 12:35:00", "2026-11-27 12:34:00"),
        ("echo 12:34:56", "12:34:57", "12:34:56"),
        ("date", "Mon Nov 23 18:21:53 JST 2026", "Mon Nov 23 18:21:53 UTC 2026"),
        (
            "ip link add v0 address 02:00:00:00:00:01 type dummy",
            "link/ether 02:00:00:00:00:99",
            "link/ether 02:00:00:00:00:01",
        ),
        (
            "ip link add v0 address 02:AA:00:00:00:01 type dummy",
            "link/ether 02:aa:00:00:00:01",
            "link/ether 02:aa:00:00:00:02",
        ),
        (
            "mkswap -U 9f1c3b2a-0000-4000-8000-0123456789ab x",
            "UUID=9f1c3b2a-0000-4000-8000-0123456789ac",
            "UUID=9f1c3b2a-0000-4000-8000-0123456789ab",
        ),
        ("ipcmk -Q", "list:[5]", "list:[7]"),
        ("echo 'uts:[4026531838]'", "uts:[4026531839]", "uts:[4026531838]"),
        ("echo time=0.045 ms", "time=0.046 ms", "time=0.045 ms"),
        ("cat <<EOF\n0x7ffd0a0b0c0d\nEOF", "0x7ffd0a0b0c0e", "0x7ffd0a0b0c0d"),
        ("ip link add v0 index 42 type dummy", "43: v0: <UP>", "42: v0: <UP>"),
    ],
)
def test_what_was_typed_does_not_vary(command: str, text: str, run: str) -> None:
    assert not passes(command, text, run)
    assert passes(command, run, run)


def test_what_a_program_has_in_it_was_typed() -> None:
    c = "shmget(0x1234, 1, IPC_CREAT);"
    row = "0x{:08x} 0          reader"
    assert not passes("./shm; ipcs", row.format(0x1235), row.format(0x1234), **{"shm.c": c})
    assert passes("./shm; ipcs", row.format(0x5F1E7B2C), row.format(0x1A2B3C4D), **{"shm.c": c})
    py = "print(datetime.date(2024, 10, 25))"
    assert not passes("python3 d.py", "2024-10-26", "2024-10-25", **{"d.py": py})


def test_what_the_reader_copies_or_the_author_names_was_not_typed() -> None:
    mac, other = "link/ether 5a:1e:c4:00:01:02", "link/ether 5a:1e:c4:00:01:77"
    renaming = after("ip link")
    assert Expectation([mac]).compare([other], renaming).passed
    renaming.type(["ip neigh add 5a:1e:c4:00:01:02"], "")
    assert Expectation([mac]).compare([other], renaming).passed
    renaming = after("ip neigh add 5a:1e:c4:00:01:02")
    renaming.introduce([Varying("5a:1e:c4:00:01:02", "mac")])
    assert Expectation([mac]).compare([other], renaming).passed


def test_a_value_that_stands_for_another_is_not_the_same_by_chance() -> None:
    renaming = Renaming()
    assert Expectation(["uts:[4026531839]"]).compare(["uts:[4026531838]"], renaming).passed
    wrong = Expectation(["ino=4026531838"]).compare(["ino=4026531838"], renaming)
    assert (wrong.passed, wrong.corrected) == (False, ("ino=4026531839",))
    assert Expectation(["ino=4026531839"]).compare(["ino=4026531838"], renaming).passed
    renaming.introduce([Varying("1234", "pid")])
    assert Expectation(["1234"]).compare(["17"], renaming).passed
    assert Expectation(["17 files"]).compare(["17 files"], renaming).passed


def test_that_a_value_was_typed_is_explained() -> None:
    renaming = after("ip link set v0 address 5a:1e:c4:00:01:02")
    compared = Expectation(["5a:1e:c4:00:01:02"]).compare(["5a:1e:c4:00:01:03"], renaming)
    typed = "5a:1e:c4:00:01:02"
    said = Reason("typed", {"typed": typed, "value": typed, "kind": "mac"})
    assert [line.note for line in compared.diff] == [said, None]


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("24:00", "23:00"),
        ("12:60", "12:59"),
        ("12:00", "25:00"),
        ("2026-13-01", "2026-12-01"),
        ("2026-11-01", "2026-11-32"),
        ("3.14 2.72", "3.15 2.72"),
        ("'2024-10-25'", "'2024-10-26'"),
        ("['2024-10-25 10:00:00']", "['2024-10-25 10:00:01']"),
        ('"2024-10-25"', '"2024-10-26"'),
        ("'10:00'", "'10:01'"),
        ("link/ether 5a:1e:c4:00:01:02 brd", "link/ether ff:ff:ff:ff:ff:ff brd"),
        ("link/ether 5a:1e:c4:00:01:02 brd", "link/ether 00:00:00:00:00:00 brd"),
        ("0x5f1e7b2c 0          reader", "0x00000000 0          reader"),
        ("[1] 12345", "[1] 12346"),  # a vector of R's
        ("1: lo: <LOOPBACK>", "2: lo: <LOOPBACK>"),
        ("3: v0@if2: <UP>", "3: v1@if2: <UP>"),
        ("PID TTY\n  1 ?", "PID TTY\n  2 ?"),
        ("PID TTY\n123 ?", "PID TTY\n  1 ?"),
        ("PID TTY\n  7 ?", "PID TTY\n  8 ?"),
        ("  PID NI\n 1234 12", "  PID NI\n 1234 13"),
        ("NS TYPE\n4026532168 uts\n4026532169 uts", "NS TYPE\n4026532168 uts\n4026532168 uts"),
        ("N TYPE\n4026532168 uts", "N TYPE\n4026532169 uts"),
        ("real\t0m0.005s", "user\t0m0.005s"),
        ("/tmp/tmp.abcdefghij", "/tmp/tmp.abcdefghi"),
        ("/tmp/tmp.abcdefghij /tmp/tmp.abcdefghij", "/tmp/tmp.abcdefghij /tmp/tmp.abcdefghix"),
    ],
)
def test_what_is_no_value_does_not_vary(text: str, run: str) -> None:
    assert not passes("x", text, run)


@pytest.mark.parametrize(
    ("command", "text", "run"),
    [
        ("cat /proc/uptime", "350735.47 234388.90", "12.00 9.50"),
        ("python3 up.py", "350735.47 234388.90", "12.00 9.50"),
        ("date", "Mon Nov 23 18:21:53 UTC 2026", "Fri Jan  1 00:00:00 UTC 2027"),
        ("x", '"2026-11-23T18:40:00Z"', '"2026-11-24T09:00:01Z"'),
        ("sleep 9 &", "[1] 12345", "[1] 17"),
        ("ip a", "7: v0@if6: <UP>\n6: v1@if7: <UP>", "3: v0@if2: <UP>\n2: v1@if3: <UP>"),
        (
            "lsns",
            "        NS TYPE  PID\n4026532168 uts  1234",
            "        NS TYPE PID\n4026532169 uts  214",
        ),
        (
            "ps aux",
            "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
            "reader      1234  0.0  0.3   7196  3924 pts/0    Ss   10:00   0:00 bash",
            "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
            "reader        87  0.1 12.3  17196   324 pts/0    Ss   23:59   1:10 bash",
        ),
        ("time x", "real\t0m0.005s", "real\t1m0.123s"),
        ("mktemp -d", "/tmp/tmp.abcdefghij", "/tmp/tmp.ZbCdEfGh1j"),
    ],
)
def test_what_nobody_chose_varies(command: str, text: str, run: str) -> None:
    assert passes(command, text, run, **{"up.py": "open('/proc/uptime')"})


def test_the_number_of_an_interface_means_nothing_elsewhere() -> None:
    renaming = after("ip a")
    assert Expectation(["7: v0@if6: <UP>"]).compare(["3: v0@if2: <UP>"], renaming).passed
    assert renaming.command("ping -c 7 -i 6") == "ping -c 7 -i 6"
    assert not Expectation(["7"]).compare(["3"], renaming).passed
    assert not Expectation(["7: v0: <UP>"]).compare(["4: v0: <UP>"], renaming).passed


@pytest.mark.parametrize(
    ("text", "run", "agrees"),
    [
        ("2026-11-23 2026-11-24", "2027-01-01 2027-01-02", True),
        ("2026-11-23 2026-11-24", "2027-01-01 2027-01-01", True),
        ("2026-11-23 2026-11-24", "2027-01-02 2027-01-01", False),
        ("2026-11-24\n...\n2026-11-23", "2027-01-01\nx\n2027-01-02", False),
        ("12:00:01 12:00:02", "23:59:59 00:00:00", True),  # midnight
        ("Nov 23 12:00 a\nNov 24 12:00 b", "Dec 31 12:00 a\nJan  1 12:00 b", True),  # new year
        ("Jan  1  2024 a\nJan  2  2024 b", "Jan  2  2025 a\nJan  1  2025 b", False),
        (
            "2026-11-23 23:30:00 +0900 2026-11-23 15:00:00 +0000",
            "2027-01-02 00:30:00 +0900 2027-01-01 15:00:00 +0000",
            False,
        ),
        (f"{NOW}\n{NOW}", f"{NOW}\n{NOW.replace('789', '999')}", True),  # within a tick
        (f"{NOW}\n{NOW}", f"{NOW}\n{NOW.replace('.123', '.223')}", False),
        ("2026-11-23T18:21:53.123456\n" * 2, "2026-11-23T18:21:53.123457\n" * 2, True),
        (
            "2026-11-23T18:21:53.123456\n2026-11-23T18:21:53.123456",
            "2026-11-23T18:21:53.123456\n2026-11-23T18:21:53.123457",
            False,
        ),
        (
            "2026-11-23 18:21:53\n2026-11-23 18:21:53",
            "2027-01-01 00:00:00\n2027-01-01 00:00:01",
            True,
        ),
    ],
)
def test_dates_of_an_output_keep_their_order(text: str, run: str, agrees: bool) -> None:
    assert passes("x", text, run) == agrees
