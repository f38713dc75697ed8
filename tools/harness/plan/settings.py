"""The harness's settings: the words of an info string, and the comments before a fence."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from harness.compare import Varying
from zenn.console import PLAIN, Manner
from zenn.fences import appearance, kernel_of
from zenn.model import Comment, Fence, Mistake, is_appearance

DEFAULT_TIMEOUT = 30.0  # seconds a step may take
LONGEST_TIMEOUT = 3600  # seconds
FLAGS = ("root", "running", "vm", "new", "same", "file", "exact")
VALUES = (
    "timeout=SECONDS", "exit=STATUS", "kernel>=VERSION", "kernel<VERSION", "on=guest", "on=reader",
)  # fmt: skip
MANNERS = ("answers", "status", 'prompt="TEXT "', 'more="TEXT "')  # of terminals
APPEARANCE = ("linenos", "hl=LINES")
_KERNEL = re.compile(r"kernel((?:>=|<)\d{1,4}(?:\.\d{1,4}){0,3})", re.ASCII)
DIRECTIVES = ("skip", "varies", "leaves", "predict")
ANY = SpecifierSet()  # of kernels
Where = Literal["guest", "reader"]  # a fresh machine of a scenario's own, or the reader's
_TAKEN = dict.fromkeys(("$ ", "# ", "% "), "a shell") | {
    ">>> ": "the Python REPL",
    "... ": "the Python REPL",
}
_DIRECTIVE = re.compile(r"(\w+)(?:\s*([:：])\s*(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the words between language and title say. Times in seconds.

    What a block shows may be true `on` one kind of machine only, and is run on that alone.
    """

    root: bool = False
    running: bool = False
    vm: bool = False
    new: bool = False
    same: bool = False
    file: bool = False
    exact: bool = False
    timeout: float = DEFAULT_TIMEOUT
    exit: int | None = None
    kernel: SpecifierSet = ANY
    on: Where | None = None
    manner: Manner = PLAIN


def parse_words(fence: Fence) -> Settings:
    """The settings of a block that the harness runs.

    Raises Mistake for a word that it doesn't know, or a value that is no number.
    """
    appearance(fence)  # the site's words are checked here, too
    found: dict[str, Any] = {"manner": Manner.of(fence.words)}
    for word in fence.words:
        if is_appearance(word):
            continue
        if is_manner(word):
            _check_manner(word, fence)
            continue
        name, equals, value = word.partition("=")
        if word in FLAGS:
            found[word] = True
        elif kernel := _KERNEL.fullmatch(word):
            found["kernel"] = found.get("kernel", ANY) & SpecifierSet(kernel[1])
        elif equals and name == "timeout" and re.fullmatch(r"\d+(\.\d+)?", value):
            found["timeout"] = _seconds(fence, float(value))
        elif word in ("on=guest", "on=reader"):
            found["on"] = value
        elif equals and name == "exit" and re.fullmatch(r"\d{1,3}", value):
            found["exit"] = int(value)
        else:
            raise Mistake(fence.line, f"unknown word `{word}`: {_suggestion(word)}")
    if "new" in found and "same" in found:
        raise Mistake(fence.line, "`new` and `same` contradict each other: keep one")
    if "exit" in found and found["manner"].status:
        raise Mistake(fence.line, "`exit=` and `status` both say how commands end: keep one")
    if series := kernel_of(fence):
        found["kernel"] = found.get("kernel", ANY) & _of_series(series)
    return Settings(**found)


def _of_series(series: str) -> SpecifierSet:
    """The kernels of a series (``6.12`` is none of ``6.1``): a block that is named after one shows
    what no other has shown."""
    *before, last = map(int, series.split("."))
    after = ".".join(map(str, (*before, last + 1)))
    return SpecifierSet(f">={series},<{after}")


def is_manner(word: str) -> bool:
    """Tell words that say how a block of a terminal is typed (`zenn.console.Manner`)."""
    return word in MANNERS or word.startswith(('prompt="', 'more="'))


def _check_manner(word: str, fence: Fence) -> None:
    name, _, quoted = word.partition("=")
    if fence.kind != "console":
        why = "is for blocks of a terminal: write ```console, and prompts in it"
    elif quoted and quoted.count('"') != 2:
        why = (
            "is no quotation before the first colon, where the title begins; a question that ends "
            "in a colon is answered in brackets, in a block with the word `answers`"
        )
    elif quoted and not quoted.strip('"'):
        why = "is empty: write the prompt of a program, and the space after it"
    elif name == "prompt" and quoted[1:-1] in _TAKEN:
        why = f"is known already, as the prompt of {_TAKEN[quoted[1:-1]]}"
    else:
        return
    raise Mistake(fence.line, f"`{word}` {why}")


def version_of(release: str) -> Version:
    """6.12.48 of ``6.12.48+deb13-cloud-amd64``, as uname(2) has it."""
    found = re.match(r"\d+(?:\.\d+)*", release)
    return Version(found[0] if found else "0")


def _seconds(fence: Fence, seconds: float) -> float:
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise Mistake(fence.line, f"`timeout=`: more than 0 and at most {LONGEST_TIMEOUT} seconds")
    return seconds


def _suggestion(word: str) -> str:
    known = [*FLAGS, *VALUES, *MANNERS, *APPEARANCE]
    stem = re.split(r"[=<>]", word)[0]
    stems = {re.split(r"[=<>]", one)[0]: one for one in known}
    near = difflib.get_close_matches(stem, stems, n=1, cutoff=0.5)
    if near:
        return f"do you mean `{stems[near[0]]}`?"
    return "the words are " + ", ".join(f"`{one}`" for one in known)


def parse_comments(
    comments: Sequence[Comment],
) -> tuple[dict[str, str], tuple[Varying, ...]]:
    """The reasons that are given, by their word (`skip`: why a block is not run, `leaves`: why what
    it leaves behind stays), and the varying values that a block introduces.
    """
    reasons, varying = dict[str, str](), list[Varying]()
    for comment in comments:
        match directive(comment):
            case ("varies", text):
                varying += _varying(comment, text)
            case ("predict", _):
                pass  # of all the chapter: `harness.plan.prediction`
            case (name, text):
                if not text:
                    raise Mistake(comment.line, f"`{name}` without a reason: write `{name}: WHY`")
                reasons[name] = text
    return reasons, tuple(varying)


def directive(comment: Comment) -> tuple[str, str] | None:
    """``("skip", reason)``, ``("leaves", reason)`` or ``("varies", values)``; None for a comment
    that is just that.
    """
    found = _DIRECTIVE.fullmatch(comment.text.strip())
    if not found:
        first = comment.text.split()[:1]
        if first and first[0] in DIRECTIVES:
            raise Mistake(comment.line, f"`{first[0]}` without a colon: write `{first[0]}: …`")
        return None
    name, colon, text = found.groups(default="")
    if name in DIRECTIVES:
        return name, text.strip()
    near = difflib.get_close_matches(name, DIRECTIVES, n=1, cutoff=0.6)
    if colon and near:
        raise Mistake(comment.line, f"unknown comment `{name}:`: do you mean `{near[0]}:`?")
    return None


def _varying(comment: Comment, text: str) -> list[Varying]:
    found = []
    for part in re.split(r"[,、]\s*", text):
        words = part.split()
        if len(words) != 2:
            raise Mistake(
                comment.line,
                f"`varies: {text}`: write each value with what it is, as in `varies: 1234 pid`",
            )
        found.append(Varying(*words))
    return found
