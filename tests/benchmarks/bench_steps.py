"""What a step costs, beside byexample 11 on the same blocks and beside a bare bash.

Three ways to run two hundred one-line console blocks, alternating in one run:

- harness: run_snippets.py on a chapter, one scenario;
- byexample: `byexample --language shell` on the same blocks;
- bash: a bash that reads commands from a pipe, one round trip each.

Start-up is taken out: each way also runs a single block, and the difference is shared among the
blocks in between. Exit status 1 if the harness costs more a block than byexample (medians).
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

BLOCKS = 200
ROUNDS = 5
TOOL = Path(__file__).parent.parent.parent / "tools" / "run_snippets.py"


def blocks(language: str, count: int) -> str:
    return "".join(f"```{language}\n$ echo {n}\n{n}\n```\n\n" for n in range(1000, 1000 + count))


def timed(command: list[str]) -> float:
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    taken = time.perf_counter() - begin
    if done.returncode:
        sys.exit(f"{' '.join(command)} has failed:\n{done.stdout}{done.stderr}")
    return taken


def harness(directory: Path, count: int) -> float:
    path = directory / f"{count}.md"
    path.write_text(blocks("console", count))
    return timed([sys.executable, str(TOOL), "--backend", "namespaces", "--no-cache", str(path)])


def byexample(directory: Path, count: int) -> float:
    path = directory / f"{count}.byexample.md"
    path.write_text(blocks("shell", count))
    tool = str(Path(sys.executable).with_name("byexample"))
    return timed([tool, "--language", "shell", "--quiet", str(path)])


def bash(directory: Path, count: int) -> float:
    begin = time.perf_counter()
    with subprocess.Popen(
        ["bash"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as shell:
        assert shell.stdin
        assert shell.stdout
        for number in range(count):
            shell.stdin.write(f"echo {number}\n")
            assert shell.stdout.readline() == f"{number}\n"
        shell.stdin.close()
    return time.perf_counter() - begin


def main() -> int:
    ways: dict[str, Callable[[Path, int], float]] = {
        "harness": harness,
        "byexample": byexample,
        "bash": bash,
    }
    per_block: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as directory:
        for way in ways.values():  # once unmeasured, for the caches
            way(Path(directory), 1)
        for _ in range(ROUNDS):
            for name, way in ways.items():
                difference = way(Path(directory), BLOCKS) - way(Path(directory), 1)
                per_block[name].append(difference / (BLOCKS - 1))
    medians = {name: median(values) for name, values in per_block.items()}
    for name, seconds in medians.items():
        ratio = medians["harness"] / seconds
        print(f"{name:10} {seconds * 1000:8.3f} ms a block   harness/{name} = {ratio:.2f}")
    return medians["harness"] > medians["byexample"]


if __name__ == "__main__":
    sys.exit(main())
