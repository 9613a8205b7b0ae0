"""Items as documents."""

from __future__ import annotations

from typing import assert_never

from wadler_lindig import AbstractDoc

from mipsdsl.format import amendments, law, pins, records, tests
from mipsdsl.format.layout import Layout, concat, text
from mipsdsl.syntax import nodes as n

Header = n.RulesHeader | n.Correction | n.TestsHeader | n.Amends | n.Title | n.SourceOf


def item(node: n.Item, layout: Layout) -> AbstractDoc:
    """Return the document of ``node``, all comments within it included."""
    doc = _item(node, layout)
    return concat(layout.unplaced(node.span), doc)


def _item(node: n.Item, layout: Layout) -> AbstractDoc:
    match node:
        case (
            n.RulesHeader()
            | n.Correction()
            | n.TestsHeader()
            | n.Amends()
            | n.Title()
            | n.SourceOf()
        ):
            return text(_header(node))
        case n.Choice():
            return records.choice(node, layout)
        case n.Record() | n.Extend() | n.Reference():
            return records.record(node, layout)
        case n.Relation():
            return text(records.relation(node))
        case n.Ensure():
            return records.ensure(node, layout)
        case (
            n.Usual() | n.Example() | n.Examples() | n.PopulationExample() | n.PinChanges()
            | n.PinSame()
        ):  # fmt: skip
            return _test(node, layout)
        case n.Results() | n.Changeable():
            return amendments.results(node, layout)
        case n.Require():
            return pins.require(node)
        case n.Broken():
            return text(node.span.text)
        case (
            n.SetValue() | n.Keep() | n.AddItem() | n.Members() | n.Values() | n.ChangeExcept()
            | n.ChangeReason() | n.ChangeRows() | n.RemoveItem() | n.RemoveClaim() | n.Rename()
        ):  # fmt: skip
            return amendments.amendment(node, layout, _item)
        case _:
            return _law(node, layout)


def _law(
    node: n.Parameter | n.Rule | n.Table | n.Scale | n.Selection | n.Population | n.Claim,
    layout: Layout,
) -> AbstractDoc:
    match node:
        case n.Parameter():
            return law.parameter(node, layout)
        case n.Rule():
            return law.rule(node, layout)
        case n.Table() | n.Scale():
            return law.table(node, layout)
        case n.Selection():
            return law.selection(node, layout)
        case n.Population():
            return law.population(node, layout)
        case n.Claim():
            return law.claim(node, layout)
        case _:
            assert_never(node)


def _test(
    node: n.Usual | n.Example | n.Examples | n.PopulationExample | n.PinChanges | n.PinSame,
    layout: Layout,
) -> AbstractDoc:
    match node:
        case n.Usual():
            return tests.usual(node, layout)
        case n.Example():
            return tests.example(node, layout)
        case n.Examples():
            return tests.examples(node, layout)
        case n.PopulationExample():
            return tests.population_example(node, layout)
        case n.PinChanges() | n.PinSame():
            return pins.pin(node, layout)
        case _:
            assert_never(node)


def _header(node: Header) -> str:
    match node:
        case n.RulesHeader(year, paying):
            return f"rules for performance year {year.text} paying {paying.text}"
        case n.Correction(year, number, published):
            which = f"correction {number.text} published {published.text}"
            return f"rules for performance year {year.text} {which}"
        case n.TestsHeader(year):
            return f"tests for performance year {year.text}"
        case n.Amends(year):
            return f"amends {year.text}"
        case n.Title(words):
            return f'title "{words}"'
        case n.SourceOf(citation, published):
            return f"source [{citation}] published {published.text}"
        case _:
            assert_never(node)
