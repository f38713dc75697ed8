"""The lines of a console block as exchanges: something typed, and what is shown for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from zenn.console.rows import PLAIN, Manner, Prompt, Row, rows


@dataclass(frozen=True, slots=True)
class Exchange:
    """One thing typed, and the output that follows it.

    `lines` are the lines of a command, or one that answers a question; `key` is the letter of a
    control character; with neither, the exchange is output alone: what a command of an earlier
    block shows later. `line` is the chapter's line of the first of them, `output_line` that of the
    first line of output. `airy` says that the output's last line is blank and right before the next
    prompt: it may be there for the reader's eyes alone. `bare` says that a shell's command goes on
    in lines without a prompt of their own. `status` is the one that the text says it ends with,
    None where the block says none.
    """

    line: int
    prompt: Prompt | None
    lines: tuple[str, ...]
    key: str | None
    output: tuple[str, ...]
    output_line: int
    airy: bool = False
    bare: bool = False
    status: int | None = None

    @property
    def text(self) -> str:
        return f"^{self.key}" if self.key else "\n".join(self.lines)


def exchanges(text: str, first_line: int, manner: Manner = PLAIN) -> tuple[Exchange, ...]:
    """The exchanges of a console block whose first line is line `first_line` of its chapter."""
    made: list[Exchange] = []
    found = rows(text, manner)
    start = 0
    while start < len(found):
        first, after = found[start], start + (found[start].kind in ("command", "key"))
        if first.kind == "command":
            after = _end(found, after, "more")
        typed = found[start:after] if first.kind == "command" else ()
        key = first.text[1] if first.kind == "key" else None
        end = _end(found, after, "output")
        output = tuple(row.text for row in found[after:end])
        before_prompt = end < len(found) and found[end].kind == "command"
        airy = output[-1:] == ("",) and before_prompt and not found[end].closing
        status = 0 if manner.status else None
        if end < len(found) and found[end].kind == "status":
            status, end = int(found[end].text[1:-1]), end + 1
            end += end + 1 < len(found) and found[end].is_blank and found[end + 1].kind == "command"
        if first.kind != "output" or not airy or any(output):  # what the block begins with
            made.append(
                Exchange(
                    line=first_line + start,
                    prompt=first.prompt,
                    lines=tuple(row.text for row in typed),
                    key=key,
                    output=output,
                    output_line=first_line + after,
                    airy=airy,
                    bare=any(row.kind == "more" and not row.shown for row in typed),
                    status=status,
                )
            )
        start = end
    return tuple(made)


def _end(found: Sequence[Row], start: int, kind: str) -> int:
    """Where from `start` on the rows of this kind end."""
    return next((i for i in range(start, len(found)) if found[i].kind != kind), len(found))
