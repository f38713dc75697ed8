"""Which of Zenn's chapters does a chapter become? One, or several where it is too long for one."""

from zenn.parts.compose import LONGEST_TITLE, Part, divided, title_length, without_machine

__all__ = ["LONGEST_TITLE", "Part", "divided", "title_length", "without_machine"]
