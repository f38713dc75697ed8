"""Where a shell's command ends that is written over several lines without `> ` before them."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

_MOST_LINES = 100  # of a command, without its here-documents: each makes it be parsed once more
_REDIRECTION = re.compile(rb"\d*<<(-?)\s*\Z")

_WORD = re.compile(rb"(?:[^\s;&|()<>'\"\\]|\\.|'[^']*'|\"[^\"]*\")+")


def continued(first: str, following: Sequence[str], is_prompt: Callable[[str], bool]) -> int:
    """How many of the lines that follow a command's first line are needed to complete it.

    0 where it is complete, and where nothing completes it before the next prompt; only within a
    here-document does a line that looks like a prompt belong to the command.
    """
    command, many = _bytes(first), 0  # instead of here-documents it reads nothing
    for _ in range(_MOST_LINES):
        root = _parser().parse(command).root_node
        while found := _here_document(root, command):
            body = following[many:]
            end = next((at for at, line in enumerate(body) if found.last.fullmatch(line)), None)
            if end is None:
                return 0
            many += end + 1
            command = command[: found.begin] + b" </dev/null " + command[found.end :]
            root = _parser().parse(command).root_node
        if not root.has_error:
            return many
        if many == len(following) or is_prompt(following[many]):
            return 0
        command += _bytes(following[many])
        many += 1
    return 0


class _HereDocument(NamedTuple):
    """The place of a redirection ``<<EOF`` in a command, and what the last of its lines is."""

    begin: int
    end: int
    last: re.Pattern[str]


def _here_document(root: Node, command: bytes) -> _HereDocument | None:
    """The first in a command."""
    inside = [root] if b"<<" in command else []
    while inside:
        node = inside.pop()
        inside += reversed(node.children)
        if node.type != "heredoc_start":
            continue
        if sign := _REDIRECTION.search(command, max(0, node.start_byte - 80), node.start_byte):
            word = _WORD.match(command, node.start_byte, node.end_byte)  # it may have a `;` there
            if word:
                name = re.sub(rb"[\\'\"]", b"", word[0]).decode("utf-8", "surrogatepass")
                last = re.compile(("\t*" if sign[1] else "") + re.escape(name))
                return _HereDocument(sign.start(), word.end(), last)
    return None


def _bytes(line: str) -> bytes:
    return f"{line}\n".encode("utf-8", "surrogatepass")


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))
