"""How a reader would type a scenario, in a machine like theirs."""

from dataclasses import replace

from harness.plan.scenario.actions import Action, Put, Scenario
from zenn.console import Prompt

PATIENCE = 3  # times the time that a step may take: that machine has more to do than the step
PROGRAMS = "プログラム"  # the terminal in which a reader runs the programs that have a result


def by_reader(scenario: Scenario) -> Scenario:
    """The scenario as a reader would play it (see `Interaction` and `PATIENCE`)."""
    return replace(
        scenario, actions=tuple(_typed(action, scenario.user) for action in scenario.actions)
    )


def _typed(action: Action, user: str) -> Action:
    """A program that is run by itself is typed into a terminal, with sudo where root runs it."""
    if isinstance(action, Put):
        return action
    patient = replace(action.settings, timeout=PATIENCE * action.settings.timeout)
    action = replace(action, settings=patient)
    if action.block.kind == "console":
        return action
    exchange = action.exchange
    if action.user == "root" and action.block.kind == "result":  # but not what compiles it
        lines = tuple(f"sudo {line}" for line in exchange.lines)
        exchange = replace(exchange, lines=lines)
    exchange = replace(exchange, prompt=Prompt("$"))
    return replace(action, terminal=PROGRAMS, user=user, exchange=exchange)
