"""A language for the rules of Medicare's MIPS: policies are checked, run and explained.

>>> import mipsdsl
>>> mipsdsl.load("2017").year
2017
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mipsdsl.api import Explanation, Policy, Results, RowsRejected, load
    from mipsdsl.data.tables import DataError
    from mipsdsl.diagnostics.model import PolicyError
    from mipsdsl.library import NoSuchPolicy, years
    from mipsdsl.scoring import OutputError
    from mipsdsl.settings import SettingError

__all__ = [
    "DataError",
    "Explanation",
    "NoSuchPolicy",
    "OutputError",
    "Policy",
    "PolicyError",
    "Results",
    "RowsRejected",
    "SettingError",
    "load",
    "years",
]

_HOMES = {
    "DataError": "mipsdsl.data.tables",
    "NoSuchPolicy": "mipsdsl.library",
    "OutputError": "mipsdsl.scoring",
    "PolicyError": "mipsdsl.diagnostics.model",
    "SettingError": "mipsdsl.settings",
    "years": "mipsdsl.library",
}
"""Where a name comes from, if not from ``mipsdsl.api``: imported when it is first asked for."""


def __getattr__(name: str) -> object:
    """Import a name of ``__all__`` when it is used, so that ``import mipsdsl`` stays light."""
    if name not in __all__:
        raise AttributeError(f"module `mipsdsl` has no attribute `{name}`")
    return getattr(import_module(_HOMES.get(name, "mipsdsl.api")), name)
