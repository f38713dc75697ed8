"""How the steps of a terminal follow one another: what has to end before the next, and where."""

from collections.abc import Sequence
from dataclasses import replace

from harness.plan.scenario.actions import Action, GoesOn, Interaction
from zenn.model import Mistake


def with_ends(actions: Sequence[Action]) -> list[Action]:
    """Say of each command whether it has to end before what its terminal is given next, and at
    which prompts it may.

    Raises Mistake where the text gives the status of a command that has not ended.
    """
    found: list[Action] = []
    following: dict[str, Interaction] = {}
    declared: dict[str, dict[str, None]] = {}
    for action in actions:
        if isinstance(action, Interaction):
            manner = action.settings.manner
            of_terminal = declared.setdefault(action.terminal, {})
            of_terminal.update(dict.fromkeys((*manner.prompts, *manner.more)))
    for action in reversed(actions):
        if isinstance(action, Interaction):
            after = following.get(action.terminal)
            following[action.terminal] = action
            goes_on = _goes_on(action, after)
            if goes_on and action.exchange.status:
                why = f"`[{action.exchange.status}]` is the status of what has not ended yet"
                raise Mistake(action.line, f"{why}: write it after what ends it, `^C` say")
            asked = after.exchange.prompt if after else None
            prompts = dict(declared[action.terminal])
            prompts |= {str(asked): None} if asked and asked.sign == "?" else {}
            action = replace(action, goes_on=goes_on, prompts=tuple(prompts))
        found.append(action)
    return found[::-1]


def _goes_on(action: Interaction, after: Interaction | None) -> GoesOn:
    if after and after.exchange.key:
        return "key"
    if after and not after.exchange.prompt:
        return "output"
    return "running" if not after and action.settings.running else None
