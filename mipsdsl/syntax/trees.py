"""The trees of files that were read before: in memory, and as JSON in the user's cache.

A late year rests on the files of all years below it, and to read text takes ten times as long as to
read its tree. Only files without a mistake are kept.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from mipsdsl import kept
from mipsdsl.diagnostics import Report
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.data import from_data, to_data

_KEPT = 1_000
_HERE = Path(__file__).parent


def tree_of(source: Source, report: Report) -> n.File:
    """Return the tree of ``source`` as ``parse`` makes it; what it reports is reported each time."""
    tree, found = _tree(source)
    report.diagnostics.extend(found.diagnostics)
    return tree


@lru_cache(maxsize=512)
def _tree(source: Source) -> tuple[n.File, Report]:
    file = kept.file_of("trees", (kept.version(_HERE), source.text))
    known = kept.load(file, lambda data: _read(data, source))
    if known is not None:
        return known, Report()
    from mipsdsl.syntax.parser import parse  # with Lark, which what is kept does not need

    report = Report()
    tree = parse(source, report)
    if not report.diagnostics:
        kept.store(file, to_data(tree, (source,)), most=_KEPT)
    return tree, report


def _read(data: Any, source: Source) -> n.File:  # noqa: ANN401 - JSON
    tree = from_data(data, (source,))
    if not isinstance(tree, n.File):
        raise TypeError("this is no tree of a file")
    return tree
