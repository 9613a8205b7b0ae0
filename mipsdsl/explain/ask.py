"""The explanation of one row: which outcomes, and their traces."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from mipsdsl.core import nodes as c
from mipsdsl.data.privacy import OPEN, Privacy
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.plan import Populations, Refusal
from mipsdsl.engines.schema import LAYOUT, Target
from mipsdsl.engines.store import Row
from mipsdsl.engines.uses import UseKind, uses_of
from mipsdsl.explain.sentences import Sentence, sentences_of
from mipsdsl.hiding import Shown
from mipsdsl.scoring import (
    OutputError,
    Wanted,
    Wish,
    World,
    outputs_of,
    planned,
    refusal_text,
    rows_where,
)


@frozen
class Answer:
    """What is said of one row, and what could not be said; ``last`` are the final outcomes."""

    record: str
    key: tuple[str, ...]
    last: tuple[Sentence, ...]
    sentences: tuple[Sentence, ...]
    refused: tuple[Refusal, ...]


def explain(
    world: World,
    record: str,
    wish: Wish,
    outputs: Sequence[str],
    said: Populations,
    privacy: Privacy = OPEN,
) -> list[Answer]:
    """Return what explains ``outputs`` (or the last outcomes) of each row that is as ``wish`` says.

    What ``privacy`` hides is not in it.

    Raises:
        OutputError: there is no such row or output, or it cannot be computed.

    """
    wanted = Wanted(outputs=tuple(outputs), per=record, populations=said)
    targets = outputs_of(world, wanted)
    strange = [target for target in targets if target[0] not in ("", record)]
    if strange:
        name = ".".join(strange[0])
        raise OutputError(
            f"`{name}` is no output of {record}", f"name a {strange[0][0]} with --key"
        )
    world, plan = planned(world, targets, said)
    rows = _rows(world, record, wish)
    if plan.refused and (outputs or not plan.outputs):
        raise OutputError(*refusal_text(world.program, plan.refused))
    last = list(plan.outputs) if outputs else _last(world, plan.outputs)
    declared = any(owner == record for owner, _ in world.program.results)
    shown = plan.outputs if declared and not outputs else last
    interpreter = Interpreter(world.program, world.store, said)
    # Nothing is computed ahead: a trace computes what it needs.
    interpreter.run(evolve(plan, steps=(), outputs=()))
    hidden = Shown(world.store, privacy)
    return [_answer(hidden, interpreter, row, shown, last, plan.refused) for row in rows]


def _rows(world: World, record: str, wish: Wish) -> list[Row]:
    rows = rows_where(world.store, record, wish)
    if not rows:
        named = ", ".join(f"{name} {value}" for name, value in wish.items())
        there = len(world.store.rows.get(record, ()))
        raise OutputError(f"there is no {record} with {named} among the {there:,} in the data")
    return rows


def _answer(
    hidden: Shown,
    interpreter: Interpreter,
    row: Row,
    shown: Sequence[Target],
    last: Sequence[Target],
    refused: tuple[Refusal, ...],
) -> Answer:
    traces = [interpreter.trace(of, row, name) for of, name in shown]
    store = hidden.store
    sentences = sentences_of(
        store.schema.program, hidden.traces(traces) if hidden.privacy else traces
    )
    by_target = dict(zip(shown, sentences, strict=True))
    return Answer(
        record=row[LAYOUT].record,
        key=tuple(str(part) for part in hidden.key(row[LAYOUT].record, store.key(row))),
        last=tuple(by_target[target] for target in last),
        sentences=tuple(sentences),
        refused=refused,
    )


def _last(world: World, targets: Sequence[Target]) -> list[Target]:
    """Return the outcomes that no other rests on: those, explained, explain all."""
    schema, read = world.store.schema, set()
    for item in _items(world.program, targets):
        for use in uses_of(schema, item.record, [item.expr]):
            if use.kind is UseKind.VALUE and use.name != item.name:
                read.add((use.record, use.name))
    last = [target for target in targets if target not in read]
    return last or list(targets)


def _items(program: c.Program, targets: Sequence[Target]) -> list[c.Item]:
    """Return the items of the records of ``targets``, as far as these can be computed."""
    records = {record for record, _ in targets}
    return [item for item in program.items if item.record in records]
