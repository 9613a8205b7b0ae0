"""A way to call ``mips`` on the small policy and data of the tests of the commands."""

from __future__ import annotations

from tests.cli.conftest import data, mips, policy

__all__ = ["data", "mips", "policy"]
