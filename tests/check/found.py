"""What `check` has found, by its subject."""

from __future__ import annotations

from prismongo.check import Checked, Finding, findings
from prismongo.check.findings import Subject


def finding(checked: Checked, subject: Subject) -> Finding:
    return next(each for each in findings(checked) if each.subject == subject)
