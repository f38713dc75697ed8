"""What the front matter of a chapter says of its machine: ``machine:``, a mapping.

machine:
  on: reader                  # its blocks are run on the reader's machine alone
  whole: true                 # all of the page is played in one machine
  packages: [sqlite3, jq]     # of Debian, beside the book's
  user: alice                 # instead of the book's
  host: box
  files:                      # put in place before anything is typed, unseen
    /etc/motd: |
      Hello!
    data/prices.csv: --8<-- "prices.csv"
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import yaml

from zenn.book import Book, Guest, guest_problem
from zenn.includes import expand
from zenn.model import Document, Mistake
from zenn.parser import front_matter_node

KEY = "machine"


@dataclass(frozen=True, slots=True)
class Outfit:
    """The machines of a chapter: the Debian in them, and the files (path, text) that are there.

    `readers` if the chapter is run on the reader's machine alone, `whole` if all of it shares one.
    `line` is where it asks for packages, 0 if it doesn't.
    """

    guest: Guest
    files: tuple[tuple[str, str], ...] = ()
    readers: bool = False
    whole: bool = False
    line: int = 0


def read_outfit(document: Document, book: Book) -> Outfit:
    """The outfit of a chapter of the book. Raises Mistake for what can't be."""
    outfit = Outfit(book.guest)
    for key, value in _pairs(front_matter_node(document.text)):
        if key.value == KEY:
            for part, said in _mapping(key, value, "a mapping: lines `key: value`"):
                name = str(part.value)
                if name not in _PARTS:
                    near = difflib.get_close_matches(name, _PARTS, n=1)
                    hint = f"do you mean `{near[0]}`?" if near else f"it has {', '.join(_PARTS)}"
                    raise Mistake(_line(part), f"`{KEY}:` has no `{name}`: {hint}")
                outfit = _PARTS[name](outfit, part, said, book)
    return outfit


_Pairs = Sequence[tuple[yaml.Node, yaml.Node]]


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 2  # the fence is line 1


def _pairs(node: yaml.Node | None) -> _Pairs:
    return node.value if isinstance(node, yaml.MappingNode) else ()


def _mapping(key: yaml.Node, value: yaml.Node, wanted: str) -> _Pairs:
    if not isinstance(value, yaml.MappingNode):
        raise Mistake(_line(key), f"`{key.value}:` is to be {wanted}")
    return _pairs(value)


def _text(node: yaml.Node) -> str | None:
    """A string, written as one."""
    return str(node.value) if node.tag == "tag:yaml.org,2002:str" else None


def _on(outfit: Outfit, key: yaml.Node, value: yaml.Node, book: Book) -> Outfit:
    if value.value != "reader":
        raise Mistake(_line(key), "`on:` is to be reader, or not there")
    return replace(outfit, readers=True)


def _whole(outfit: Outfit, key: yaml.Node, value: yaml.Node, book: Book) -> Outfit:
    if value.tag != "tag:yaml.org,2002:bool":
        raise Mistake(_line(key), "`whole:` is to be true or false")
    return replace(outfit, whole=value.value.lower() in ("true", "yes", "on"))


def _named(outfit: Outfit, key: yaml.Node, value: yaml.Node, book: Book) -> Outfit:
    name = str(value.value)
    if why := guest_problem(key.value, name):
        raise Mistake(_line(key), why)
    guest = outfit.guest
    names = {"user": guest.user, "host": guest.host, key.value: name}
    return replace(outfit, guest=replace(guest, user=names["user"], host=names["host"]))


def _packages(outfit: Outfit, key: yaml.Node, value: yaml.Node, book: Book) -> Outfit:
    if not isinstance(value, yaml.SequenceNode):
        raise Mistake(_line(key), "`packages:` is to be a list: `packages: [sqlite3, jq]`")
    found = list(outfit.guest.packages)
    for item in value.value:
        if why := guest_problem("packages", str(item.value)):
            raise Mistake(_line(item), why)
        if item.value not in found:
            found.append(item.value)
    return replace(outfit, guest=replace(outfit.guest, packages=tuple(found)), line=_line(key))


def _files(outfit: Outfit, key: yaml.Node, value: yaml.Node, book: Book) -> Outfit:
    found = dict(outfit.files)
    for path, text in _mapping(key, value, "a mapping of paths to texts"):
        name, put = _text(path), _text(text)
        if not name or "\0" in name or name.endswith("/") or PurePosixPath(name).name == "..":
            raise Mistake(_line(path), f"`files:`: {path.value!r} is no path of a file")
        if put is None:
            raise Mistake(_line(path), f"`files:`: {name} has no text: write it after `{name}: |`")
        found[name] = expand(put, _line(text), book).whole
    return replace(outfit, files=tuple(found.items()))


_PARTS: Mapping[str, Callable[[Outfit, yaml.Node, yaml.Node, Book], Outfit]] = {
    "on": _on,
    "whole": _whole,
    "packages": _packages,
    "user": _named,
    "host": _named,
    "files": _files,
}
