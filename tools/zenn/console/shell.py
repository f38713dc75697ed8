"""Where a shell's command ends that is written over several lines without `> ` before them."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

_MOST_LINES = 100  # of a command, without its here-documents: each makes it be parsed once more


def continued(first: str, following: Sequence[str], is_prompt: Callable[[str], bool]) -> int:
    """How many of the lines that follow a command's first line are needed to complete it.

    0 where it is complete, and where nothing completes it before the next prompt; only within a
    here-document does a line that looks like a prompt belong to the command.
    """
    command, many = first, 0  # of here-documents their last lines alone
    for _ in range(_MOST_LINES):
        tree = _parser().parse(_bytes(command))
        if ends := list(_here_documents(tree.root_node, command)):
            body = following[many:]
            end = next((at for at, line in enumerate(body) if ends[0].fullmatch(line)), None)
            if end is None:
                return 0
            many += end
        elif not tree.root_node.has_error:
            return many
        elif many == len(following) or is_prompt(following[many]):
            return 0
        command += f"\n{following[many]}"
        many += 1
    return 0


def _here_documents(root: Node, command: str) -> Iterator[re.Pattern[str]]:
    """The last lines of those that the command's last line begins."""
    inside = [root]
    while inside:
        node = inside.pop()
        inside += reversed(node.children)
        if node.type == "heredoc_start" and node.start_point.row == command.count("\n"):
            before = _bytes(command)[: node.start_byte].rstrip()
            name = re.sub(rb"[\\'\"]", b"", node.text or b"").decode("utf-8", "surrogatepass")
            yield re.compile(("\t*" if before.endswith(b"<<-") else "") + re.escape(name))


def _bytes(command: str) -> bytes:
    return f"{command}\n".encode("utf-8", "surrogatepass")


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))
