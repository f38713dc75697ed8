"""A scenario as a plan: what is put into its machine, and what is typed there."""

import re
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Literal

from packaging.specifiers import SpecifierSet

from harness.plan.chapter import Block
from harness.plan.outfit import Outfit
from harness.plan.runs import Runs
from harness.plan.settings import Settings
from zenn.console import Exchange

# A place of user space, as printf's %p and /proc/PID/maps have it; what reads or sets the choice.
_ADDRESSES = re.compile(
    r"\b(?:0x)?(?:7f|5[56])[0-9a-f]{10}\b|randomize_va_space|personality|setarch"
)


@dataclass(frozen=True, slots=True)
class Put:
    """A file that appears in the machine; one that is `given` is there from its beginning."""

    block: Block
    path: str
    text: str
    mode: int = 0o644
    given: bool = False

    @property
    def line(self) -> int:
        return self.block.line


GoesOn = Literal["key", "output", "running"] | None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One thing to be typed into a terminal, and what the text shows after it.

    `goes_on` says why the command may be running still when the terminal's next one comes: a key
    is typed then, more output is shown then, or the author said `running`. None: it has to end.
    `prompts` are those of programs at which it may end: that its terminal's blocks declare, and the
    question that is answered next. `apart` is the block that shows its output where its own does
    not.
    """

    block: Block
    terminal: str
    exchange: Exchange
    user: str
    settings: Settings
    goes_on: GoesOn = None
    prompts: tuple[str, ...] = ()
    apart: Block | None = None

    @property
    def line(self) -> int:
        return self.exchange.line


Action = Put | Interaction


@dataclass(frozen=True, slots=True)
class Scenario:
    """Blocks that share a machine, made for them and destroyed after them.

    `outfit` says what machine; `output` titles the blocks that show output and nothing else. What
    it leaves behind is an error if its book `forbids_leftovers`.
    """

    chapter: Path
    title: str
    outfit: Outfit
    blocks: tuple[Block, ...]
    actions: tuple[Action, ...]
    output: str
    forbids_leftovers: bool
    runs: Runs = field(compare=False)  # follows from the others

    @property
    def line(self) -> int:
        return self.blocks[0].line

    @property
    def user(self) -> str:
        """The ordinary user there, who owns the files."""
        return self.outfit.guest.user

    @property
    def end(self) -> int:
        return self.blocks[-1].fence.end

    @property
    def name(self) -> str:
        return f"{self.chapter}:{self.line}"

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        return tuple(action for action in self.actions if isinstance(action, Interaction))

    @property
    def needs_vm(self) -> bool:
        return any(block.settings.vm for block in self.blocks)

    @property
    def leaves(self) -> tuple[tuple[int, str], ...]:
        """What the author says that it leaves behind: the lines of the blocks, and why."""
        return tuple((block.line, block.leaves) for block in self.blocks if block.leaves)

    @property
    def shows_addresses(self) -> bool:
        """Whether it looks at where things lie in memory, or at whether that is random."""
        fences = (block.fence for block in self.blocks)
        return any(_ADDRESSES.search(text) for one in fences for text in (one.text, one.whole))

    @property
    def kernel(self) -> SpecifierSet:
        """The kernels that all its blocks can run on."""
        return reduce(and_, (block.settings.kernel for block in self.blocks))
