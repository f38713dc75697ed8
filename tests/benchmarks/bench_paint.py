"""When a reader on a slow line sees a chapter, beside the same site as MkDocs wrote it.

The longest chapter is opened with a fresh profile over a line of 1.6 Mbit/s and 150 ms (Chromium's
“slow 4G”, by the DevTools protocol's Network.emulateNetworkConditions), on a processor slowed down
four times. Both sites are served compressed, in turn and in one run. First and largest contentful
paint are those of the page's own PerformanceObserver (W3C Paint Timing, Largest Contentful Paint).

Exit status 1 if the lighter site is painted later (medians). Takes what ``make site`` takes.
"""

import gzip
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from meter import in_turn
from playwright.sync_api import Browser
from serving import Quiet, serving
from whole_book import build, slim

from publish.articles import browser as chromium

ROUNDS = 7
BYTES = 1_600_000 / 8  # a second
LATENCY = 150  # ms
SLOWER = 4

_PAINTS = """() => new Promise((resolve) => new PerformanceObserver((list) => {
    const [first] = performance.getEntriesByName("first-contentful-paint");
    const largest = list.getEntries().at(-1);
    resolve([first.startTime, largest.startTime]);
}).observe({ type: "largest-contentful-paint", buffered: true }))"""


class _Compressed(Quiet):
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


def paints(browser: Browser, url: str) -> tuple[float, float]:
    """Milliseconds until the first and the largest contentful paint of a reader's first visit."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    line = {"downloadThroughput": BYTES, "uploadThroughput": BYTES, "latency": LATENCY}
    devtools.send("Network.emulateNetworkConditions", line | {"offline": False})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url, wait_until="load")
    first, largest = page.evaluate(_PAINTS)
    context.close()
    return first, largest


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        written, lighter = Path(folder, "site"), Path(folder, "lighter")
        shutil.copytree(written, lighter)
        slim(lighter)
        longest = max(written.glob("[0-9]*/index.html"), key=lambda page: page.stat().st_size)
        path = longest.parent.name
        with (
            chromium() as browser,
            serving(written, _Compressed) as heavy,
            serving(lighter, _Compressed) as light,
        ):
            urls = {"written": f"{heavy}/{path}/", "slim": f"{light}/{path}/"}
            ways = {name: partial(paints, browser, url) for name, url in urls.items()}
            taken = in_turn(ways, ROUNDS)
    worse = False
    for number, name in enumerate(("first", "largest")):
        mkdocs, ours = (median(times[number] for times in taken[way]) for way in urls)
        print(f"{name:8} as MkDocs wrote it {mkdocs:6.0f} ms, slim {ours:6.0f} ms", end="")
        print(f"  slim / written {ours / mkdocs:5.2f}  (at most 1)")
        worse |= ours > mkdocs
    return worse


if __name__ == "__main__":
    sys.exit(main())
