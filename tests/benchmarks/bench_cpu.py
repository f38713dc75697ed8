"""CPU-seconds: of a scenario of three chapters, of the least scenario, and of a step.

In one run and in turn, each of:

- this checkout, and the one that $AGAINST names (the commit before), on the same text, in virtual
  machines and in namespaces;
- byexample: `byexample --language shell` on the same blocks;
- bash: a bare bash on a pseudo-terminal that reads commands and writes what they say.

`02`, `06` and `09` are chapters, per scenario. `scenario` is the least: a machine, its first
command, its end. `step` is one more line in a terminal, and `clock` how long that takes. Of these
the start of the program is taken out: many and few are run, and the difference is shared among
those in between.

Exit status 1 if this checkout takes a tenth more than the other for a chapter, or if by the clock a
step in namespaces takes more than half of what byexample does (medians).
"""

import json
import os
import pty
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from meter import Cost, Meter, in_turn
from processes import ran

ROOT = Path(__file__).parents[2]
CHAPTERS = {"02": "02-uts", "06": "06-user", "09": "09-time"}
BACKENDS = ("qemu", "namespaces")
ROUNDS = int(os.environ.get("ROUNDS", "3"))
STEPS, SCENARIOS = 200, 12


def shared(many: Cost, few: Cost, between: int) -> Cost:
    """What each of those costs that `many` has more than `few`."""
    return (many[0] - few[0]) / between, (many[1] - few[1]) / between


def said(*command: str, folder: Path) -> str:
    done = ran(*command, cwd=folder)
    if done.returncode:
        sys.exit(f"{' '.join(command)} has failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def verify(checkout: Path, folder: Path, *words: str) -> str:
    """What the harness of a checkout says of chapters in `folder`, one scenario at a time."""
    return said(sys.executable, str(checkout / "tools/run_snippets.py"), *words, folder=folder)


def text_of(folder: Path) -> dict[str, int]:
    """Put the text into `folder`, with small chapters beside ours; return how many scenarios."""
    for name in ("docs", "snippets"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True)
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    for count in (1, STEPS):
        for language, suffix in (("console", ""), ("shell", ".byexample")):
            blocks = (f"```{language}\n$ echo {n}\n{n}\n```\n\n" for n in range(1000, 1000 + count))
            (folder / f"docs/steps-{count}{suffix}.md").write_text("".join(blocks))
    for count in (1, SCENARIOS):
        sections = (f"## {n}\n\n```console\n$ true {n}\n```\n\n" for n in range(count))
        (folder / f"docs/scenarios-{count}.md").write_text("".join(sections))
    found = {}
    for name, chapter in CHAPTERS.items():
        fates = json.loads(verify(ROOT, folder, "--list", "--json", f"docs/{chapter}.md"))
        found[name] = len({number for fate in fates for number in fate["scenarios"]})
    return found


def bash(count: int) -> None:
    """A bash on a pseudo-terminal: a line is typed when the one before has been answered."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("bash", ["bash", "--norc", "--noediting"])
    for number in range(1000, 1000 + count):
        os.write(terminal, b"echo $((%d + 1))\n" % number)
        shown = b""
        while b"%d\r\n" % (number + 1) not in shown:
            shown += os.read(terminal, 4096)
    os.close(terminal)
    os.waitpid(pid, 0)


def main() -> int:
    checkouts = {"this": ROOT}
    if os.environ.get("AGAINST"):
        checkouts["before"] = Path(os.environ["AGAINST"]).resolve()
    spent = Meter().spent
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counts = text_of(folder)

        def harness(where: Path, backend: str, chapter: str) -> Cost:
            words = ("--no-cache", "--jobs", "1", "--backend", backend, f"docs/{chapter}.md")
            return spent(lambda: verify(where, folder, *words))

        def byexample(chapter: str) -> Cost:
            tool = str(Path(sys.executable).with_name("byexample"))
            command = (tool, "--language", "shell", "--quiet", f"docs/{chapter}.byexample.md")
            return spent(lambda: said(*command, folder=folder))

        def step(run: Callable[[str], Cost]) -> dict[str, float]:
            cpu, clock = shared(run(f"steps-{STEPS}"), run("steps-1"), STEPS - 1)
            return {"step": cpu, "clock": clock}

        def figures(run: Callable[[str], Cost]) -> dict[str, float]:
            least = shared(run(f"scenarios-{SCENARIOS}"), run("scenarios-1"), SCENARIOS - 1)
            whole = {name: run(CHAPTERS[name])[0] / count for name, count in counts.items()}
            return whole | {"scenario": least[0]} | step(run)

        def bare(chapter: str) -> Cost:
            return spent(lambda: bash(int(chapter.removeprefix("steps-"))))

        ways: dict[str, Callable[[], dict[str, float]]] = {
            f"{checkout}, {backend}": partial(figures, partial(harness, where, backend))
            for backend in BACKENDS
            for checkout, where in checkouts.items()
        }
        ways |= {"byexample": partial(step, byexample), "bash": partial(step, bare)}
        for where in checkouts.values():  # once unmeasured: images, templates, bytecode
            for backend in BACKENDS:
                harness(where, backend, "steps-1")
        taken = in_turn(ways, ROUNDS)
    return _print(
        {
            way: {name: median(one[name] for one in rounds) for name in rounds[0]}
            for way, rounds in taken.items()
        }
    )


def _print(found: dict[str, dict[str, float]]) -> int:
    """Rows for FIGURES.md: CPU-seconds a scenario, milliseconds a step."""
    columns = dict.fromkeys([*CHAPTERS, "scenario"], (1, "s"))
    columns |= dict.fromkeys(["step", "clock"], (1000, "ms"))
    print(f"| {'':18} | {' | '.join(f'{name:>8}' for name in columns)} |")
    for way, one in found.items():
        shown = [
            f"{one[n] * by:.2f} {unit}" if n in one else "" for n, (by, unit) in columns.items()
        ]
        print(f"| {way:18} | {' | '.join(f'{figure:>8}' for figure in shown)} |")
    step = found["this, namespaces"]["clock"] / found["byexample"]["clock"]
    print(f"a step in namespaces / byexample's, by the clock: {step:.2f}  (at most 0.5)")
    failed = step > 0.5
    for backend in BACKENDS:
        if (before := found.get(f"before, {backend}")) is not None:
            ratios = {n: found[f"this, {backend}"][n] / before[n] for n in columns}
            print(f"this / before, {backend}:", *(f"{n} {one:.2f}" for n, one in ratios.items()))
            failed |= any(ratios[name] > 1.1 for name in CHAPTERS)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
