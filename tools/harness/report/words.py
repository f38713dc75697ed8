"""Reasons in English: one template for each code of a `Reason`."""

from harness.compare import Reason
from zenn.guard import visible

_IF_MEANT = ": if that is meant, write `exit={status}`"
_NOT_AS_SAID = ", not {wanted} as the block says"
_KEPT_ALIVE = (
    "; a namespace that has ended gives its number to the next one: keep it alive meanwhile, or "
    "begin a new machine (`new`)"
)
_NO_END = (
    "; if it goes on for ever, have it end (`-c 1`), or end it with a line `^C`, or let it go on "
    "with the word `running`; if it only takes long, write `timeout=SECONDS`"
)
_CHANGED = "{text} stood for {before} before, here for {now}"
_MERGED = "{one} and {other} differ in the text, but both are {run} in the run"

TEMPLATES = {
    "author": "{why}",
    "machine": "{why}",
    # What becomes of a block or of a scenario.
    "output-differs": "the output differs",
    "not-reached": "not reached, because of line {line}",
    "not-run": (
        "{program} has not run, though a command names it: nothing that runs it opened it, or "
        "nothing that was compiled from it was executed"
    ),
    "exit-unmet": "`exit={status}`, but no command of the block has ended with that status",
    "needs-own-kernel": (
        "`vm`: needs its own kernel, which takes QEMU; the `namespaces` machine runs on the host's"
    ),
    "needs-newer-kernel": "needs kernel {wanted} or newer, and this machine has {kernel}",
    "needs-older-kernel": "needs a kernel older than {wanted}, and this machine has {kernel}",
    "only-on-guest": "`on=guest`: not on the reader's machine",
    "only-on-reader": "`on=reader`: only on the reader's machine, where `--reader` plays it",
    "left": (
        "left behind for the section after it: {what}; clean up in the text, or say before a block "
        "of the section why it stays, `[//]: # (leaves: WHY)`"
    ),
    "leaves-nothing": "`leaves:`, but the section has left nothing behind: take the comment away",
    # What a comparison notes of a line.
    "value-changed": _CHANGED,
    "inode-changed": _CHANGED + _KEPT_ALIVE,
    "values-merged": _MERGED,
    "inodes-merged": _MERGED + _KEPT_ALIVE,
    "spaces-differ": (
        "only white space differs: at column {column} the text has {text}, the run {run} "
        "(␣ space, ⇥ TAB, ∅ nothing)"
    ),
    "typed": (
        "{typed} stands in what the author typed, and is compared as it stands: if {value} varies, "
        "write `[//]: # (varies: {value} {kind})` before the block"
    ),
    "wildcard-printed": (
        "the run has {sign} itself where the text's stands for anything: write the word `exact` in "
        "the block's info string if that is what the program prints, else another wildcard"
    ),
    "wildcard-typed": (
        "{sign} stands in what the author typed, too, and so for itself: where it is to stand for "
        "anything, write another wildcard (`<...>`, `…`)"
    ),
    "disordered": (
        "dates of one output keep their order, and equal readings of a clock stay equal"
    ),
    "predicted": (
        "the block predicts that {one} and {other} are not the same, but in the run they are"
    ),
    "too-costly": (
        "comparing this with the text takes more than {seconds} s of the processor: show less of "
        "the output, and fewer values in a line that vary"
    ),
    # Where a scenario can't go on.
    "moves-cursor": (
        "it moves the terminal's cursor or the like ({sequence}), so that nobody can tell what a "
        "reader sees: have it print plain lines, by `| cat` or an option of its"
    ),
    "too-much-output": "it printed more than {kib} KiB",
    "scenario-too-much-output": "the blocks that share a machine printed more than {kib} KiB",
    "scenario-too-long": "the blocks that share a machine took more than {minutes} min",
    "ended-before": "the terminal's shell has ended with status {status} before this line",
    "killed-before": "the terminal's shell was killed by {signal} before this line",
    "still-running": "the command before is running still",
    "prompt-at-shell": "`{sign} ` where a shell reads the terminal",
    "prompt-at-repl": ("`{sign} ` where the Python REPL reads the terminal: go on with `>>> `"),
    "prompt-at-more": "`{sign} ` where the shell waits for the rest of the command before",
    "prompt-at-program": "`{sign} ` where {program} reads the terminal, not a shell",
    "prompt-at-prompt": "`{sign} ` where {program} reads the terminal at its prompt `{at}`",
    "prompt-at-question": "`{sign} ` where {program} waits for an answer to `{at}`",
    "prompt-of-root": (
        "`# ` claims root (euid 0), but the euid is {euid}; where the line is output or a "
        "comment, show the command's output in a block of its own right after, ```text:{output}"
    ),
    "prompt-of-user": (
        "`$ ` claims a user that is not root, but root's shell of line {line} reads still: end it "
        "with `# exit`, or write `# `"
    ),
    "prompt-names": "the prompt claims {claimed}, but it is {found}",
    "timeout": "not at its end after {seconds} s" + _NO_END,
    "timeout-waiting": "not at its end after {seconds} s: {processes}" + _NO_END,
    "program-reads": (
        "{program} reads the terminal, and the text goes on as if a shell did: give it its input "
        "in lines that begin with `> `, or end it with `^D` or `^C`"
    ),
    "program-asks": (
        "{program} reads the terminal at `{at}`, and the text goes on as if a shell did: answer it "
        'in brackets, `{at}[…]`, with the word `answers`, or declare a prompt by `prompt="{at}"`'
    ),
    "other-prompt": "{program} reads the terminal at `{at}`, and the text has {wanted} there",
    "incomplete": (
        "the command is not complete: go on in lines that begin with `> `, or in all the lines "
        "that it takes as they are"
    ),
    "incomplete-there": "the command is not complete: go on in lines that begin with `{at}`",
    "complete-before": "the command is complete before line {line}, which is typed as a part of it",
    # How a step ended.
    "running-ended": "the word `running` says that it goes on, but it has ended",
    "ended-early": "it was to go on, but has ended with status {status}",
    "shell-ended": "the terminal's shell has ended with status {status}" + _IF_MEANT,
    "shell-ended-otherwise": "the terminal's shell has ended with status {status}" + _NOT_AS_SAID,
    "shell-killed": "the terminal's shell was killed by {signal}" + _IF_MEANT,
    "shell-killed-otherwise": "the terminal's shell was killed by {signal}" + _NOT_AS_SAID,
    "failed-silently": "it printed nothing and failed with status {status}" + _IF_MEANT,
    "failed-silently-otherwise": (
        "it printed nothing and failed with status {status}" + _NOT_AS_SAID
    ),
    "failed-elided": "all of its output is elided, and it failed with status {status}" + _IF_MEANT,
    "failed-elided-otherwise": (
        "all of its output is elided, and it failed with status {status}" + _NOT_AS_SAID
    ),
    "status-differs": "`[{claimed}]`, but it has ended with status {status}",
    "status-unsaid": (
        "it has ended with status {status}, and the block says the status of each command: if that "
        "is meant, write `[{status}]` after its output"
    ),
    "status-unknown": "`[{claimed}]`, but nothing has ended here with a status",
    "program-failed": "the program failed with status {status}" + _IF_MEANT,
    "program-failed-otherwise": "the program failed with status {status}" + _NOT_AS_SAID,
}


def words(reason: Reason) -> str:
    """One sentence, without a full stop, that does nothing to who shows it."""
    said = {name: visible(str(value)) for name, value in reason.arguments.items()}
    try:
        return TEMPLATES[reason.code].format(**said)
    except KeyError:  # of a record that no harness has written
        return visible(reason.code)
