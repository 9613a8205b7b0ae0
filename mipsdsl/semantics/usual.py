"""What a policy says is usual, as cells of data: what a person of whom nothing is known is taken for."""

from __future__ import annotations

from collections.abc import Iterable

from mipsdsl.semantics.symbols import Symbols
from mipsdsl.syntax import nodes as n


def usual(symbols: Symbols) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return the usual values of each record, by field, as a file of data would have them."""
    found: dict[str, dict[str, str]] = {}
    for node in _usuals(symbols):
        values = found.setdefault(node.record.text, {})
        for assign in node.values:
            text = cell(assign.value)
            if text is not None:
                values[assign.path.text] = text
    return tuple((record, tuple(values.items())) for record, values in found.items())


def _usuals(symbols: Symbols) -> Iterable[n.Usual]:
    return (each for each in symbols.tests if isinstance(each, n.Usual))


def cell(value: n.Expr) -> str | None:
    """Return a literal, or a value of a choice, as a cell; nothing for what no cell can say."""
    match value:
        case n.Percent(text):
            return f"{text}%"
        case n.Money(text):
            return f"${text}"
        case n.Number(text) | n.Points(text) | n.Text(text) | n.Date(text):
            return text
        case n.YesNo(yes):
            return "yes" if yes else "no"
        case n.Path():
            return value.text
        case n.Minus(operand):
            inner = cell(operand)
            return None if inner is None else f"-{inner}"
        case _:
            return None
