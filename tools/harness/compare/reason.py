"""Why something is not as the text says: a code with what it is about, to be worded elsewhere.

English words are in `harness.report.words`, a reader's in `pages.verified.words`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """A code (``output-differs``) and what its words name: values, numbers, names of programs.

    Two codes carry words of their own as ``why``: ``author`` an author's, ``machine`` what a
    machine or its agent said last.
    """

    code: str
    arguments: Mapping[str, str | int] = field(default_factory=dict)
