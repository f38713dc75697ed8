"""`make serve`, as an author has it: save, and the page says whether the block is still true."""

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CHAPTER = "---\ntitle: A\n---\n\n## 節\n\n```console\n$ hostname\nunshared\n```\n"


class Served:
    """A book that is served; `end` gives the status of the process that serves it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        config = re.sub(
            r"\nnav:\n.*?\ntheme:", "\ntheme:", (ROOT / "mkdocs.yml").read_text(), flags=re.S
        )
        for name, text in {
            "mkdocs.yml": config,
            "docs/index.md": "# 本\n",
            "docs/01-a.md": CHAPTER,
            "docs/assets/book.css": "",
            "docs/assets/diagrams.js": "",
            "snippets/x": "",
            "tmp/x": "",
        }.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        command = [
            sys.executable,
            str(ROOT / "tools" / "run_snippets.py"),
            "serve",
            "--address",
            self.address,
        ]
        with open(root / "said", "wb") as said:
            self.process = subprocess.Popen(
                [*command, "--backend", "namespaces"],
                cwd=root,
                stdout=said,
                stderr=said,
                env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "TMPDIR": str(root / "tmp")},
            )

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
        ends = []
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                ends.append(os.pidfd_open(pid))
        assert len(ends) >= 3  # the site, the watcher, what makes its machines
        self.process.send_signal(number)
        for end in ends:
            assert select.select([end], [], [], 30)[0] == [end]
            os.close(end)
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
    assert "Traceback" not in (served.root / "said").read_text()


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGKILL, -9)]
)
def test_however_it_ends_all_does(served: Served, number: int, status: int) -> None:
    served.page_with("badge--passed")
    assert served.end(number) == status


def test_if_one_dies_both_end(served: Served, first: Callable[[Served], int]) -> None:
    served.page_with("badge--passed")
    os.kill(first(served), signal.SIGKILL)
    assert served.process.wait(30) != 0


@pytest.fixture(params=[0, 1], ids=["the site", "the watcher"])
def first(request: pytest.FixtureRequest) -> Callable[[Served], int]:
    """One of its two children."""
    number: int = request.param
    return lambda served: served.processes()[number]
