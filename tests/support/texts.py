"""Any text at all: lines of what Markdown has a meaning for, in whatever order."""

from collections.abc import Sequence

from hypothesis import strategies as st

COMMONMARK = [
    "```", "````", "~~~", "```c:a.c", "    ", "  ", "\t", "> ", ">", "- ", "1. ", "* ", "# ", "##",
    "a", "あ", "「", "*", "**", "_", "`", "``", "|", "|--|", "[a]", "(b)", "[a]: b", "![", "](",
    ")", "]", "<", "<b>", "<br>", "<!--", "-->", "&amp;", "&#49;", "\\", "\\|", "https://a.example",
    "~~", "---", "===", "+", "\r", "\x08", "\x0b", "\u2028",
]  # fmt: skip
ZENN = [
    ":::", "::::", ":::message", ":::message alert", ":::details T", "@[card]", "$", "$$", "[^1]",
    "[^1]: ", "^[", "[//]: # (a)", " =250x)", "- [ ] ", "- [x] ", '--8<-- "x"', "\x02", "\x03",
    "https://a.example\n", "*a*", "&#2;", "wzxhzdk:0", "==", "{#a}", "](02-b)", "[`b`](02-b#c)",
]  # fmt: skip


def texts(pieces: Sequence[str]) -> st.SearchStrategy[str]:
    line = st.lists(st.sampled_from(pieces), max_size=6).map("".join)
    return st.lists(line | st.just(""), max_size=14).map("\n".join)
