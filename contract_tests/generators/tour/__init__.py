"""The tour: steps that test every requirement, one module for each area. A step sends calls; the oracle judges them."""

from contract_tests.generators.steps import Step, steps_of
from contract_tests.generators.tour import auth, create, delete, errors, ignored, lists, modify, org, parallel

AREAS = (auth, create, delete, errors, ignored, lists, modify, org, parallel)
STEPS: list[Step] = [step for area in AREAS for step in steps_of(area)]
