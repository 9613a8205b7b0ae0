"""Z3 on the constraints of one try."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from enum import Enum
from fractions import Fraction
from time import process_time
from typing import Any

import z3

from mipsdsl.engines.schema import stored_scale
from mipsdsl.engines.solver.encode import Encoder, Freed
from mipsdsl.engines.solver.logic import Bool, conj, implies, neg, same
from mipsdsl.engines.solver.numbers import tangents
from mipsdsl.engines.solver.person import Decoder
from mipsdsl.engines.solver.rows import Rows
from mipsdsl.engines.solver.values import Code, Flag, Quantity, Starts, Value

PLANES = 40
"""So often what a model says of products is put right before the model is taken as it is."""

PLANES_TO_BLAME = 6
"""So often what a model says of products is put right to see what is to blame."""


def crowded() -> float:
    """Return how many processes wait for each processor: so much longer does a second of work take."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 1.0
    return max(1.0, load / (os.cpu_count() or 1))


class Found(Enum):
    """What the solver said of the constraints."""

    NOBODY = "nobody"
    SOMEBODY = "somebody"
    UNDECIDED = "undecided"


class Probe:
    """A solver with the constraints of a try, and what it found last."""

    def __init__(
        self, rows: Rows, encoders: Sequence[Encoder], seconds: float, planes: int = PLANES
    ) -> None:
        """Take the constraints over, to be solved in so many ``seconds``.

        ``planes``: so often products are put right while something else is taken as any value, when
        the model is only a hint.
        """
        self._planes = planes
        self._rows = rows
        self._encoders = encoders
        self._end = process_time() + seconds
        self._solver = z3.Solver()
        for condition in rows.numbers.asserted:
            self._solver.add(condition)
        self._model: Any = None

    def decoder(self) -> Decoder:
        """Return what reads the model that was found."""
        return Decoder(self._model, self._rows)

    def search(self, condition: Bool) -> tuple[Found, str]:
        """Return whether ``condition`` can hold: if possible for rows that somebody sent."""
        self._solver.add(condition)
        created = [row.created for row in self._rows.made if row.created is not False]
        found, why = self._settled([neg(each) for each in created])
        if found is Found.NOBODY and created:
            return self._settled([])
        return found, why

    def _settled(self, assumed: list[Bool]) -> tuple[Found, str]:
        """Return what is found when products are what they should be, as far as that was seen to."""
        is_hint = any(encoder.freed for encoder in self._encoders)
        for _ in range(self._planes if is_hint else PLANES):
            found, why = self._check(assumed)
            if found is not Found.SOMEBODY:
                return found, why
            amiss = self._amiss()
            if not amiss:
                break
            model = self._model
            if self._check([*assumed, *self._one_factor_fixed()])[0] is Found.SOMEBODY:
                return Found.SOMEBODY, ""
            self._model = model
            for product, x, y in amiss:
                for plane in tangents(product, x, y):
                    self._solver.add(plane)
        return Found.SOMEBODY, ""

    def _check(self, assumed: Iterable[Bool]) -> tuple[Found, str]:
        left = self._end - process_time()
        if left <= 0:
            return Found.UNDECIDED, "timeout"
        self._solver.set("timeout", max(1, int(left * crowded() * 1000)))
        said = self._solver.check(*[each for each in assumed if each is not True])
        if said == z3.unsat:
            return Found.NOBODY, ""
        if said == z3.sat:
            self._model = self._solver.model()
            return Found.SOMEBODY, ""
        return Found.UNDECIDED, self._solver.reason_unknown()

    def _amiss(self) -> list[Any]:
        """Return the products that are none in the model, with their factors there."""
        decoder, found = self.decoder(), []
        for product in self._rows.numbers.products:
            x, y, z = (
                decoder.number(t) for t in (product.one.term, product.other.term, product.term)
            )
            if x * y != z:
                found.append((product, x, y))
        return found

    def _one_factor_fixed(self) -> list[Bool]:
        """Return that of each product one factor is what it is in the model."""
        decoder, fixed = self.decoder(), []
        for product in self._rows.numbers.products:
            x = decoder.number(product.one.term)
            fixed += [product.one.term == x, product.term == x * product.other.term]
        return fixed

    # --- what is to blame ---

    def blame(self, real: Sequence[tuple[Freed, Any]]) -> list[Freed] | None:
        """Return what must have been taken amiss, of what is really something else.

        With all fields as they are in the model, and all that was not computed as it really is,
        nothing refutes; the solver says which of the latter it takes to see that. It takes none
        where only products were amiss; ``None``: it does not see it.
        """
        decoder = self.decoder()
        self._solver.push()
        inputs = [value for row in self._rows.made for value in row.fields.values()]
        for encoder in self._encoders:
            inputs += [*encoder.given.values(), *encoder.known_populations().values()]
        for value in inputs:
            self._solver.add(_as_found(value, decoder))
        blamed = []
        literals = {}
        for freed, value in real:
            fixed = _is(freed, value, self._rows)
            if fixed is None:
                continue
            literal = z3.Bool(self._rows.numbers.name("real"))
            literals[literal.get_id()] = freed
            self._solver.add(implies(literal, fixed))
            blamed.append(literal)
        model = self._model
        found, _ = self._check(blamed)
        for _ in range(PLANES_TO_BLAME):
            if found is not Found.SOMEBODY or not (amiss := self._amiss()):
                break
            for each in amiss:
                self._solver.add(tangents(*each))
            found, _ = self._check(blamed)
        core = None
        if found is Found.NOBODY:
            core = [literals[x.get_id()] for x in self._least(list(self._solver.unsat_core()))]
        self._solver.pop()
        self._model = model
        return core

    def _least(self, core: list[Bool]) -> list[Bool]:
        """Return a part of a core from which nothing can be left out, as far as there is time.

        Z3's own way to do so knows no time limit.
        """
        for literal in list(core):
            rest = [each for each in core if each is not literal]
            if len(rest) == len(core) or self._check(rest)[0] is not Found.NOBODY:
                continue
            found = {each.get_id() for each in self._solver.unsat_core()}
            core = [each for each in rest if each.get_id() in found]
        return core


