"""Expressions that are a row of links (``a + b - c``, ``a and b``, ``x at most 5``), as links.

Seen so, a term that is added is one link more, wherever the tree puts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import assert_never, cast

from attrs import frozen

from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n


class Family(Enum):
    """The kinds of chains, loosest first."""

    CLAUSES = "clauses"
    CASES = "cases"
    OR = "or"
    AND = "and"
    SUM = "sum"
    PRODUCT = "product"


_ORDER = tuple(Family)
FIRST = ""
"""The word of the operand that clauses stand behind."""
ELSE = "else"


@frozen
class Link(n.Node):
    """One link: the word before it (``+``, ``and``, ``at most``, ``if``) and what it holds."""

    word: str
    parts: tuple[n.Node, ...]


def family_of(one: n.Node, other: n.Node) -> Family | None:
    """Return the loosest family to which one of two expressions belongs."""
    found = [family for family in (_family(one), _family(other)) if family is not None]
    return min(found, key=_ORDER.index) if found else None


def _family(node: n.Node) -> Family | None:
    match node:
        case n.AtLeast() | n.AtMost() | n.Rounded():
            return Family.CLAUSES
        case n.If():
            return Family.CASES
        case n.Or():
            return Family.OR
        case n.And():
            return Family.AND
        case n.Sum():
            return Family.SUM
        case n.Product():
            return Family.PRODUCT
        case _:
            return None


def links(node: n.Node, family: Family) -> tuple[Link, ...]:
    """Return the links of ``node``; what is no chain of the family is one link alone."""
    alone = _family(node) is not family
    match family:
        case Family.CLAUSES:
            return (_link(FIRST, node),) if alone else _clauses(node)
        case Family.CASES:
            return (_link(ELSE, node),) if alone else _cases(node)
        case Family.OR | Family.AND:
            operands = (node,) if alone else cast(n.Or | n.And, node).operands
            return tuple(_link(family.value, operand) for operand in operands)
        case Family.SUM:
            return (_link("+", node),) if alone else _terms(node)
        case Family.PRODUCT:
            return (_link("*", node),) if alone else _terms(node)
        case _:
            assert_never(family)


def _link(word: str, *parts: n.Node) -> Link:
    return Link(word, parts, span=parts[0].span)


def _clauses(node: n.Node) -> tuple[Link, ...]:
    match node:
        case n.AtLeast(operand, bound):
            return (*links(operand, Family.CLAUSES), _link("at least", bound))
        case n.AtMost(operand, bound):
            return (*links(operand, Family.CLAUSES), _link("at most", bound))
        case n.Rounded(operand, places, mode):
            return (*links(operand, Family.CLAUSES), _link(f"rounded {mode}", places))
        case _:
            raise AssertionError(node)


def _cases(node: n.Node) -> tuple[Link, ...]:
    found: list[Link] = []
    while isinstance(node, n.If):
        found.append(_link("if", node.test, node.yes))
        node = node.no
    return (*found, _link(ELSE, node))


def _terms(node: n.Node) -> tuple[Link, ...]:
    kind = type(node)
    found: list[Link] = []
    while isinstance(node, n.Sum | n.Product) and isinstance(node, kind):
        found.insert(0, _link(node.sign, node.right))
        node = node.left
    return (_link("+" if kind is n.Sum else "*", node), *found)


def joined(parts: Sequence[Link], family: Family, span: Span) -> n.Expr:
    """Return the expression of which ``parts`` are the links."""
    held = [cast(n.Expr, link.parts[0]) for link in parts]
    match family:
        case Family.CLAUSES:
            return _with_clauses(held[0], parts[1:], span)
        case Family.CASES:
            made = held[-1]
            for link in reversed(parts[:-1]):
                test, yes = cast(tuple[n.Expr, n.Expr], link.parts)
                made = n.If(test, yes, made, span=span)
            return made
        case Family.OR:
            return held[0] if len(held) == 1 else n.Or(tuple(held), span=span)
        case Family.AND:
            return held[0] if len(held) == 1 else n.And(tuple(held), span=span)
        case Family.SUM | Family.PRODUCT:
            kind = n.Sum if family is Family.SUM else n.Product
            made = held[0]
            for link, right in zip(parts[1:], held[1:], strict=True):
                made = kind(made, link.word, right, span=span)
            return made
        case _:
            assert_never(family)


def _with_clauses(made: n.Expr, clauses: Sequence[Link], span: Span) -> n.Expr:
    for link in clauses:
        bound = link.parts[0]
        if link.word == "at least":
            made = n.AtLeast(made, cast(n.Expr, bound), span=span)
        elif link.word == "at most":
            made = n.AtMost(made, cast(n.Expr, bound), span=span)
        else:
            mode = link.word.removeprefix("rounded ")
            made = n.Rounded(made, cast(n.Number, bound), mode, span=span)
    return made
