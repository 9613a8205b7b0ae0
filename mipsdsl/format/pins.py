"""What is pinned to another year, as documents."""

from __future__ import annotations

from collections.abc import Sequence

from wadler_lindig import AbstractDoc

from mipsdsl.format.layout import LINE, Layout, concat, filled, indented, lines, text
from mipsdsl.syntax import nodes as n


def pin(node: n.PinChanges | n.PinSame, layout: Layout) -> AbstractDoc:
    """Lay out a pin: a line for each kind of change, the names filled."""
    if isinstance(node, n.PinSame):
        head = f"pin same as {node.year.text} for"
        return concat(head, layout.group(node, indented(LINE, _listed(_names(node.paths)))))
    parts = [_line(one.kind, _names(one.paths), one, layout) for one in node.changes]
    if node.renames:
        shown = [f"{one.path.text} to {one.name.text}" for one in node.renames]
        whole = node.renames[0].span.to(node.renames[-1].span)
        parts.append(layout.group(whole, "renamed", indented(LINE, _listed(shown), by=8)))
    if node.nothing_else:
        parts.append(text("nothing else"))
    return concat(f"pin changes from {node.year.text}", indented(lines(parts)))


def require(node: n.Require) -> AbstractDoc:
    """Lay out what the examples of a policy have to notice."""
    return text(f"require mutants killed at least {node.least.text}%")


def _line(word: str, names: Sequence[str], node: n.Pinned, layout: Layout) -> AbstractDoc:
    return layout.group(node, word, indented(LINE, _listed(names), by=8))


def _names(paths: Sequence[n.Path]) -> list[str]:
    return [path.text for path in paths]


def _listed(names: Sequence[str]) -> AbstractDoc:
    return filled([text(f"{name},") for name in names[:-1]] + [text(names[-1])])
