"""Quantities in generated code: whole numbers of steps where they can be, else quotients."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import assert_never

from attrs import define, evolve

from mipsdsl.core import nodes as c
from mipsdsl.engines.emit import Absent, Decimal, Held, Plain, Ratio, is_atom, product, times
from mipsdsl.engines.paths import Paths

_SYMBOLS = {
    c.Comparison.LESS: "<",
    c.Comparison.AT_MOST: "<=",
    c.Comparison.MORE: ">",
    c.Comparison.AT_LEAST: ">=",
    c.Comparison.EQUAL: "==",
}
_ROUNDINGS = {
    c.Rounding.HALF_UP: "round_half_up",
    c.Rounding.UP: "round_up",
    c.Rounding.DOWN: "round_down",
}


def scale_of(expr: c.Expr) -> int:
    """Return the places of the shape of ``expr``."""
    if expr.shape is None:
        raise TypeError(f"a quantity without a shape: {type(expr).__name__}")
    return expr.shape.scale


@define
class Amounts(Paths):
    """Writes the code of quantities."""

    @abstractmethod
    def expr(self, expr: c.Expr) -> Held:
        """Return what ``expr`` looks like; statements that it needs are written."""

    # --- from one look to another ---

    def at_scale(self, held: Decimal, scale: int) -> str:
        """Return the code of a decimal with ``scale`` places, not fewer than it has."""
        factor = 10 ** (scale - held.scale)
        if factor == 1 or not held.maybe:
            return times(held.code, factor)
        return self._guarded(held.code, lambda atom: f"{atom} * {factor}")

    def _guarded(self, code: str, then: Callable[[str], str]) -> str:
        """Return the code of ``then`` of a value that may be missing, and is missing with it."""
        if is_atom(code):
            return f"({then(code)} if {code} is not None else None)"
        bound = self.text.mint("t")
        return f"({then(bound)} if ({bound} := {code}) is not None else None)"

    def as_ratio(self, held: Held) -> Ratio:
        """Return a quantity as a quotient."""
        match held:
            case Ratio():
                return held
            case Decimal(code, scale, maybe):
                return Ratio(self.text.atom(code), str(10**scale), maybe)
            case Absent():
                return Ratio("None", "1", maybe=True)
            case Plain():
                raise TypeError("not a quantity")
            case _:
                assert_never(held)

    def landed(self, held: Held, scale: int) -> Held:
        """Return a quantity put on the grid of ``scale`` places; anything else as it is."""
        return self._on_grid(held, scale, "nearest")

    def _on_grid(self, held: Held, scale: int, function: str) -> Held:
        """Return a quantity in steps of ``scale`` places, as ``function`` makes a step of a ratio."""
        match held:
            case Plain() | Absent():
                return held
            case Decimal(code, given, maybe):
                if given <= scale:
                    return held
                unit = 10 ** (given - scale)
                return self._rounded(code, lambda n: f"{function}({n}, {unit})", scale, maybe=maybe)
            case Ratio(numerator, denominator, maybe):
                return self._rounded(
                    numerator,
                    lambda n: f"{function}({times(n, 10**scale)}, {denominator})",
                    scale,
                    maybe=maybe,
                )
            case _:
                assert_never(held)

    def _rounded(
        self, code: str, then: Callable[[str], str], scale: int, *, maybe: bool
    ) -> Decimal:
        return Decimal(self._guarded(code, then) if maybe else then(code), scale, maybe)

    def key_part(self, expr: c.Expr, scale: int) -> str:
        """Return the code of a part of a key; a number between two steps is no key: missing."""
        held = self._on_grid(self.expr(expr), scale, "whole")
        match held:
            case Plain(code):
                return code
            case Absent():
                return "None"
            case Decimal():
                return self.at_scale(held, scale)
            case _:
                raise TypeError("a ratio is put on the grid")

    def common(self, helds: Sequence[Held]) -> Held:
        """Return a look that all of ``helds`` can take, under new names."""
        maybe = any(held.maybe for held in helds)
        if any(isinstance(held, Plain) for held in helds):
            return Plain(self.text.mint("t"), maybe)
        if any(isinstance(held, Ratio) for held in helds):
            return Ratio(self.text.mint("n"), self.text.mint("d"), maybe)
        scales = [held.scale for held in helds if isinstance(held, Decimal)]
        return Decimal(self.text.mint("t"), max(scales), maybe) if scales else Absent()

    def like(self, held: Held, target: Held) -> str:
        """Return the code of ``held`` with the look of ``target``, a plain value or a decimal."""
        match held:
            case Absent():
                return "None"
            case Decimal() if isinstance(target, Decimal):
                return self.at_scale(held, target.scale)
            case Plain(code) if isinstance(target, Plain):
                return code
            case _:
                raise TypeError(f"{held} and {target} do not go together")

    def assign(self, target: Held, held: Held) -> None:
        """Write the lines that give the names of ``target`` the value ``held``."""
        match target:
            case Plain(name) | Decimal(name):
                self.text.write(f"{name} = {self.like(held, target)}")
            case Ratio(numerator, denominator):
                source = self.as_ratio(held)
                self.text.write(f"{numerator} = {source.numerator}")
                self.text.write(f"{denominator} = {source.denominator}")
            case Absent():
                self.text.write("pass")
            case _:
                assert_never(target)

    # --- comparisons ---

    def compare(self, expr: c.Compare) -> str:
        """Return the code of a comparison."""
        left, right = self.expr(expr.left), self.expr(expr.right)
        symbol = _SYMBOLS[expr.comparison]
        guards = []
        if expr.comparison is c.Comparison.EQUAL:
            if isinstance(left, Absent) or isinstance(right, Absent):
                return "False"
            left, right = self._atomic(left), self._atomic(right)
            guards = [f"{_said(held)} is not None and " for held in (left, right) if held.maybe]
        first, second = self.alike(left, right)
        return f"({''.join(guards)}{first} {symbol} {second})"

    def _atomic(self, held: Held) -> Held:
        """Return a value that may be missing under a name, to be looked at twice."""
        if isinstance(held, Decimal) and held.maybe:
            return evolve(held, code=self.text.atom(held.code))
        return held

    def alike(self, left: Held, right: Held) -> tuple[str, str]:
        """Return two whole numbers that compare as the quantities do."""
        left, right = _there(left), _there(right)
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            scale = max(left.scale, right.scale)
            return self.at_scale(left, scale), self.at_scale(right, scale)
        one, other = self.as_ratio(left), self.as_ratio(right)
        return (
            product(one.numerator, other.denominator),
            product(other.numerator, one.denominator),
        )

    # --- arithmetic ---

    def arithmetic(self, expr: c.Arithmetic) -> Held:
        """Return the code of arithmetic."""
        left, right = _there(self.expr(expr.left)), _there(self.expr(expr.right))
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return self._of_decimals(expr.operator, left, right)
        return self._of_ratios(expr.operator, self.as_ratio(left), self.as_ratio(right))

    def _of_decimals(self, operator: c.Operator, left: Decimal, right: Decimal) -> Decimal:
        if operator is c.Operator.MULTIPLY:
            return Decimal(product(left.code, right.code), left.scale + right.scale)
        scale = max(left.scale, right.scale)
        first, second = self.at_scale(left, scale), self.at_scale(right, scale)
        match operator:
            case c.Operator.ADD | c.Operator.SUBTRACT:
                return Decimal(f"({first} {operator.value} {second})", scale)
            case c.Operator.LEAST | c.Operator.GREATEST:
                symbol = "<=" if operator is c.Operator.LEAST else ">="
                (one, first), (other, second) = self._named(first), self._named(second)
                return Decimal(f"({one} if {first} {symbol} {second} else {other})", scale)
            case _:
                assert_never(operator)

    def _named(self, code: str) -> tuple[str, str]:
        """Return a name for ``code``, and the code that gives it."""
        if is_atom(code):
            return code, code
        name = self.text.mint("t")
        return name, f"({name} := {code})"

    def _of_ratios(self, operator: c.Operator, left: Ratio, right: Ratio) -> Ratio:
        first = product(left.numerator, right.denominator)
        second = product(right.numerator, left.denominator)
        match operator:
            case c.Operator.ADD | c.Operator.SUBTRACT:
                numerator = f"{first} {operator.value} {second}"
                return self._ratio(numerator, product(left.denominator, right.denominator))
            case c.Operator.MULTIPLY:
                numerator = product(left.numerator, right.numerator)
                return self._ratio(numerator, product(left.denominator, right.denominator))
            case c.Operator.LEAST | c.Operator.GREATEST:
                symbol = "<=" if operator is c.Operator.LEAST else ">="
                target = Ratio(self.text.mint("n"), self.text.mint("d"))
                self.text.write(f"if {first} {symbol} {second}:")
                with self.text.indented():
                    self.assign(target, left)
                self.text.write("else:")
                with self.text.indented():
                    self.assign(target, right)
                return target
            case _:
                assert_never(operator)

    def _ratio(self, numerator: str, denominator: str) -> Ratio:
        return Ratio(self.text.atom(numerator), self.text.atom(denominator))

    def divide(self, expr: c.Divide) -> Held:
        """Return the code of a division; the dividend is not computed where the divisor is 0."""
        divisor = _there(self.expr(expr.right))
        if isinstance(divisor, Decimal):
            divisor = evolve(divisor, code=self.text.atom(divisor.code))
        if expr.when_zero is None:
            return self._quotient(expr.left, divisor)
        zero = divisor.code if isinstance(divisor, Decimal) else self.as_ratio(divisor).numerator
        with self.text.captured() as lines:
            quotient = self._quotient(expr.left, divisor)
        with self.text.captured() as otherwise:
            instead = self.expr(expr.when_zero)
        target = self.common([quotient, instead])
        self.text.write(f"if {zero} == 0:")
        with self.text.indented():
            self.text.splice(otherwise)
            self.assign(target, instead)
        self.text.write("else:")
        with self.text.indented():
            self.text.splice(lines)
            self.assign(target, quotient)
        return target

    def _quotient(self, dividend: c.Expr, divisor: Held) -> Ratio:
        left = _there(self.expr(dividend))
        if isinstance(left, Decimal) and isinstance(divisor, Decimal):
            scale = max(left.scale, divisor.scale)
            top, bottom = self.at_scale(left, scale), self.at_scale(divisor, scale)
        else:
            one, other = self.as_ratio(left), self.as_ratio(divisor)
            top = product(one.numerator, other.denominator)
            bottom = product(one.denominator, other.numerator)
        if bottom.isdecimal() and int(bottom):
            return self._ratio(top, bottom)
        numerator, denominator = self.text.mint("n"), self.text.mint("d")
        self.text.write(f"{numerator} = {top}")
        self.text.write(f"{denominator} = {bottom}")
        self.text.write(f"if {denominator} <= 0:")
        with self.text.indented():
            flip = f"flipped({numerator}, {denominator})"
            self.text.write(f"{numerator}, {denominator} = {flip}")
        return Ratio(numerator, denominator)

    def round(self, expr: c.Round) -> Held:
        """Return the code of a written rounding."""
        held, places, function = self.expr(expr.operand), scale_of(expr), _ROUNDINGS[expr.mode]
        if isinstance(held, Absent | Plain):
            return held
        if isinstance(held, Decimal):
            code, denominator = held.code, str(10**held.scale)
        else:
            code, denominator = held.numerator, held.denominator
        return self._rounded(
            code, lambda n: f"{function}({n}, {denominator}, {places})", places, maybe=held.maybe
        )

    def position(self, expr: c.Position) -> Held:
        """Return the code of a position on starts."""
        value = self.as_ratio(self.expr(expr.value))
        starts, maybe = self.slot_of(expr.starts.row, expr.starts.name)
        scales = self.schema.layouts[self.record_of(expr.starts.row)].scales
        factor = 10 ** scales[expr.starts.name]
        top = value.numerator
        top = self._guarded(top, lambda n: times(n, factor)) if value.maybe else times(top, factor)
        numerator, denominator = self.text.mint("n"), self.text.mint("d")
        arguments = f"{top}, {value.denominator}, {starts}, {expr.first}, {expr.rising}"
        self.text.write(f"{numerator}, {denominator} = located({arguments})")
        return Ratio(numerator, denominator, maybe or value.maybe or expr.starts.type.optional)


def _there(held: Held) -> Decimal | Ratio:
    """Return a quantity that the checks of the language know to be there."""
    if isinstance(held, Decimal | Ratio):
        return evolve(held, maybe=False)
    raise TypeError("a quantity is needed, and there is none")


def _said(held: Held) -> str:
    """Return the name that is ``None`` when the value is missing."""
    match held:
        case Ratio(name) | Plain(name) | Decimal(name):
            return name
        case Absent():
            return "None"
        case _:
            assert_never(held)
