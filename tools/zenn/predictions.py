"""Predict first: choices in a list, and right after it, folded, the block that decides.

    - 同じ
    - 違う

    :::details 答え
    [//]: # (predict: 違う 2 4)

    ```console
    …

The comment names places of the block: a line, or a word of it (``2:1``), both counted from 1. Of
two places the answer is whether they are the same, of one which choice quotes what stands there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from zenn.model import Comment, Document, Fence, Mistake, line_of
from zenn.syntax.blocks import details_title, inline_text

ANSWER = "答え"
SAME, UNLIKE = "同じ", "違う"
_PREDICT = re.compile(r"\s*predict\s*[:：]\s*(.*)", re.DOTALL)
_SAID = re.compile(rf"(?:({SAME}|{UNLIKE})\s+(\S+)\s+(\S+)|(\S+))\s*")
_PLACE = re.compile(r"([1-9][0-9]{0,4})(?::([1-9][0-9]{0,3}))?")


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of a block: `text` stands at `start` of its line `number` (from 0)."""

    number: int
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """`line` is that of the comment, `folded` that of the details it stands in; `answer` counts
    the choices from 0. `same` says whether two places are, None where there is one."""

    line: int
    folded: int
    fence: Fence
    choices: tuple[str, ...]
    answer: int
    places: tuple[Place, ...]
    same: bool | None


def predicted(comment: Comment) -> str | None:
    """What a comment says of a prediction, None if it says nothing of any."""
    found = _PREDICT.fullmatch(comment.text)
    return found[1].strip() if found else None


def predictions(document: Document) -> tuple[Prediction, ...]:
    """All of a chapter. Raises Mistake where the answer is not what stands at the places."""
    return tuple(
        _prediction(document, fence, comment, said)
        for fence in document.fences
        for comment in fence.comments
        if (said := predicted(comment)) is not None
    )


def _prediction(document: Document, fence: Fence, comment: Comment, said: str) -> Prediction:
    found = _SAID.fullmatch(said)
    if not found:
        why = (
            f"`predict: {said}`: write `predict: {UNLIKE} 2 4`, lines of the block, or `predict: 2`"
        )
        raise Mistake(comment.line, why)
    folded, items = _around(document, fence, comment)
    written = [found[4]] if found[4] else [found[2], found[3]]
    places = tuple(_place(fence, one, comment) for one in written)
    choices = tuple(inline_text(item) for item in items)
    same = None
    if found[1]:
        same = places[0].text == places[1].text
        if same is not (found[1] == SAME):
            are = "the same" if same else "not the same"
            texts = " and ".join(f"`{place.text}`" for place in places)
            raise Mistake(comment.line, f"`predict: {said}`: {texts} are {are}")
        right = [at for at, choice in enumerate(choices) if choice.startswith(found[1])]
        wanted = f"begins with {found[1]}"
    else:
        quoted = [{c.content for c in i.children or [] if c.type == "code_inline"} for i in items]
        right = [at for at, codes in enumerate(quoted) if places[0].text in codes]
        wanted = f"quotes `{places[0].text}`"
    if len(right) != 1 or len(choices) < 2:
        many = "no choice" if not right else "not one choice alone"
        why = f"`predict: {said}`: of the list before, {many} {wanted}"
        raise Mistake(comment.line, why if len(choices) > 1 else f"{why}; it has one choice")
    return Prediction(comment.line, folded, fence, choices, right[0], places, same)


def _around(document: Document, fence: Fence, comment: Comment) -> tuple[int, list[Token]]:
    """The line of the details that hold the block, and the items of the list right before."""
    tokens = document.tokens
    for at, token in enumerate(tokens):
        if token.type != "container_details_open" or not token.map:
            continue
        if not token.map[0] < fence.line <= token.map[1] or details_title(token.info) != ANSWER:
            continue
        if at == 0 or tokens[at - 1].type != "bullet_list_close":
            break
        return line_of(token), list(_items(tokens[:at]))[::-1]
    why = f"`predict`: its block stands in `:::details {ANSWER}`, right after a list of the choices"
    raise Mistake(comment.line, why)


def _items(tokens: tuple[Token, ...]) -> Iterator[Token]:
    """The lines of the list that ends here, from its last."""
    depth = 0
    for token in reversed(tokens):
        depth += {"bullet_list_close": 1, "bullet_list_open": -1}.get(token.type, 0)
        if depth == 0:
            return
        if token.type == "inline" and depth == 1:
            yield token


def _place(fence: Fence, written: str, comment: Comment) -> Place:
    found = _PLACE.fullmatch(written)
    lines = fence.text.split("\n")[:-1]
    if not found or int(found[1]) > len(lines):
        why = f"`predict`: {written} is no line of the block, which has {len(lines)}; words are 2:1"
        raise Mistake(comment.line, why)
    number = int(found[1]) - 1
    words = list(re.finditer(r"\S+", lines[number]))
    if found[2] is None and words:
        start = words[0].start()
        return Place(number, start, lines[number][start : words[-1].end()])
    if not words or int(found[2]) > len(words):
        raise Mistake(comment.line, f"`predict`: line {found[1]} has {len(words)} words")
    word = words[int(found[2]) - 1]
    return Place(number, word.start(), word[0])
