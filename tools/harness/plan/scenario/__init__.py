"""Which blocks share one machine, and what is put and typed there?"""

from harness.plan.scenario.actions import Action, GoesOn, Interaction, Put, Scenario
from harness.plan.scenario.reader import by_reader
from harness.plan.scenario.sections import REPL_TERMINAL, Section, scenarios, sections

__all__ = [
    "REPL_TERMINAL",
    "Action",
    "GoesOn",
    "Interaction",
    "Put",
    "Scenario",
    "Section",
    "by_reader",
    "scenarios",
    "sections",
]
