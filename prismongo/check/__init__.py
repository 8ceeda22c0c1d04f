"""Compares a database and the generated client with the schema. Above the service.

facts ──▶ findings ──▶ report: text, JSON        start: the check at the start of an application
"""

from prismongo.check.facts import Checked, check
from prismongo.check.findings import Finding, findings, is_well
from prismongo.check.report import as_dict, report_lines
from prismongo.check.start import at_start

__all__ = [
    "Checked",
    "Finding",
    "as_dict",
    "at_start",
    "check",
    "findings",
    "is_well",
    "report_lines",
]
