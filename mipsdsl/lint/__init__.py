"""Findings about a policy that compiles: what a careful reviewer would remark."""

from mipsdsl.lint.run import lint

__all__ = ["lint"]
