"""Is all well between schema.prisma, the generated client and a live database? Beside the service.

facts ──▶ findings ──▶ text, JSON        start: the part of it that a start can afford
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
