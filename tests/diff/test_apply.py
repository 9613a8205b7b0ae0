"""Whatever is edited: the changes that are found, made again, make what the new policy says."""

from __future__ import annotations

from functools import cache

from attrs import evolve, fields
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_items import items
from random_trees import expressions

from mipsdsl.diff import Key, Policy, apply, diff
from mipsdsl.diff.edits import edits
from mipsdsl.diff.policy import files_of, policy_of
from mipsdsl.diff.policy import said as what_is_said
from mipsdsl.library import years
from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n
from tests.diff.comparing import policy, year

BOUND = (n.Number, n.Path, n.Date)
"""Expressions that stand where the grammar knows no other."""
EXPRESSIONS = expressions(0)
AT = Span(Source("random.mips", ""), 0, 0)
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]
SLOW = settings(max_examples=30, deadline=None, suppress_health_check=CHECKS)


@cache
def first_year() -> Policy:
    """Return the policy whose items are edited."""
    return policy(*year(years()[0]))


def edited(node: n.Node, data: st.DataObject) -> n.Node:
    """Return ``node`` with one thing in it changed, at random."""
    if (
        isinstance(node, n.Expr)
        and not isinstance(node, BOUND)
        and data.draw(st.integers(0, 5)) == 0
    ):
        return data.draw(EXPRESSIONS)
    if isinstance(node, n.Number | n.Percent | n.Money | n.Points):
        return evolve(node, text=data.draw(st.sampled_from(["1", "2", "30,000", "0.75"])))
    if isinstance(node, n.Name):
        return evolve(node, text=f"{node.text}_x")
    known = [f.name for f in fields(type(node)) if _can_change(getattr(node, f.name))]
    if not known:
        return node
    name = data.draw(st.sampled_from(known))
    value = getattr(node, name)
    if isinstance(value, n.Node):
        return evolve(node, **{name: edited(value, data)})
    if isinstance(value[0], str):
        return evolve(node, **{name: (*value, "82 FR 1")})
    return evolve(node, **{name: tuple(_edited_list(value, data))})


def _can_change(value: object) -> bool:
    return isinstance(value, n.Node) or (isinstance(value, tuple) and bool(value))


def _edited_list(parts: tuple[n.Node, ...], data: st.DataObject) -> list[n.Node]:
    made = list(parts)
    index = data.draw(st.integers(0, len(made) - 1))
    what = data.draw(st.sampled_from(["edit", "edit", "edit", "remove", "double", "move"]))
    if what == "edit":
        made[index] = edited(made[index], data)
    elif what == "double":
        made.insert(index, edited(made[index], data))
    elif len(made) > 2 and not isinstance(parts[0], n.Cell):
        part = made.pop(index)
        made += [part] if what == "move" else []
    return made


def _is_field_of(key: Key, other: Key) -> bool:
    is_record = other.what in {"record", "reference"}
    return is_record and key.what == "field" and key.record == other.name


@given(st.data())
@SLOW
def test_a_difference_of_a_year_can_be_made_again(data: st.DataObject) -> None:
    old = first_year()
    new = dict(old)
    for key in data.draw(st.lists(st.sampled_from(list(old)), max_size=6, unique=True)):
        if data.draw(st.integers(0, 4)) == 0:
            new = {k: x for k, x in new.items() if k != key and not _is_field_of(k, key)}
        elif key in new:
            thing = edited(new[key].thing, data)
            if isinstance(
                thing, n.Record | n.Reference
            ):  # its fields and rules know it by its name
                thing = evolve(thing, name=new[key].thing.name)
            new[key] = evolve(new[key], thing=thing)
    wanted = policy_of(files_of(new))

    assert what_is_said(wanted) == what_is_said(apply(diff(old, wanted).changes, old))
    assert what_is_said(old) == what_is_said(apply(diff(wanted, old).changes, wanted))


@given(items, st.data())
@SLOW
def test_edits_of_an_item_make_what_the_other_says(item: n.Item, data: st.DataObject) -> None:
    old = policy_of((n.File((item,), span=AT),))
    for key, entry in old.items():
        other = edited(entry.thing, data)
        new = {**old, key: evolve(entry, thing=other)}
        found = diff(old, new)

        assert what_is_said(new) == what_is_said(apply(found.changes, old))
        assert bool(edits(entry.thing, other)) == bool(found.changes)


@given(items)
@SLOW
def test_nothing_is_different_from_itself(item: n.Item) -> None:
    old = policy_of((n.File((item,), span=AT),))

    assert () == diff(old, dict(reversed(old.items()))).changes