def _as_found(value: Value, decoder: Decoder) -> Bool:
    """Return that a value is what it is in the model."""
    present = same(value.present, decoder.holds(value.present))
    match value:
        case Flag():
            return conj([present, same(value.holds, decoder.holds(value.holds))])
        case Code():
            return conj([present, _number(value.number.term, decoder)])
        case Quantity():
            return conj([present, _number(value.top.term, decoder)])
        case Starts():
            return conj([present, *(_number(x.term, decoder) for x in (value.count, *value.items))])


def _number(term: Any, decoder: Decoder) -> Bool:  # noqa: ANN401 - a term of Z3
    return True if isinstance(term, int) else term == decoder.number(term)


def _is(freed: Freed, real: Any, rows: Rows) -> Bool | None:  # noqa: ANN401 - a value
    """Return that something that was not computed has a value; nothing when that cannot be said."""
    value = freed.value
    if real is None:
        return neg(value.present)
    match value:
        case Flag():
            return conj([value.present, same(value.holds, real is True)])
        case Code() if isinstance(real, str):
            item = rows.schema.items[freed.target]
            code = rows.codes.find(real, item.type.choice)
            return None if code is None else conj([value.present, value.number.term == code])
        case Quantity():
            if freed.expr is None:
                real = Fraction(real, 10 ** stored_scale(rows.schema.items[freed.target]))
            exact = Fraction(real) * 10**value.scale
            top, bottom = value.top.term * exact.denominator, value.bottom.term * exact.numerator
            return conj([value.present, z3.IntVal(0) + top == bottom])
        case _:
            return None
