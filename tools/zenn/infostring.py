"""The info string of a fence: ``language word word:title``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InfoString:
    """What stands after the backticks, taken apart."""

    language: str
    words: tuple[str, ...]
    title: str


def is_appearance(word: str) -> bool:
    """Tell words that change only how a block looks (`zenn.appearance`)."""
    return word == "linenos" or word.startswith("hl=")


def parse_info(info: str) -> InfoString:
    """Split at the first colon into words and title; the first word is the language.

    Zenn shows the language and the title and ignores the words between
    (zenn-markdown-html, md-renderer-fence).
    """
    head, _, title = info.partition(":")
    language, *words = head.split() or [""]
    return InfoString(language, tuple(words), title.strip())
