"""What a text claims of a step: who reads the terminal before it, and how it has ended."""

import re
from pathlib import PurePosixPath
from typing import Any

from harness.compare import Expectation, Reason
from harness.machine.lifeline import signal_name
from harness.plan.scenario import Interaction
from harness.run.terminal import BrokenError, Terminal
from zenn.console import Prompt

_LONGEST_PROMPT = 80  # characters of one that are told
_READ_BY = {">>>": ("repl",), ">": ("prompt",), "?": ("prompt", "question")}  # else by a shell

# Colours; the cursor's looks, keys and paste; a window's title; ASCII: console_codes(4).
_HARMLESS = re.compile(
    r"\x1b(?:\[[\d;:]*m|\[\?(?:1|12|25|2004)[hl]|[=>]|\(B|\][012];[^\x07\x1b\n]*\x07)"
)
_ERASED = re.compile(r"\x1b\[0?K")  # to the line's end, which is where the cursor is mostly
_CONTROL = re.compile(r"\x1b(?:[\[\]][0-?]{,20}[ -/]*.?|.|$)|\x9b.?", re.DOTALL)


def check_prompt(prompt: Prompt, written: str, terminal: Terminal, output: str) -> None:
    """Raises BrokenError where the terminal's prompt would not be the one of the text.

    `written` is that of the text with the run's values, `output` the title of blocks that show
    output which looks like a prompt.
    """
    if terminal.state == "closed":
        how, named = _end(terminal.status)
        raise BrokenError(Reason(f"{how}-before", named))
    if terminal.state == "running":
        raise BrokenError(Reason("still-running"))
    of_program = prompt.sign in (">", "?")
    fits = terminal.state in _READ_BY.get(prompt.sign, ("shell",))
    if not fits or (of_program and terminal.at != written):
        sign = written.rstrip() if of_program else prompt.sign
        named = {"sign": sign, "program": terminal.reader, "at": terminal.at or ""}
        raise BrokenError(Reason(f"prompt-at-{terminal.state}", named))
    if prompt.sign == "#" and terminal.uid != 0:
        where = {"euid": f"{terminal.uid}", "output": output}
        raise BrokenError(Reason("prompt-of-root", where))
    if prompt.sign == "$" and terminal.uid == 0:
        raise BrokenError(Reason("prompt-of-user", {"line": terminal.since}))
    if prompt.directory:
        _check_names(prompt, terminal.prompt())


def _check_names(prompt: Prompt, found: dict[str, Any]) -> None:
    directory = prompt.directory or ""
    if directory == "~" or directory.startswith("~/"):
        directory = found["homes"].get(found["user"], "~") + directory[1:]
    elif not directory.startswith("/") and directory == PurePosixPath(found["cwd"]).name:
        directory = found["cwd"]
    claims = (prompt.user or found["user"], prompt.host or found["host"], directory)
    if claims != (found["user"], found["host"], found["cwd"]):
        claimed = str(prompt).strip() if prompt.written else str(prompt)[:-2]
        truth = f"{found['user']}@{found['host']}:{found['cwd']}"
        raise BrokenError(Reason("prompt-names", {"claimed": claimed, "found": truth}))


def moved(output: str) -> Reason | None:
    """That an output does more to a terminal than to show lines, so that nobody can tell what is
    seen of it: moves the cursor, erases, goes elsewhere. Colours and modes do no harm."""
    lines = (line.partition("\r") for line in _HARMLESS.sub("", output).split("\n"))
    rest = "\n".join(_ERASED.sub("", line) + after for line, _, after in lines)
    found = _CONTROL.search(rest)
    if not found:
        return None
    signs = (sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in found[0][1:])
    return Reason("moves-cursor", {"sequence": " ".join(("ESC", *signs))})


