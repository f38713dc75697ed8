"""When a reader on a slow line sees a chapter, beside the same site as MkDocs wrote it.

The longest chapter is opened with a fresh profile over a line of 1.6 Mbit/s and 150 ms (Chromium's
“slow 4G”, by the DevTools protocol's Network.emulateNetworkConditions), on a processor slowed down
four times. Both sites are served compressed, in turn and in one run. First and largest contentful
paint are those of the page's own PerformanceObserver (W3C Paint Timing, Largest Contentful Paint).

Exit status 1 if the lighter site is painted later (medians). Takes what ``make site`` takes.
"""

import functools
import gzip
import http.server
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from publish.articles import browser as chromium

ROOT = Path(__file__).parents[2]
ROUNDS = 7
BYTES = 1_600_000 / 8  # a second
LATENCY = 150  # ms
SLOWER = 4

_PAINTS = """() => new Promise((resolve) => new PerformanceObserver((list) => {
    const [first] = performance.getEntriesByName("first-contentful-paint");
    const largest = list.getEntries().at(-1);
    resolve([first.startTime, largest.startTime]);
}).observe({ type: "largest-contentful-paint", buffered: true }))"""


class _Compressed(http.server.SimpleHTTPRequestHandler):
    """Files as the web's hosts send them."""

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            self.send_error(404)
            return
        body = gzip.compress(file.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(file))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve `folder` at the address that this gives."""
    handler = functools.partial(_Compressed, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def paints(browser: Browser, url: str) -> tuple[float, float]:
    """Milliseconds until the first and the largest contentful paint of a reader's first visit."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY,
            "downloadThroughput": BYTES,
            "uploadThroughput": BYTES,
        },
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url, wait_until="load")
    first, largest = page.evaluate(_PAINTS)
    context.close()
    return first, largest


def build(folder: Path) -> None:
    """Build the site into `folder`, as MkDocs writes it."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(command, cwd=ROOT, check=True, env=environment)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        written, slim = Path(folder, "written"), Path(folder, "slim")
        build(written)
        build(slim)
        subprocess.run(["node", ROOT / "tools/web/slim.mjs", slim], check=True)
        longest = max(slim.glob("[0-9]*/index.html"), key=lambda page: page.stat().st_size).parent
        taken: dict[Path, list[tuple[float, float]]] = {written: [], slim: []}
        with chromium() as browser, served(written) as one, served(slim) as other:
            addresses = {written: one, slim: other}
            for _ in range(ROUNDS):
                for site in random.sample(list(taken), len(taken)):
                    url = f"{addresses[site]}/{longest.name}/"
                    taken[site].append(paints(browser, url))
    worse = False
    for number, name in enumerate(("first", "largest")):
        mkdocs, ours = (median(times[number] for times in taken[s]) for s in (written, slim))
        print(f"{name:8} as MkDocs wrote it {mkdocs:6.0f} ms, slim {ours:6.0f} ms", end="")
        print(f"  slim / written {ours / mkdocs:5.2f}  (at most 1)")
        worse |= ours > mkdocs
    return worse


if __name__ == "__main__":
    sys.exit(main())
