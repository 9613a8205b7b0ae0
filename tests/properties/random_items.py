"""Items at random."""

from __future__ import annotations

from hypothesis import strategies as st
from random_trees import (
    BASE,
    citations,
    conditions,
    dates,
    expressions,
    literals,
    maybe,
    names,
    node,
    operands,
    paths,
    reasons,
    several,
    spelled,
    sums,
    whole,
    words,
)

from mipsdsl.syntax import nodes as n

DEPTH = 1
label = st.just("") | words
condition = conditions(DEPTH)
side = sums(DEPTH)
expression = expressions(DEPTH)

base_types = st.sampled_from(BASE)
simple_types = st.one_of(
    node(n.BaseType, base_types),
    node(n.ChoiceType, spelled),
    node(n.SetType, names),
)
types = simple_types | node(n.OptionalType, simple_types)
elements = names | node(n.Name, base_types)
each = node(n.OneForEach, names, maybe(condition))
field_types = st.one_of(
    types,
    node(n.ListType, elements, whole, maybe(each)),
    node(n.RecordType, names, several(names, 1)),
    node(n.OptionalType, node(n.RecordType, names, several(names, 1))),
)
ranges = node(n.Range, side, side)
targets = node(n.Target, maybe(names), names)

# --- data ------------------------------------------------------------------------------------------

choices = node(n.Choice, names, several(node(n.ChoiceValue, names, label), 1, 9))
fields = several(node(n.Field, names, field_types, maybe(ranges), maybe(whole), label))
groupings = node(n.Groups, paths, names, whole, maybe(condition))
records = st.one_of(
    node(n.Record, names, several(names), st.none(), fields),
    node(n.Record, names, st.just(()), groupings, fields),
    node(n.Extend, names, fields),
    node(n.Reference, names, several(names, 1), fields),
    node(n.Relation, names, names, names, several(names, 1), whole),
)
single = literals | names.map(lambda name: n.Path((name,), span=name.span))
one_fact = single | node(n.Minus, literals)
facts = one_fact | node(n.SetOf, several(one_fact))
ensured = st.one_of(
    node(n.EnsureField, names, facts, st.just(False)),
    node(n.EnsureField, names, paths, st.just(True)),
)
ensures = node(n.Ensure, names, names, maybe(condition), several(ensured, 1), several(ensured))

# --- law -------------------------------------------------------------------------------------------

tails = (reasons, citations)
to_be_given = node(n.ToBeGiven)
parameters = st.one_of(
    node(n.Parameter, names, types, maybe(ranges), expression | to_be_given, *tails),
    node(n.Parameter, names, st.none(), st.none(), expression, *tails),
)
first_rows = node(n.FirstRow, condition, condition, label, citations)
first_of = node(n.FirstOf, several(first_rows, 1), condition)
excepts = several(node(n.Except, condition, condition, label, citations))
rules = node(n.Rule, targets, types, maybe(ranges), label, expression | first_of, *tails, excepts)
points = node(n.Point, side, side)
cell_parts = st.one_of(
    node(n.CellAny),
    node(n.CellOtherwise),
    node(n.CellImpossible),
    node(n.CellGiven),
    node(n.CellNot, side),
    node(n.CellValue, side),
    node(n.CellRange, side, st.booleans(), side, st.booleans()),
    node(n.CellRange, side, st.booleans(), st.none(), st.just(False)),
    node(n.CellRange, st.none(), st.just(False), side, st.booleans()),
    node(n.CellLine, points, points),
)
cells = several(node(n.Cell, several(cell_parts, 1, 2)), 1)
rows = node(n.Row, cells, cells)
checks = node(n.RowCheck, side, maybe(condition))
tables = node(n.Table, targets, maybe(types), rows, several(rows, 1), *tails, maybe(checks))
jumps = several(node(n.Jump, side, words))
scales = node(n.Scale, targets, paths, types, rows, several(rows, 1), *tails, jumps)
keys = several(node(n.SortKey, paths, st.booleans()))
places = node(
    n.PlacesTaken, operands(DEPTH), st.booleans(), maybe(names), maybe(condition), keys,
    several(condition, 0, 2), st.booleans(),
)  # fmt: skip
selections = node(n.Selection, names, paths, several(places, 1), *tails)
populations = node(
    n.Population, names, types, maybe(ranges), label, expression, maybe(operands(DEPTH)), *tails
)
always = node(n.Always, condition, maybe(condition))
raising = node(n.Raising, paths, st.sampled_from(["lowers", "raises"]), paths, maybe(condition))
claims = node(n.Claim, words, maybe(names), always | raising, *tails)

# --- tests -----------------------------------------------------------------------------------------

assigns = node(n.Assign, paths, facts)
usuals = node(n.Usual, names, several(assigns))
told = assigns | node(n.GivenRecord, st.booleans(), names)
children = node(n.Children, whole, names, several(assigns))
givens = st.one_of(
    node(n.Given, st.booleans(), several(told, 1)),
    st.builds(
        lambda then, parts, last: n.Given(then, (*parts, last), span=last.span),
        st.booleans(), several(told), children,
    ),
)  # fmt: skip
expects = node(n.Expect, paths, facts, maybe(literals), label, citations)
examples = st.one_of(
    node(n.Example, words, citations, several(givens | expects, 1)),
    node(n.Examples, words, citations, rows, several(rows, 1), maybe(literals)),
    node(
        n.PopulationExample, words, citations, rows, several(rows, 1), maybe(literals),
        several(expects),
    ),
)  # fmt: skip
headers = st.one_of(
    node(n.RulesHeader, whole, whole),
    node(n.TestsHeader, whole),
    node(n.Amends, whole),
    node(n.Title, words),
    node(n.SourceOf, st.just("81 FR 77008"), dates),
)
items = st.one_of(
    headers, choices, records, ensures, parameters, rules, tables, scales, selections,
    populations, claims, usuals, examples,
)  # fmt: skip
