"""Makers of what tests the rules: examples, and pins of what may have changed."""

from __future__ import annotations

from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.making import pieces as k


def _choice_name(s: Span, p: list[k.Part]) -> k.Part:
    return n.Path((p[0],), span=s)


def _given(s: Span, p: list[k.Part]) -> k.Part:
    parts = k.all_of(p, n.Assign, n.Children, n.GivenRecord)
    return n.Given(bool(k.token(p, "AND_THEN")), parts, span=s)


def _pin_changes(s: Span, p: list[k.Part]) -> k.Part:
    renames = tuple(one for group in k.all_of(p, k.Renames) for one in group)
    closed = k.first(p, k.NothingElse) is not None
    return n.PinChanges(k.numbers(p, s)[0], k.all_of(p, n.Pinned), renames, closed, span=s)


def _expect(s: Span, p: list[k.Part]) -> k.Part:
    because = " ".join(k.because(p))
    return n.Expect(p[0], p[1], k.inner(p, k.Within), because, k.citations(p), span=s)


def _example(s: Span, p: list[k.Part]) -> k.Part:
    return n.Example(k.text(p), k.citations(p), k.all_of(p, n.Given, n.Expect), span=s)


def _examples(s: Span, p: list[k.Part]) -> k.Part:
    rows = k.all_of(p, n.Row)
    return n.Examples(k.text(p), k.citations(p), rows[0], rows[1:], k.inner(p, k.Within), span=s)


def _population_example(s: Span, p: list[k.Part]) -> k.Part:
    rows = k.all_of(p, n.Row)
    return n.PopulationExample(
        k.text(p),
        k.citations(p),
        rows[0],
        rows[1:],
        k.inner(p, k.Within),
        k.all_of(p, n.Expect),
        span=s,
    )


MAKERS: dict[str, k.Maker] = {
    "usual": lambda s, p: n.Usual(p[0], tuple(p[1:]), span=s),
    "assign": lambda s, p: n.Assign(p[0], p[1], span=s),
    "fact_name": _choice_name,
    "fact_minus": lambda s, p: n.Minus(p[0], span=s),
    "fact_set": lambda s, p: n.SetOf(tuple(p), span=s),
    "given": _given,
    "children": lambda s, p: n.Children(k.numbers(p, s)[0], p[1], k.all_of(p, n.Assign), span=s),
    "given_record": lambda s, p: n.GivenRecord(bool(k.token(p, "ANOTHER")), p[-1], span=s),
    "expect": _expect,
    "pinned_names": lambda s, p: n.Pinned(k.token(p, "PINNED"), k.all_of(p, n.Path), span=s),
    "pinned_rename": lambda s, p: n.PinnedRename(p[0], p[1], span=s),
    "pinned_renames": lambda s, p: k.Renames(p),
    "nothing_else": lambda s, p: k.NothingElse(),
    "pin_changes": _pin_changes,
    "pin_same": lambda s, p: n.PinSame(k.numbers(p, s)[0], k.all_of(p, n.Path), span=s),
    "within": lambda s, p: k.Within(p[0]),
    "example": _example,
    "examples": _examples,
    "population_example": _population_example,
}
