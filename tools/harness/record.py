"""The record of what runs found: `build/verification.json`, one entry a block.

Runs on a kernel of choice (`--kernel 6.1`) have a record of their own of the same form,
`build/verification-6.1.json`, and so have chapters that were played from top to bottom on the
reader's machine, `build/verification-reader.json` (`of_reader`). Harness, cache, shards and reports
hand each other these entries, and the site reads them (`pages.verified`), so that their types are
the one contract; `python -m harness.record` prints them as a JSON Schema. Beside it lies
`build/mutation.json`, how much of what a chapter could show wrongly is caught.
"""

import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from harness import atomic
from harness.compare import Line as Line
from harness.compare import Reason as Reason
from harness.compare import Value as Value

VERSION: Final = 4
DIFFERS = "output-differs"
SIGNS = {"same": "  ", "elided": ". ", "missing": "- ", "extra": "+ "}  # before lines of a diff
WORST_FIRST = ("failed", "passed", "skipped", "shown")  # what ran before what did not

Kind = Literal["program", "console", "result", "file", "shown"]
Verdict = Literal["passed", "failed", "skipped", "shown"]
How = Literal["letter", "digit", "space", "dropped", "doubled", "equal", "different"]
Number = Annotated[int, Meta(ge=1)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_PROMPT = r"^[^\x00-\x1f\x7f]*$"  # any program's
_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"


class Step(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing typed, and what its terminal then showed, as it was compared.

    `line` and `output_line` are the chapter's lines where the command stands and where its output
    begins, `text` is the command there; `command` has the run's own values, a line each; a key is
    ``^C``. `prompt` is the text's with the space after it, empty for a key, or output alone.

    `output` has a line feed after every line, and neither control sequences nor trailing space.
    `status` is as a shell gives it, None where unknown. `reason` says why the step has failed;
    `difference` is the part of the diff that is worth showing, `more` the number of lines that
    this leaves out, and `corrected` what the text is to show instead. `values` are those of the
    run that stand for others of the text. `cut` is the number of characters of all that which were
    too many to be kept.
    """

    line: Number
    terminal: str = ""
    prompt: Annotated[str, Meta(pattern=_PROMPT)] = ""
    text: str
    command: str
    output_line: Number
    output: str = ""
    status: Annotated[int, Meta(ge=-64, le=255)] | None = None
    user: Annotated[str, Meta(min_length=1)]
    seconds: Annotated[float, Meta(ge=0)]
    reason: Reason | None = None
    difference: tuple[Line, ...] = ()
    more: Annotated[int, Meta(ge=0)] = 0
    corrected: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    cut: Annotated[int, Meta(ge=0)] = 0

    @property
    def passed(self) -> bool:
        return self.reason is None

    @property
    def differs(self) -> bool:
        """Whether it has ended as it should, and only its output is another."""
        return self.reason is not None and self.reason.code == DIFFERS

    def __post_init__(self) -> None:
        if self.passed and (self.difference or self.corrected):
            raise ValueError("a step that differs has not passed")
        for value in self.values:
            lines = (self.command if value.where == "command" else self.output).split("\n")
            there = lines[value.line][value.column :] if value.line < len(lines) else ""
            if not there.startswith(value.run):
                raise ValueError(f"{value.run} is not where it is said to be")


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is known of one block.

    `chapter` is a path from the project's root, with slashes; `line` that of the opening fence, in
    the run that wrote the entry; `title` how its author named it (``console 端末A``). `digest` is
    the block's (`zenn.model.Fence.digest`), `scenario` those of all blocks of its scenario: the
    entry is current while the chapter has a block with each of them.

    `reason` says why it has failed or was skipped, `about` which line of the chapter that is about.
    `machine` is the kind of machine it ran in, `kernel` ``uname -r`` there, `software` the versions
    of Debian and of packages by name: all empty where nothing ran. `date` is when its scenario ran
    or was skipped (UTC, ISO 8601), empty where the chapter alone decided.

    Where a chapter was played from top to bottom, `since` is the line of the block that its machine
    began with; `scenario` are then all blocks from there to the end of this one's section. `broke`
    is the line that had left the machine before unfit to go on, if that is why this one was begun.
    """

    chapter: Annotated[str, Meta(pattern="^[^/]")]
    line: Number
    title: str
    digest: Digest
    scenario: Annotated[tuple[Digest, ...], Meta(min_length=1)]
    kind: Kind
    verdict: Verdict
    reason: Reason | None = None
    about: Number | None = None
    machine: str = ""
    kernel: str = ""
    software: Mapping[str, Annotated[str, Meta(min_length=1)]] = {}
    date: Annotated[str, Meta(pattern=f"^({_DATE})?$")] = ""
    steps: tuple[Step, ...] = ()
    since: Number | None = None
    broke: Number | None = None

    @property
    def ran(self) -> bool:
        return self.verdict in ("passed", "failed")

    @property
    def seconds(self) -> float:
        """What its own steps took."""
        return sum(step.seconds for step in self.steps)

    def __post_init__(self) -> None:
        for broken, why in (
            ((self.kind == "shown") and self.ran, "what is only shown does not run"),
            ((self.verdict == "shown") and self.kind != "shown", "what is run is not only shown"),
            ((self.verdict == "shown") and bool(self.date), "what is only shown has no date"),
            ((self.reason is None) == (self.verdict in ("failed", "skipped")), "a reason too many"),
            ((self.reason is None) != (self.about is None), "a reason is about a line"),
            (self.ran and not self.date, "what ran has a date"),
            (self.verdict == "passed" and not self.machine, "what has passed ran in a machine"),
            (self.verdict == "passed" and not all(s.passed for s in self.steps), "it has failed"),
            (bool(self.machine) and not self.ran, "what is in a machine ran"),
            (bool(self.machine) != bool(self.kernel), "a machine has a kernel"),
            (not self.machine and bool(self.software or self.steps), "no machine, and yet it ran"),
            (self.since is not None and not self.ran, "what goes on in a machine ran"),
            (self.broke is not None and self.since is None, "a machine follows a broken one"),
        ):
            if broken:
                raise ValueError(why)


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """A record: its entries in the order of chapters and lines."""

    version: Literal[4]
    blocks: tuple[Entry, ...]


def of_reader(record: Path) -> Path:
    """The record of chapters played from top to bottom, which lies beside that of scenarios."""
    return record.with_name(f"{record.stem}-reader.json")


class Survivor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of a chapter's text that would have passed, and by which rule (``elision``).

    `line` is the chapter's, `old` what it shows and `new` what was put there, two lines where it
    was doubled.
    """

    line: Number
    how: How
    rule: Annotated[str, Meta(min_length=1)]
    old: str
    new: str


class Score(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many changes of a chapter's outputs are caught, and which are not.

    `text` is the digest of its blocks (`text_digest`). `varying` counts what passes, too, but only
    changes values that nobody chose: by rule (``shape inode``).
    """

    chapter: Annotated[str, Meta(pattern="^[^/]")]
    text: Digest
    caught: Annotated[int, Meta(ge=0)]
    survivors: tuple[Survivor, ...] = ()
    varying: Mapping[str, Number] = {}

    @property
    def tried(self) -> int:
        """The changes that are to be caught."""
        return self.caught + len(self.survivors)


def percent(caught: int, tried: int) -> str:
    """How many of those that were tried are caught, rounded down: ``100.0`` is all of them."""
    return f"{caught * 1000 // tried / 10:.1f}" if tried else "100.0"


class RecordError(Exception):
    """A record that can't be used: one sentence that begins with its path."""


def chosen(entries: Iterable[Entry]) -> Entry:
    """The entry that counts of several on one block, whatever their order.

    What ran counts rather than what did not. Of runs of the same scenario the newest counts; of two
    scenarios that share the block, the one in which it did worse.
    """

    by_scenario = defaultdict[tuple[str, ...], list[Entry]](list)
    for entry in entries:
        by_scenario[entry.scenario].append(entry)
    return min(map(_newest, by_scenario.values()), key=_rank)


def _newest(known: Sequence[Entry]) -> Entry:
    ran = [entry for entry in known if entry.ran] or known
    last = max(entry.date for entry in ran)  # dates are of one length, or empty
    return min((entry for entry in ran if entry.date == last), key=_rank)


def _rank(entry: Entry) -> tuple[int, tuple[str, ...], bytes]:
    """Worst first; beyond that any order does that is the same in every run."""
    whole = msgspec.json.encode(entry, order="deterministic")
    return WORST_FIRST.index(entry.verdict), entry.scenario, whole


def load(path: Path) -> tuple[Entry, ...]:
    """The entries of a record.

    :raises RecordError: it can't be read, is none, is of another version, or broken.
    """
    try:
        text = path.read_bytes()
        version = msgspec.json.decode(text, type=_Version).version
        if version != VERSION:
            raise RecordError(
                f"{path}: a record of version {version}, where this harness has version {VERSION}: "
                "run its shard with the same harness"
            )
        return msgspec.json.decode(text, type=Record).blocks
    except OSError as error:
        raise RecordError(f"{path}: can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path}: not a record of this harness: {error}") from error


class _Version(Struct):
    version: int


def read(path: Path) -> tuple[Entry, ...]:
    """The entries of a record; none where it is missing, broken, or of another version."""
    with contextlib.suppress(RecordError):
        return load(path)
    return ()


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write a record, atomically, unless it is there and says the same: then the site stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, Record(VERSION, tuple(entries)))


def _write(path: Path, content: Record | Sequence[Score]) -> None:
    data = msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"
    if not (path.exists() and path.read_bytes() == data):
        atomic.write(path, data)


def update(path: Path, stays: Callable[[Entry], bool], new: Iterable[Entry]) -> None:
    """Write new entries into a record, atomically, beside those of it that stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic.locked(path.parent):  # an author may update while a watch verifies
        entries = [*filter(stays, read(path)), *new]
        write(path, sorted(entries, key=lambda entry: (entry.chapter, entry.line)))


def merge(records: Sequence[Path]) -> list[Entry]:
    """The entries of several records as those of one, in the order of chapters and lines.

    Of a block that several know, `chosen` says which counts.

    :raises RecordError: one can't be read (see `load`), or is of another text.
    """
    found: defaultdict[tuple[str, int], list[tuple[Path, Entry]]] = defaultdict(list)
    for path in records:
        for entry in load(path):
            found[entry.chapter, entry.line].append((path, entry))
    for (chapter, line), ((first, one), *others) in found.items():
        for path, other in others:
            if one.digest != other.digest:
                raise RecordError(
                    f"{path}: {chapter}:{line} is another block than in {first}: merge records "
                    "of one text"
                )
    return [chosen(entry for _, entry in found[place]) for place in sorted(found)]


def text_digest(digests: Iterable[str]) -> str:
    """The digest of a chapter's blocks, by theirs in their order."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def read_scores(path: Path) -> tuple[Score, ...]:
    """The scores of chapters; none where the file is missing, or not as it is written today."""
    with contextlib.suppress(OSError, ValueError):
        return msgspec.json.decode(path.read_bytes(), type=tuple[Score, ...])
    return ()


def update_scores(path: Path, stays: Callable[[Score], bool], new: Iterable[Score]) -> None:
    """Write new scores, atomically, beside those of the others that stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic.locked(path.parent):
        scores = sorted([*filter(stays, read_scores(path)), *new], key=lambda one: one.chapter)
        _write(path, scores)


def schema() -> dict[str, object]:
    """The JSON Schema of a record; what fits it may still be refused, for `Entry` checks more."""
    return msgspec.json.schema(Record)


if __name__ == "__main__":
    print(msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode())
