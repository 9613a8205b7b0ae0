"""The Python engine: straight-line Python over whole numbers, generated once from the core.

The text that is compiled holds minted names, numbers and nothing else: no word of a policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from attrs import frozen

from mipsdsl import arithmetic
from mipsdsl.core import nodes as c
from mipsdsl.engines.choose import Stage, choose
from mipsdsl.engines.emit import Text
from mipsdsl.engines.plan import Plan, Population, Populations, population_value
from mipsdsl.engines.schema import NUMBER, Schema, schema_of, stored_scale
from mipsdsl.engines.settle import settle
from mipsdsl.engines.store import Row, Store, Stored, grouping_of
from mipsdsl.engines.translate import Translator


@frozen
class Call:
    """A generated function and what it does: the items of a record, or (``groups``) make groups."""

    function: str
    record: str
    groups: bool


@frozen
class Compiled:
    """A program as Python: its text, the texts and sets that it reads from ``K``, the calls."""

    text: str
    constants: tuple[object, ...]
    calls: tuple[Call, ...]


def compile_python(program: c.Program, plan: Plan) -> Compiled:
    """Return the steps of ``plan`` as functions ``(R, X, P, L)``.

    ``R`` are the rows and ``X`` the rows by key of each record, in the order of the program; ``P``
    the population items; ``L`` the numbers of the rows that lack each of ``plan.partial``, sorted.
    """
    text = Text()
    module = _Module(schema_of(program), plan, text)
    calls: list[Call] = []
    for step in plan.steps:
        if not step.record:
            calls.append(Call(module.population(step.items), "", groups=False))
        elif not step.items:
            calls.append(Call(module.joined(step.record), step.record, groups=True))
        else:
            made = module.rows(step.record, step.items)
            calls.extend(Call(each, step.record, groups=False) for each in made)
    header = "".join(f"k{i} = K[{i}]\n" for i in range(len(text.constants)))
    return Compiled(header + text.render(), tuple(text.constants), tuple(calls))


@frozen
class _Module:
    """Writes the functions of a module."""

    schema: Schema
    plan: Plan
    text: Text

    def rows(self, record: str, names: tuple[str, ...]) -> list[str]:
        """Write the functions that compute ``names`` for all rows, as few as they can be.

        A row may read what another row of its record has: that one is computed before, in a
        function of its own.
        """
        functions, rest = [], list(names)
        while rest:
            function, done = self._loop(record, rest)
            functions.append(function)
            rest = rest[done:]
        return functions

    def _loop(self, record: str, names: list[str]) -> tuple[str, int]:
        translator = Translator(self.schema, self.text, record, self.plan.partial)
        done = 0
        with self.text.captured() as body:
            for name in names:
                with self.text.captured() as lines:
                    self._item(translator, record, name)
                if any((record, each) in translator.remote for each in names[: done + 1]):
                    if done:
                        break
                    raise TypeError(f"{record}.{name} reads itself in another row")
                self.text.splice(lines)
                translator.remote.clear()
                done += 1
        function = self.text.mint("f")
        self.text.write(f"def {function}(R, X, P, L):")
        with self.text.indented():
            self.text.write(f"for r in R[{translator.number(record)}]:")
            with self.text.indented():
                self.text.splice(translator.prologue)
                self.text.splice(body)
        return function, done

    def _item(self, translator: Translator, record: str, name: str) -> None:
        item, text = self.schema.items[record, name], self.text
        local, slot = text.mint("v"), self.schema.layouts[record].slots[name]
        if (record, name) in self.plan.partial:
            position = sorted(self.plan.partial).index((record, name))
            text.write(f"if r[{NUMBER}] in L[{position}]:")
            with text.indented():
                code = translator.stored(item.expr, stored_scale(item))
                text.write(f"{local} = r[{slot}] = {code}")
            text.write("else:")
            with text.indented():
                text.write(f"{local} = r[{slot}]")
        else:
            code = translator.stored(item.expr, stored_scale(item))
            text.write(f"{local} = r[{slot}] = {code}")
        translator.locals[name] = local

    def population(self, names: tuple[str, ...]) -> str:
        """Write the function that computes items of the population."""
        function = self.text.mint("f")
        self.text.write(f"def {function}(R, X, P, L):")
        with self.text.indented():
            for name in names:
                translator = Translator(self.schema, self.text, "", self.plan.partial)
                item = self.schema.items["", name]
                code = translator.stored(item.expr, stored_scale(item))
                self.text.write(f"P[{translator.population(name)}] = {code}")
        return function

    def joined(self, record: str) -> str:
        """Write the function that says whether a row joins every group of ``record``."""
        grouping = grouping_of(self.schema.records[record])
        child = self.schema.lists[grouping.parent, grouping.list_name]
        function = self.text.mint("f")
        self.text.write(f"def {function}(R, X, P, L, r):")
        translator = Translator(self.schema, self.text, child, self.plan.partial)
        with self.text.indented():
            with self.text.captured() as lines:
                condition = grouping.joined
                code = "False" if condition is None else translator.condition(condition)
            self.text.splice(translator.prologue)
            self.text.splice(lines)
            self.text.write(f"return {code}")
        return function


# --- running -------------------------------------------------------------------------------------


def flipped(numerator: int, denominator: int) -> tuple[int, int]:
    """Return the same quotient with a positive denominator.

    >>> flipped(3, -4)
    (-3, 4)

    Raises:
        ZeroDivisionError: the denominator is 0, which the checks of the language rule out.

    """
    if denominator == 0:
        raise ZeroDivisionError("a divisor that was said never to be 0 is")
    return -numerator, -denominator


def whole(numerator: int, denominator: int) -> int | None:
    """Return the quotient if it is a whole number: what is between two steps is no key.

    >>> whole(12, 4), whole(13, 4)
    (3, None)
    """
    quotient, rest = divmod(numerator, denominator)
    return None if rest else quotient


def located(
    numerator: int | None,
    denominator: int,
    starts: tuple[int, ...] | None,
    first: int,
    rising: bool,
) -> tuple[int | None, int]:
    """Return where the quotient stands on ``starts`` (see ``Position``), as a quotient.

    >>> located(15, 1, (10, 20, 30), 1, True)
    (15, 10)
    """
    if numerator is None or starts is None:
        return None, 1
    sign = 1 if rising else -1
    reached = 0
    for index, start in enumerate(starts, 1):
        if sign * numerator >= sign * start * denominator:
            reached = index
    if reached in (0, len(starts)):
        return first - 1 + reached, 1
    here, ahead = starts[reached - 1], starts[reached]
    gap = sign * (ahead - here) * denominator
    return (first - 1 + reached) * gap + sign * (numerator - here * denominator), gap


RUNTIME: Mapping[str, object] = {
    "nearest": arithmetic.nearest,
    "round_half_up": arithmetic.round_half_up,
    "round_up": arithmetic.round_up,
    "round_down": arithmetic.round_down,
    "flipped": flipped,
    "whole": whole,
    "located": located,
    "Fraction": Fraction,
    "choose": choose,
    "Stage": Stage,
}
"""All that the generated text may call."""


@frozen(eq=False)
class Loaded:
    """The generated functions, ready to run; good for every store that its plan is good for."""

    calls: tuple[tuple[Call, Callable[..., Any]], ...]


def load(compiled: Compiled) -> Loaded:
    """Return the generated functions."""
    names: dict[str, Any] = {**RUNTIME, "K": compiled.constants, "__builtins__": {}}
    # The text holds names that we mint and whole numbers only, so nothing of a policy is run.
    exec(compile(compiled.text, "<generated>", "exec"), names)
    return Loaded(tuple((call, names[call.function]) for call in compiled.calls))


class PythonEngine:
    """Runs plans as generated Python; the same interface and the same bits as the interpreter."""

    def __init__(self, program: c.Program, store: Store, populations: Populations) -> None:
        """Run ``program`` over the rows of ``store``."""
        self.program = program
        self.store = store
        self._populations = populations

    def run(self, plan: Plan, loaded: Loaded | None = None) -> None:
        """Compute what ``plan`` says; the values are then in the slots of the rows.

        ``loaded`` spares compiling the plan again.
        """
        settle(self.store, plan)
        loaded = loaded or load(compile_python(self.program, plan))
        items = [item for item in self.program.items if not item.record]
        population = [self._population(item) for item in items]
        lacking = [self.store.lacking.get(target, set()) for target in sorted(plan.partial)]
        for call, function in loaded.calls:
            self._call(call, function, (*self._world(), population, lacking))
        for index, item in enumerate(items):
            if item.name in plan.populations:
                self.store.populations[item.name] = population[index]

    def _population(self, item: c.Item) -> Stored:
        value = population_value(item, self._populations)
        return None if isinstance(value, Population) else value

    def _world(self) -> tuple[list[list[Row]], list[Mapping[Any, Row]]]:
        records = self.store.schema.records
        return (
            [self.store.rows.get(name, []) for name in records],
            [self.store.index.get(name, {}) for name in records],
        )

    def _call(self, call: Call, function: Callable[..., Any], world: tuple[Any, ...]) -> None:
        if not call.groups:
            try:
                function(*world)
            except (TypeError, ZeroDivisionError) as error:
                error.add_note(f"while computing items of {call.record or 'the population'}")
                raise
            return
        grouping = grouping_of(self.store.schema.records[call.record])
        child = self.store.schema.lists[grouping.parent, grouping.list_name]
        slot = self.store.schema.layouts[child].slots[grouping.by]
        self.store.make_groups(
            call.record, lambda row: row[slot], lambda row: function(*world, row)
        )
