"""The tour: steps that test every requirement, in modules by area. A step sends calls; the oracle judges them.

A module of an area (`auth`) may have others beside it (`auth_near`).
"""

from importlib import import_module
from pkgutil import iter_modules

from contract_tests.generators.scenario import Scenario
from contract_tests.generators.steps import Step, steps_of

MODULES = [import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__)]
STEPS: list[Step] = [step for module in MODULES for step in steps_of(module)]


def scenario() -> Scenario:
    """The steps of a full run."""
    return Scenario(tuple(STEPS), limiter=True)
