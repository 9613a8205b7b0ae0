"""The flag that rewrites what golden cases expect; which random examples are tried."""

from __future__ import annotations

import pytest
from hypothesis import settings

# The same examples in each run, so that a change breaks what it breaks and nothing else does;
# `--hypothesis-profile search` tries others each time.
settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-golden``."""
    parser.addoption(
        "--update-golden", action="store_true", help="Write what the golden cases print now."
    )
