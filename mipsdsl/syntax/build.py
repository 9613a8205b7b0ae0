"""From Lark's tree to our nodes. Makes nodes and decides nothing; never raises."""

from __future__ import annotations

from lark import Token, Tree

from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.making import changes, expressions, items, tests
from mipsdsl.syntax.making.pieces import Part
from mipsdsl.syntax.words import KEYWORDS

MAKERS = items.MAKERS | changes.MAKERS | tests.MAKERS | expressions.MAKERS
"""The maker of each rule of the grammar."""


def build(tree: Tree[Token], source: Source, reserved: list[n.Name]) -> Part:
    """Return the node for ``tree``, whose offsets are those of ``source``.

    Names that are words of the language are added to ``reserved``.
    """
    return _Builder(source, reserved).node(tree)


class _Builder:
    def __init__(self, source: Source, reserved: list[n.Name]) -> None:
        self._source = source
        self._reserved = reserved

    def node(self, tree: Part) -> Part:
        if isinstance(tree, Tree):
            children = [self.node(child) for child in tree.children]
            span = self._span(tree)
            return MAKERS.get(str(tree.data), _unknown)(span, children)
        if isinstance(tree, Token) and tree.type == "NAME":
            name = n.Name(str(tree), span=self._token_span(tree))
            if name.text in KEYWORDS:
                self._reserved.append(name)
            return name
        return tree

    def _span(self, tree: Tree[Token]) -> Span:
        if tree.meta.empty:
            return Span(self._source, 0, 0)
        return Span(self._source, tree.meta.start_pos, tree.meta.end_pos)

    def _token_span(self, token: Token) -> Span:
        return Span(self._source, token.start_pos or 0, token.end_pos or 0)


def _unknown(span: Span, parts: list[Part]) -> Part:
    raise AssertionError(f"no node for a rule of the grammar: {parts!r}")
