"""Claims on random legal records: refuted with a clinician, or not refuted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import evolve

from mipsdsl.core import nodes as c
from mipsdsl.core.types import GRID
from mipsdsl.diagnostics import Diagnostic, Label
from mipsdsl.engines.evaluate import At
from mipsdsl.engines.frames import Frame, Values, frames, linked, linked_frames
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.plan import Plan, Populations, requirements
from mipsdsl.engines.python import Loaded, PythonEngine, compile_python, load
from mipsdsl.engines.schema import Target
from mipsdsl.engines.store import Store, Stored
from mipsdsl.semantics.cells import quantity_text
from mipsdsl.source import Span
from mipsdsl.verify.random_world import Maker, populations_of
from mipsdsl.verify.told import told


def refutations(
    program: c.Program, spans: Mapping[str, Span], trials: int
) -> Iterator[tuple[c.Claim, tuple[Diagnostic, ...]]]:
    """Give each claim with what refutes it on ``trials`` random worlds (nothing: not refuted).

    The worlds are tried with the Python engine, and what it refutes is looked at again by the
    interpreter, which says why.

    Reports: E0606.
    """
    found: dict[str, tuple[Diagnostic, ...]] = {}
    maker = Maker(program, program.year)
    trial = Trial(program)
    for _ in range(trials if program.claims else 0):
        rows = maker.world()
        populations = populations_of(program, maker)
        waiting = [claim for claim in program.claims if claim.text not in found]
        broken = trial.broken(waiting, rows, populations)
        for claim in waiting:
            if isinstance(claim, c.Always):
                said = claim.text in broken and _always(claim, rows, populations, program)
            else:
                said = _raising(claim, rows, populations, maker, trial)
            if said:
                found[claim.text] = (_finding(claim, spans[claim.text], said),)
    for claim in program.claims:
        yield claim, found.get(claim.text, ())


class Trial:
    """A program whose claims are items too, for the engine that is quick on many small worlds."""

    def __init__(self, program: c.Program) -> None:
        """Add to ``program`` what its claims look at."""
        self.program = program
        made: dict[Target, c.Item] = {}
        for claim in program.claims:
            for name, expr in _looked_at(claim).items():
                made[claim.record, name] = _as_item(claim, name, expr)
        self._with_claims = evolve(
            program,
            items=(*program.items, *made.values()),
            steps=(*program.steps, *(c.Step(record, (name,)) for record, name in made)),
        )
        self._loaded: dict[tuple[object, ...], tuple[Plan, Loaded]] = {}

    def broken(
        self, claims: Iterable[c.Claim], rows: Mapping[str, list[Values]], populations: Populations
    ) -> set[str]:
        """Return the claims about every row that some row breaks."""
        always = [claim for claim in claims if isinstance(claim, c.Always)]
        store = self.run(
            [(x.record, name) for x in always for name in _looked_at(x)], rows, populations
        )
        return {
            claim.text
            for claim in always
            for name in _looked_at(claim)
            if False in store.column(claim.record, name)
        }

    def run(
        self,
        targets: Sequence[Target],
        rows: Mapping[str, Sequence[Values]],
        populations: Populations,
    ) -> Store:
        """Return the rows of a world with ``targets`` computed."""
        tables = frames(self.program, rows)
        store = linked_frames(self._with_claims, tables)
        key = (tuple(targets), tuple(sorted(self._given(tables))), store.partial)
        if key not in self._loaded:
            available = {name: table.columns for name, table in tables.items()}
            plan = requirements(self._with_claims, available, targets, populations, store.partial)
            assert not plan.refused, "a random world has everything"
            self._loaded[key] = plan, load(compile_python(self._with_claims, plan))
        plan, loaded = self._loaded[key]
        PythonEngine(self._with_claims, store, populations).run(plan, loaded)
        return store

    def _given(self, tables: Mapping[str, Frame]) -> Iterator[str]:
        items = {(item.record, item.name) for item in self.program.items}
        for record, table in tables.items():
            yield from (f"{record}.{name}" for name in table.columns if (record, name) in items)


def _looked_at(claim: c.Claim) -> dict[str, c.Expr]:
    """Return what has to be known of each row to judge ``claim``, by names that no author writes."""
    if isinstance(claim, c.Always):
        return {f"claim {claim.text}": claim.condition}
    return {f"claim {claim.text}": claim.effect, f"when {claim.text}": claim.when}


def _as_item(claim: c.Claim, name: str, expr: c.Expr) -> c.Item:
    return c.Item(
        claim.record,
        name,
        c.ItemKind.RULE,
        expr.type,
        expr.shape,
        expr,
        "",
        (),
        (),
        None,
        claim.place,
    )


def _always(
    claim: c.Always, rows: Mapping[str, list[Values]], populations: Populations, program: c.Program
) -> str:
    engine = Interpreter(program, linked(program, rows), populations)
    engine.groups(claim.record)
    for row in engine.store.rows[claim.record]:
        if not engine.holds(claim.condition, At(row)):
            return told(claim.condition, claim.record, row, engine, program)
    raise AssertionError(f"the engines differ on the claim {claim.text!r}")


def _raising(
    claim: c.Raising, rows: dict[str, list[Values]], populations: Populations, maker: Maker,
    trial: Trial,
) -> str:  # fmt: skip
    if not rows[claim.record]:
        return ""
    low, high = sorted(_two_values(claim, maker, trial.program))
    before, after = (
        {**rows, claim.record: [{**row, claim.cause.name: value} for row in rows[claim.record]]}
        for value in (low, high)
    )
    targets = [(claim.record, name) for name in _looked_at(claim)]
    columns = [
        store.column(*target)
        for store in (trial.run(targets, world, populations) for world in (before, after))
        for target in targets
    ]
    if not any(_moves(claim, *each) for each in zip(*columns, strict=False)):
        return ""
    return _told_raising(claim, (low, high), (before, after), populations, trial.program)


def _moves(
    claim: c.Raising, first: Stored, when_first: Stored, second: Stored, when_second: Stored
) -> bool:
    """Return whether the effect goes the way that ``claim`` says it never does."""
    if not (when_first and when_second and isinstance(first, int) and isinstance(second, int)):
        return False
    return second < first if claim.lowers else second > first


def _told_raising(
    claim: c.Raising, values: tuple[int, int], worlds: tuple[Mapping[str, list[Values]], ...],
    populations: Populations, program: c.Program,
) -> str:  # fmt: skip
    before, after = (Interpreter(program, linked(program, world), populations) for world in worlds)
    both = zip(before.store.rows[claim.record], after.store.rows[claim.record], strict=False)
    for one, other in both:
        if not (before.holds(claim.when, At(one)) and after.holds(claim.when, At(other))):
            continue
        first, second = (
            before.evaluate(claim.effect, At(one)),
            after.evaluate(claim.effect, At(other)),
        )
        if not isinstance(first, Fraction) or not isinstance(second, Fraction):
            continue
        if (second < first) if claim.lowers else (second > first):
            scale = _scale(claim, program)
            causes = [quantity_text(Fraction(x, 10**scale), claim.cause.type.unit) for x in values]
            effects = [quantity_text(x, claim.effect.type.unit) for x in (first, second)]
            values_told = told(claim.effect, claim.record, other, after, program)
            return (
                f"{claim.cause.name} from {causes[0]} to {causes[1]} moves the other from "
                f"{effects[0]} to {effects[1]}: {values_told}"
            )
    raise AssertionError(f"the engines differ on the claim {claim.text!r}")


def _two_values(claim: c.Raising, maker: Maker, program: c.Program) -> tuple[int, int]:
    scale, shape = _scale(claim, program), claim.cause.shape
    assert shape is not None
    low, high = (int(x * 10**scale) for x in (shape.low, shape.high))
    unit = claim.cause.type.unit
    return maker.steps(unit, low, high, scale), maker.steps(unit, low, high, scale)


def _scale(claim: c.Raising, program: c.Program) -> int:
    record = next(r for r in program.records if r.name == claim.record)
    for field in record.fields:
        if field.name == claim.cause.name:
            return field.scale
    return GRID[claim.cause.type.unit]


def _finding(claim: c.Claim, span: Span, told: str) -> Diagnostic:
    cited = "".join(f" [{citation}]" for citation in claim.citations)
    message = f"this does not always hold: {claim.text}{cited}"
    return Diagnostic("E0606", message, (Label(span, f"not for: {told}"),))