def fault_of(action: Interaction, terminal: Terminal, output: str) -> Reason | None:
    """What is wrong with how a step ended, whatever it showed.

    A status that isn't zero, and that the block doesn't say, is a fault where nothing that the text
    shows could tell of it: nothing was printed, all of it is elided, or a program stands by itself
    with its result, and no reader sees a `$?`.

    Raises BrokenError where it has not ended, and should have.
    """
    ended = terminal.state in ("shell", "repl", "prompt", "question", "closed")
    if action.goes_on == "running" and ended:
        return Reason("running-ended")
    if action.goes_on and not ended:
        return None
    if terminal.state == "running":
        raise BrokenError(_timeout(action, terminal))
    if terminal.state == "program":
        named = {"program": terminal.reader, "at": output.rpartition("\n")[2][-_LONGEST_PROMPT:]}
        if named["at"] and action.prompts:
            wanted = ", ".join(f"`{one}`" for one in action.prompts)
            raise BrokenError(Reason("other-prompt", {**named, "wanted": wanted}))
        raise BrokenError(Reason("program-asks" if named["at"] else "program-reads", named))
    if terminal.state == "more":
        raise BrokenError(Reason("incomplete"))
    manner = action.settings.manner
    if terminal.state == "prompt" and terminal.at in manner.more:
        raise BrokenError(Reason("incomplete-there", {"at": terminal.at}))
    status = None if runs_nothing(action) else as_shell(terminal.status)
    if manner.status:
        return _fault_of_status(status, action.exchange.status or 0)
    return _fault_of_failure(action, terminal, output, status)


def _fault_of_status(status: int | None, claimed: int) -> Reason | None:
    """What is wrong with a status where the text gives that of each command."""
    if claimed == (status or 0):
        return None
    code = "status-unknown" if status is None else "status-differs" if claimed else "status-unsaid"
    return Reason(code, {"status": status or 0, "claimed": claimed})


def _fault_of_failure(
    action: Interaction, terminal: Terminal, output: str, status: int | None
) -> Reason | None:
    """What is wrong with a status that isn't zero, where nothing says so."""
    wanted = action.settings.exit
    if action.exchange.key or not status or status == wanted:
        return None
    if terminal.state == "closed" and action.exchange.prompt:
        how, named = _end(terminal.status)
        code = f"shell-{how}"
    elif terminal.state != "shell":
        return None
    elif action.exchange.prompt and not output.strip():
        code, named = "failed-silently", {}
    elif Expectation(action.exchange.output, action.settings.exact).says_nothing:
        code, named = "failed-elided", {}
    elif action.block.kind in ("program", "result"):
        code, named = "program-failed", {}
    else:
        return None
    if wanted is None:
        return Reason(code, {"status": status, **named})
    return Reason(f"{code}-otherwise", {"status": status, **named, "wanted": wanted})


def runs_nothing(action: Interaction) -> bool:
    """Whether only a comment or nothing is typed, so that `$?` is still the command's before."""
    prompt, lines = action.exchange.prompt, action.exchange.lines
    of_shell = prompt is not None and prompt.sign not in (">", "?")
    return of_shell and all(re.match(r"\s*(?:#|$)", line) for line in lines)


def _timeout(action: Interaction, terminal: Terminal) -> Reason:
    """That a step has not ended, and in what its processes wait."""
    named = {"seconds": f"{action.settings.timeout:g}"}
    busy = terminal.processes()
    if not busy:
        return Reason("timeout", named)
    processes = "; ".join(
        f"{one['command'][:60]} (pid {one['pid']}, {one['waits']})" for one in busy[:5]
    )
    return Reason("timeout-waiting", {**named, "processes": processes})


def _end(status: int | None) -> tuple[str, dict[str, str | int]]:
    """How a terminal's first shell has ended: a part of a code, and what goes with it."""
    if status is not None and status < 0:
        return "killed", {"signal": signal_name(-status)}
    return "ended", {"status": str(status)}


def as_shell(status: int | None) -> int | None:
    """An exit status as a shell would give it: 128 and the signal for a process that was killed."""
    return 128 - status if status is not None and status < 0 else status
