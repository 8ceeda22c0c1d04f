"""The validation rules of Prisma's mongodb connector, for a schema that has been resolved."""

from __future__ import annotations

from prismongo.schema.rules.mongodb import check_rules

__all__ = ["check_rules"]
