"""What does a console block say: what is typed, at which prompts, and what is shown for it?"""

from zenn.console.exchanges import Exchange, exchanges
from zenn.console.rows import PLAIN, Manner, Prompt, Row, begins_typed, commands, rows

__all__ = [
    "PLAIN",
    "Exchange",
    "Manner",
    "Prompt",
    "Row",
    "begins_typed",
    "commands",
    "exchanges",
    "rows",
]
