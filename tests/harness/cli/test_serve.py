"""`make serve`, as an author has it: save, and the page says whether the block is still true."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import ending
from project import ROOT, Project

CHAPTER = "---\ntitle: A\n---\n\n## 節\n\n```console\n$ hostname\nunshared\n```\n"


class Served:
    """A book that is served; `end` gives the status of the process that serves it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        book = Project.begin(root)
        book.write("docs/01-a.md", CHAPTER)
        book.write("tmp/x", "")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        command = [sys.executable, str(ROOT / "tools/run_snippets.py"), "serve"]
        command += ["--backend", "namespaces", "--address", self.address]
        env = {k: v for k, v in os.environ.items() if k != "NO_MKDOCS_2_WARNING"}
        env["TMPDIR"] = str(root / "tmp")
        with open(root / "said", "wb") as said:
            self.process = subprocess.Popen(command, cwd=root, stdout=said, stderr=said, env=env)

    def save(self, old: str, new: str) -> None:
        (self.root / "docs/01-a.md").write_text(CHAPTER.replace(old, new))

    def page_with(self, wanted: str) -> str:
        """The page, once it has what is wanted: asked for again whenever the site is reloaded."""
        last = time.monotonic() + 120
        while time.monotonic() < last and self.process.poll() is None:
            try:
                page = self._get("/01-a/")
            except OSError:
                continue  # it isn't serving yet
            if wanted in page:
                return page
            epoch = re.search(r"livereload\((\d+), (\d+)\)", page)
            assert epoch
            self._get(f"/livereload/{epoch[1]}/{epoch[2]}")  # answers when there is a newer site
        raise AssertionError((self.root / "said").read_text())

    def _get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=70) as answer:
            return str(answer.read(), "utf-8")

    def processes(self) -> list[int]:
        """All that it has started, and what those have; of those that end meanwhile perhaps not."""
        found, left = [], [self.process.pid]
        while left:
            for task in Path(f"/proc/{left.pop()}/task").glob("*"):
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    new = [int(pid) for pid in (task / "children").read_text().split()]
                    found += new
                    left += new
        return found

    def end(self, number: int) -> int:
        """Send a signal, and see all that it has started end, too."""
        started = [pid for pid in self.processes() if Path(f"/proc/{pid}").exists()]
        assert len(started) >= 3  # the site, the watcher, what makes its machines
        with ending(*started):
            self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    one = Served(tmp_path)
    yield one
    one.process.terminate()
    one.process.wait(30)


def test_the_page_follows_what_is_saved_and_nothing_is_left(served: Served) -> None:
    served.page_with("badge--passed")
    served.save("\nunshared\n", "\nelse\n")
    page = served.page_with("badge--failed")
    assert '<span class="transcript__missing">- else\n</span>' in page
    assert '<span class="transcript__extra">+ unshared\n</span>' in page
    served.save("\nunshared\n", "\nunshared\n")
    served.page_with("badge--passed")
    # ^C comes while this is running, and would have to wait for longer than `end` does
    served.save("console\n$ hostname\nunshared", "console timeout=600\n$ sleep 599")
    served.page_with("badge--unverified")
    assert served.end(signal.SIGINT) == 0
    assert [path.name for path in (served.root / "tmp").iterdir()] == ["x"]
    said = (served.root / "said").read_text()
    assert "Traceback" not in said
    assert "MKDOCS_2" not in said


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGKILL, -9)]
)
def test_however_it_ends_all_does(served: Served, number: int, status: int) -> None:
    served.page_with("badge--passed")
    assert served.end(number) == status


@pytest.mark.parametrize("child", [0, 1], ids=["the site", "the watcher"])
def test_if_one_dies_both_end(served: Served, child: int) -> None:
    served.page_with("badge--passed")
    os.kill(served.processes()[child], signal.SIGKILL)
    assert served.process.wait(30) != 0
