"""`serve`: the site with badges of what was just verified.

Runs `mkdocs serve` beside `run_snippets.py watch`; the site is built anew when either the text
or the record has changed. Both end together: on ^C, if one of them dies, if this process is killed.
"""

import argparse
import contextlib
import os
import select
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from harness import record
from harness.cli.verify import record_of
from zenn.book import Book

_TOOL = Path(__file__).parents[2] / "run_snippets.py"


def run(options: argparse.Namespace, book: Book) -> int:
    """Serve until ^C; 0 then, else the status of the one that died."""
    shown = record_of(book, None)
    if not shown.exists():  # what isn't there can't be watched
        record.write(shown, [])
    site = [sys.executable, "-m", "mkdocs", "serve", "--quiet"]
    site += ["--dev-addr", options.address, "--watch", str(shown)]
    of_site = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    of_site.add_argument("--address")
    watcher = [sys.executable, str(_TOOL), "watch", *of_site.parse_known_args(options.words)[1]]
    print(f"http://{options.address} shows the book; ^C ends", flush=True)
    # make and a closed terminal end it as ^C does; a shell may have had ^C ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    children: list[subprocess.Popen[bytes]] = []
    try:
        children.append(_start(site, book.root))
        # The site sees no change of the record before it serves.
        _wait_for_answer(options.address, children[0])
        children.append(_start(watcher, book.root))
        ended = _first_end(children)
        return ended.returncode or 1
    except KeyboardInterrupt:
        return 0
    finally:
        # A second ^C would leave behind what the children are about to clean up.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in children:
            child.send_signal(signal.SIGINT)
        for child in children:
            child.wait()


def _start(command: Sequence[str], directory: Path) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, so that ^C reaches it once: from here.

    It is interrupted if this process dies, however that does (PR_SET_PDEATHSIG, prctl(2)).
    """
    bound = ["setpriv", "--pdeathsig", "INT", *command]
    # MkDocs would say of its version 2 what is nothing to an author.
    return subprocess.Popen(
        bound,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )


def _wait_for_answer(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers, or has ended."""
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"http://{address}/", timeout=1).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(0.1)


def _first_end(children: Sequence[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    by_pidfd = {os.pidfd_open(child.pid): child for child in children}
    try:
        ready, _, _ = select.select(list(by_pidfd), [], [])
        ended = by_pidfd[ready[0]]
        ended.wait()
        return ended
    finally:
        for pidfd in by_pidfd:
            os.close(pidfd)
