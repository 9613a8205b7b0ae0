"""``mips whynot``: the smallest changes of what a clinician can do that reach an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from mipsdsl.cli import exits, forms, policies
from mipsdsl.cli import inputs as i

if TYPE_CHECKING:
    from mipsdsl.core.types import Type
    from mipsdsl.engines.store import Store, Stored
    from mipsdsl.whynot.added import Addition
    from mipsdsl.whynot.search import Answer, Asker, Change, Found
    from mipsdsl.whynot.want import Want

_SHOWN = 5
_NAMED = 3


@click.command(name="whynot")
@click.argument("policy", metavar="YEAR|PATH")
@i.data_options
@click.option("--npi", required=True, help="The clinician.")
@click.option("--tin", help="Under this TIN; needed when there are several.")
@click.option("--want", required=True, metavar="OUTCOME", help='"payment_adjustment >= 0%".')
@click.option(
    "--changes", "most", default=2, show_default=True, type=click.IntRange(1, 4),
    help="At most so many changes together.",
)  # fmt: skip
@forms.shown_as("text", "json")
@policies.dated
def command(**options: Any) -> None:  # noqa: ANN401 - what click gives
    """Find the smallest changes that would reach an outcome: what the clinician can do differently.

    Only what the policy declares as changeable is changed (scores that are given, or measures,
    activities and attestations), in the rows that led to the outcome. Exit code 1 when nothing does.
    """
    from mipsdsl.scoring import OutputError
    from mipsdsl.whynot.search import search
    from mipsdsl.whynot.want import WantError

    try:
        asker = _asker(options)
    except (OutputError, WantError) as mistake:
        raise exits.Stop(str(mistake)) from None
    found = search(asker, most=options["most"], answers=_SHOWN)
    if options["form"] == "json":
        click.echo(policies.envelope("whynot", _content(asker, found)))
    else:
        for line in _lines(asker, found, options["most"]):
            click.echo(line)
    if not found.answers and not asker.want.holds(found.outcome):
        raise click.exceptions.Exit(exits.FINDINGS)


def _asker(options: dict[str, Any]) -> Asker:
    from attrs import evolve

    from mipsdsl.engines.interpreter import Interpreter
    from mipsdsl.scoring import (
        OutputError,
        Wanted,
        computed_here,
        outputs_of,
        planned,
        refusal_text,
        rows_where,
        world_of,
    )  # fmt: skip
    from mipsdsl.whynot.search import Asker
    from mipsdsl.whynot.want import WantError, name_in, want_of

    data = i.taken(options)
    program, settings = policies.with_settings(options["policy"], i.pairs(data.settings, "--set"))
    if not program.changeable:
        raise WantError("the policy says nothing of what can be changed: write `changeable of …`")
    keys = {"npi": options["npi"]} | ({"tin": options["tin"]} if options["tin"] else {})
    record = next((r.name for r in program.records if set(keys) <= set(r.key)), "")
    said = computed_here(program, data.population == "here", settings.populations)
    world = world_of(program, i.read_inputs(program, data))
    target = outputs_of(
        world, Wanted(outputs=(name_in(options["want"]),), per=record, populations=said)
    )[0]
    items = {(item.record, item.name): item for item in program.items}
    if target[0] != record or target not in items:
        raise WantError(f"`{target[1]}` is no outcome of a {record}")
    world, plan = planned(world, [target], said)
    if plan.refused:
        raise OutputError(*refusal_text(program, plan.refused))
    rows = rows_where(world.store, record, keys)
    if len(rows) != 1:
        text = "no" if not rows else f"{len(rows)} rows; name one with --tin:"
        raise WantError(f"there is {text} {record} with npi {options['npi']}")
    Interpreter(program, world.store, said).run(evolve(plan, steps=(), outputs=()))
    return Asker(program, world.store, said, rows[0], want_of(options["want"], items[target]))


# --- what is said -----------------------------------------------------------------------------------


def _lines(asker: Asker, found: Found, most: int) -> Iterator[str]:
    want = asker.want
    who = " ".join(str(part) for part in asker.store.key(asker.row))
    now = _value(found.outcome, want.item.type, asker.store, want)
    yield f"{want.item.record} {who}: {want.item.name} is {now}; wanted: {want.text}"
    if want.holds(found.outcome):
        yield "that is so already"
        return
    for number, answer in enumerate(found.answers, 1):
        yield from _answer(asker, answer, f"{number}. ")
    if not found.answers:
        many = "1 change" if most == 1 else f"{most} changes"
        yield f"nothing within {many} reaches it, of {found.spots} things that can be changed"
        if found.nearest is not None:
            yield "the nearest:"
            yield from _answer(asker, found.nearest, "   ")


def _answer(asker: Asker, answer: Answer, head: str) -> Iterator[str]:
    for change in answer.changes:
        yield f"{head}{_told(asker.store, change)}"
        head = " " * len(head)
    item = asker.want.item
    yield f"{head}then {item.name} is {_value(answer.outcome, item.type, asker.store, asker.want)}"


def _told(store: Store, change: Change | Addition) -> str:
    from mipsdsl.whynot.added import Addition

    if isinstance(change, Addition):
        return _told_added(store, change)
    spot = change.spot
    key = " ".join(str(part) for part in store.key(spot.row) if part is not None)
    label = f" ({spot.label})" if spot.label else ""
    new, old = (_text(value, spot.type, spot.scale) for value in (change.to, spot.value))
    return f"{spot.record} {key}: {spot.name}{label} {new} instead of {old}"


def _told_added(store: Store, added: Addition) -> str:
    """Return that one more row is sent, what it holds, and which others would do."""
    from mipsdsl.engines.schema import LAYOUT

    parent, schema = added.parent, store.schema
    of = f"{parent[LAYOUT].record} {_named(store.key(parent))}"
    key = schema.records[added.record].key
    held = [f"{name} {text}" for name, text in _texts(store, added).items() if name not in key]
    kind, own = added.record.replace("_", " "), _named(added.key)
    others = ""
    if added.alike:
        shown = ", ".join(_named(key) for key in added.alike[:_NAMED])
        more = len(added.alike) - _NAMED
        others = f"; or instead {shown}" + (f" or {more} others" if more > 0 else "")
    tail = f" ({', '.join(held)})" if held else ""
    return f"{of}: report one more {kind}, {own}{tail}{others}"


def _texts(store: Store, added: Addition) -> dict[str, str]:
    """Return what an added row holds."""
    fields = store.schema.fields
    return {
        name: _text(value, fields[added.record, name].type, fields[added.record, name].scale)
        for name, value in added.values.items()
        if value is not None
    }


def _named(key: Iterable[Stored]) -> str:
    return " ".join(str(part) for part in key if part is not None)


def _value(value: Stored, type_: Type, store: Store, want: Want) -> str:
    return _text(value, type_, store.schema.layouts[want.item.record].scales.get(want.item.name, 0))


def _text(value: Stored, type_: Type, scale: int) -> str:
    from mipsdsl.semantics.cells import quantity_text

    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return quantity_text(Fraction(value, 10**scale), type_.unit)
    return str(value)


def _change(store: Store, change: Change | Addition) -> dict[str, object]:
    from mipsdsl.whynot.added import Addition

    if isinstance(change, Addition):
        alike = [[str(part) for part in key] for key in change.alike]
        adds = _texts(store, change)
        return {"record": change.record, "adds": adds, "or_instead": alike}
    spot = change.spot
    return {
        "record": spot.record,
        "key": [str(part) for part in store.key(spot.row)],
        "name": spot.name,
        "from": _text(spot.value, spot.type, spot.scale),
        "to": _text(change.to, spot.type, spot.scale),
    }


def _content(asker: Asker, found: Found) -> dict[str, object]:
    want = asker.want

    def told(answer: Answer) -> dict[str, object]:
        return {
            "changes": [_change(asker.store, each) for each in answer.changes],
            "outcome": _value(answer.outcome, want.item.type, asker.store, want),
        }

    return {
        "want": want.text,
        "outcome": _value(found.outcome, want.item.type, asker.store, want),
        "answers": [told(answer) for answer in found.answers],
        "nearest": None if found.nearest is None else told(found.nearest),
    }
