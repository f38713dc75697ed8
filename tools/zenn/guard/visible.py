"""The one place where a string is made harmless before it reaches a terminal, a log, XML or JSON.

A terminal obeys control characters (OSC 52 writes the clipboard); a CI system obeys lines of its
log; bidirectional controls and characters without width make a text read otherwise than it is
(https://trojansource.codes); and a lone surrogate, which Python has for a byte that isn't UTF-8,
can't be written at all. All of them become what a programmer reads: ``\\x1b``, ``\\u202e``.
"""

import json
import re

_FORMAT = (  # of Unicode's category Cf, those that nobody sees and no script needs within a word
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
HIDDEN = re.compile(f"[{_FORMAT}]")
"""What stands in a text, and no reader sees."""

_UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_FORMAT}]")
# The runner of GitHub's takes the first anywhere at a line's start after space, the second anywhere
# in a line (actions/runner, ActionCommand.cs); Azure's and TeamCity's are of the second form.
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)|#(?=#[a-z]*\[)", re.MULTILINE)


def visible(text: str) -> str:
    """A text as one line that only shows something, whoever reads it."""
    return _defused(_UNSAFE.sub(_escape, text).replace("\n", "\\n"))


def visible_lines(text: str) -> str:
    """The same, but what has several lines keeps them."""
    return _defused(_UNSAFE.sub(_escape, text))


def json_safe(text: str) -> str:
    """A text of JSON, in which all such characters stand in strings, as JSON escapes them."""
    return _UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _defused(text: str) -> str:
    return _COMMAND.sub(lambda found: f"{found[1] or ''}\\x{ord(found[0][-1]):02x}", text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte, as os.fsdecode() has it
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
