"""Whether a mutant says the same as the rules, for every clinician there can be."""

from __future__ import annotations

from mipsdsl.core import nodes as c


def equivalent(program: c.Program, mutant: c.Program, item: tuple[str, str]) -> bool | None:
    """Return whether ``item`` has the same value under both, whoever is asked about.

    Nothing when it cannot be decided, as always until a solver takes its place here: then the search
    of ``search.py`` has the word.
    """
    return None
