"""What Prisma's mongodb connector asks of a schema whose every name and attribute is read."""

from __future__ import annotations

from prismongo.schema.rules.mongodb import check_rules

__all__ = ["check_rules"]
