"""The tour: every requirement put to the test by a script of calls. The oracle judges; the steps only ask."""

from contract_tests.generators.session import STEPS
from contract_tests.generators.tour import auth, create, delete, errors, ignored, lists, modify, org, parallel

__all__ = ["STEPS", "auth", "create", "delete", "errors", "ignored", "lists", "modify", "org", "parallel"]
