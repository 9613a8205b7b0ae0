"""The trees of files that were read before: in memory, and as JSON in the user's cache.

A late year rests on the files of all years below it, and to read text takes ten times as long as to
read its tree. Only files without a mistake are kept.
"""

from __future__ import annotations

import gc
import hashlib
import sys
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import attrs

from mipsdsl import kept, resources
from mipsdsl.diagnostics import Report
from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.parser import parse

_TUPLE = -1
_KEPT = 1_000


def tree_of(source: Source, report: Report) -> n.File:
    """Return the tree of ``source`` as ``parse`` makes it; what it reports is reported each time."""
    tree, found = _tree(source)
    report.diagnostics.extend(found.diagnostics)
    return tree


@lru_cache(maxsize=512)
def _tree(source: Source) -> tuple[n.File, Report]:
    file = _file(source)
    known = kept.load(file, lambda data: _read(data, source))
    if known is not None:
        return known, Report()
    report = Report()
    tree = parse(source, report)
    if not report.diagnostics:
        kept.store(file, _written(tree), most=_KEPT)
    return tree, report


def _file(source: Source) -> Path | None:
    if kept.is_off():
        return None
    digest = hashlib.sha256(_version().encode() + source.text.encode())
    return kept.folder("trees") / f"{digest.hexdigest()}.json"


@cache
def _version() -> str:
    """Return what changes when the grammar, the nodes or Python do."""
    here = Path(__file__).parent
    parts = [sys.version]
    for path in [*sorted(here.rglob("*.py")), resources.grammar() / "mips.lark"]:
        known = path.stat()
        parts.append(f"{path} {known.st_size} {known.st_mtime_ns}")
    return "\n".join(parts)


# --- trees as JSON -----------------------------------------------------------------------------------
# A node is [number of its class, start, end, its fields …], and a tuple [-1, …].


def _written(value: object) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, n.Node):
        kind: Any = type(value)
        fields = [_written(getattr(value, name)) for name in _fields(kind)]
        return [_numbers()[kind], value.span.start, value.span.end, *fields]
    if isinstance(value, tuple):
        return [_TUPLE, *map(_written, value)]
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{type(value).__name__} is no part of a tree")


def _read(data: Any, source: Source) -> n.File:  # noqa: ANN401 - JSON
    makers = _makers()

    def made(part: Any) -> Any:  # noqa: ANN401 - JSON in, a node out
        if type(part) is not list:
            return part
        kind = part[0]
        if kind == _TUPLE:
            return tuple([made(each) for each in part[1:]])
        span = Span(source, part[1], part[2])
        return makers[kind](*[made(each) for each in part[3:]], span=span)

    collecting = gc.isenabled()
    gc.disable()
    try:
        tree = made(data)
    finally:
        if collecting:
            gc.enable()
    if not isinstance(tree, n.File):
        raise ValueError("this is no tree of a file")
    return tree


@cache
def _makers() -> tuple[Callable[..., Any], ...]:
    """Return the classes of nodes, in an order that stays."""
    return tuple(kind for _, kind in sorted(vars(n).items()) if _is_node(kind))


def _is_node(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, n.Node)


@cache
def _numbers() -> dict[object, int]:
    return {kind: number for number, kind in enumerate(_makers())}


@cache
def _fields(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - an attrs class
    return tuple(each.name for each in attrs.fields(kind) if each.name != "span")
