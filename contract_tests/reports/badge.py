"""A badge with the number of MUSTs that passed, that failed, and that were not tested."""

from __future__ import annotations

from contract_tests.http import editions
from contract_tests.reports.events import Record
from contract_tests.reports.summary import sums
from contract_tests.requirements.verdicts import NOT_TESTED, PASSED

WIDE = 7  # pixels of a letter, roughly


def badge(record: Record) -> str:
    must, _ = sums(record)
    title, text = editions.titled("assistants contract", record.edition), f"{must.level} {must}"
    color = {PASSED: "#2e7d32", NOT_TESTED: "#9a6700"}.get(record.footer["exit"], "#c0392b")
    left, right = (len(each) * WIDE + 12 for each in (title, text))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{title}: {text}"><title>{title}: {text}</title>'
        f'<rect width="{left}" height="20" fill="#444"/><rect x="{left}" width="{right}" height="20" fill="{color}"/>'
        f'<g fill="#fff" font-family="Verdana,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2}" y="14">{title}</text><text x="{left + right / 2}" y="14">{text}</text></g></svg>\n'
    )
