"""Strict JSON: no NaN, and no number beyond a double."""

import json
import math
from typing import NoReturn


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(digits)
    return number


DECODER = json.JSONDecoder(parse_constant=refuse_constant, parse_float=finite)
