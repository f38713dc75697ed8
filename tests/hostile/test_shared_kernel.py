"""Root in a machine of namespaces goes for the host's devices, and for the machine's own bounds."""

from contextlib import closing
from pathlib import Path

import guests

from harness.machine import bounds
from harness.plan.chapter import from_document
from harness.plan.scenario import scenarios
from harness.run.runner import run_one
from zenn.book import Book
from zenn.parser import parse

DEVICES = """\
# mkdir /d /c; mount -t devtmpfs d /d; head -c 0 /d/kmsg
head: cannot open '/d/kmsg' for reading: Operation not permitted
# mknod /x c 1 11
mknod: /x: Operation not permitted
# mount -t cgroup -o devices c /c; echo a >/c/devices.allow
bash: echo: write error: Operation not permitted
# umount /c; umount /d
"""
MEMORY = """\
# mkdir /c; mount -t cgroup -o memory c /c; echo -1 >/c/memory.limit_in_bytes
# python3 -c 'bytearray(1800 << 20)'; echo $?
Killed
137
# umount /c
"""


def test_root_lifts_no_bounds_and_opens_no_device_of_the_host(tmp_path: Path) -> None:
    there = set[str]().union(*(one.controllers for one in bounds.hierarchies() if not one.unified))
    tried = [text for name, text in (("devices", DEVICES), ("memory", MEMORY)) if name in there]
    text = "\n".join(f"## a\n\n```console root\n{one}```\n" for one in tried)
    book = Book(tmp_path, guest=guests.GUEST, leftovers="tell")
    chapter = from_document(parse(text, Path("docs/x.md"), book), book)
    with closing(guests.namespaces()) as backend:
        for scenario in scenarios(chapter):
            result = run_one(scenario, backend)
            steps = [step for entry in result.entries for step in entry.steps]
            assert [(step.text, step.output) for step in steps if step.reason] == []
            assert result.passed
