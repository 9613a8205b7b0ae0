"""From expressions of the core to machine code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import assert_never

from attrs import define, evolve

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Type, Unit
from mipsdsl.engines.native.amounts import bounded, literal
from mipsdsl.engines.native.code import Piece, Unsupported
from mipsdsl.engines.native.memory import Memory
from mipsdsl.engines.native.values import ALWAYS, Absent, Amount, Code32, Flag, Members, Value
from mipsdsl.engines.native.wholes import Whole, known, width_of

_CHEAP = 24
"""Instructions that are rather run in vain than jumped over."""


@define
class Expressions(Memory):
    """Writes the code of expressions that look at no list."""

    def condition(self, expr: c.Expr) -> str:
        """Return a yes/no; missing is not yes."""
        held = self.expr(expr)
        match held:
            case Absent():
                return "false"
            case Flag(name, there):
                return self.amounts.both(name, there)
            case _:
                raise TypeError("a quantity is no condition")

    def quantity(self, expr: c.Expr) -> Amount:
        """Return a quantity that the checks of the language know to be there."""
        held = self.expr(expr)
        if isinstance(held, Amount):
            return evolve(held, there=ALWAYS)
        if isinstance(held, Absent):  # in code that never runs
            return literal(Fraction(0))
        raise TypeError("a quantity is needed")

    def plain(self, expr: c.Expr) -> Value:
        """Return the value of an expression that looks at no list."""
        match expr:
            case c.Constant() | c.SetOf() | c.Missing() | c.Parameter():
                return self._literal(expr)
            case c.Read() | c.ReadPopulation():
                return self.read(expr)
            case c.IsGiven() | c.HasRow() | c.IsMember() | c.Same() | c.Among():
                return Flag(self._test(expr))
            case c.Compare():
                return Flag(self._compare(expr))
            case c.And() | c.Or() | c.Not():
                return Flag(self._logic(expr))
            case c.Arithmetic() | c.Divide() | c.Land() | c.Round():
                return self._quantity(expr)
            case c.Default() | c.Cases() | c.Pick():
                return self._case(expr)
            case _:
                raise TypeError(f"not an expression without a list: {type(expr).__name__}")

    # --- leaves ---

    def _literal(self, expr: c.Constant | c.SetOf | c.Missing | c.Parameter) -> Value:
        match expr:
            case c.Constant(value):
                return self._constant(expr, value)
            case c.SetOf(values):
                inner = Type(Unit.CHOICE, expr.type.choice) if expr.type.choice else _TEXT
                return Members(tuple(self._code(each, inner) for each in values), inner)
            case c.Missing():
                return Absent()
            case c.Parameter(_, value):
                return self._literal(value)
            case _:
                assert_never(expr)

    def _constant(self, expr: c.Constant, value: int | bool | str) -> Value:
        if isinstance(value, bool):
            return Flag(str(value).lower())
        if isinstance(value, str):
            return Code32(self._code(value, expr.type), expr.type.required())
        scale = 0 if expr.shape is None else expr.shape.scale
        return literal(Fraction(value, 10**scale))

    def _code(self, value: str, type_: Type) -> str:
        if type_.unit is Unit.CHOICE:
            return self.choice_code(value, type_)
        return self.text(value)

    # --- yes/no ---

    def _test(self, expr: c.IsGiven | c.HasRow | c.IsMember | c.Same | c.Among) -> str:
        match expr:
            case c.IsGiven(operand):
                return self.expr(operand).there
            case c.HasRow(row):
                return self.row(row).there
            case c.IsMember(row, rows):
                return self.is_among(self.row(row), rows)
            case c.Same(left, right):
                return self._same(self.expr(left), self.expr(right))
            case c.Among(operand, values):
                return self._among(self.expr(operand), self.expr(values))
            case _:
                assert_never(expr)

    def _same(self, left: Value, right: Value) -> str:
        there = self.amounts.both(left.there, right.there)
        if isinstance(left, Flag) and isinstance(right, Flag):
            differs = self.code.op(f"xor i1 {left.name}, {right.name}")
            return self.amounts.both(there, self.code.op(f"xor i1 {differs}, true"))
        if not isinstance(left, Code32) or not isinstance(right, Code32):
            return "false"
        if left.type.required() != right.type.required():
            left, right = self.as_text(left), self.as_text(right)
        return self.amounts.both(there, self.code.op(f"icmp eq i32 {left.name}, {right.name}"))

    def _among(self, held: Value, members: Value) -> str:
        if not isinstance(held, Code32) or not isinstance(members, Members):
            return "false"
        if held.type.required() != members.type.required() and members.type.unit is Unit.TEXT:
            held = self.as_text(held)
        found = "false"
        for name in members.names:
            same = self.code.op(f"icmp eq i32 {held.name}, {name}")
            found = same if found == "false" else self.code.op(f"or i1 {found}, {same}")
        return self.amounts.both(self.amounts.both(held.there, members.there), found)

    def _compare(self, expr: c.Compare) -> str:
        left, right = self.expr(expr.left), self.expr(expr.right)
        if expr.comparison is not c.Comparison.EQUAL:
            left = left if isinstance(left, Amount) else literal(Fraction(0))
            right = right if isinstance(right, Amount) else literal(Fraction(0))
        if not isinstance(left, Amount) or not isinstance(right, Amount):
            return "false"
        return self.amounts.compare(expr.comparison, left, right)

    def _logic(self, expr: c.And | c.Or | c.Not) -> str:
        match expr:
            case c.Not(operand):
                return self.code.op(f"xor i1 {self.condition(operand)}, true")
            case c.And(operands):
                return self._chain(operands, is_and=True)
            case c.Or(operands):
                return self._chain(operands, is_and=False)
            case _:
                assert_never(expr)

    def _chain(self, operands: Sequence[c.Expr], *, is_and: bool) -> str:
        """Return operands joined; what costs much is only run when it decides."""
        if not operands:
            return "true" if is_and else "false"
        code, found = self.code, self.condition(operands[0])
        for operand in operands[1:]:
            with code.apart() as piece:
                each = self.condition(operand)
            if piece.is_straight and len(piece.lines) <= _CHEAP:
                code.splice(piece)
                found = code.op(f"{'and' if is_and else 'or'} i1 {found}, {each}")
                continue
            done, before = code.name("x"), code.block
            code.branch(found, *((piece.first, done) if is_and else (done, piece.first)))
            code.place(piece)
            after = code.block
            code.jump(done)
            code.start(done)
            skipped = "false" if is_and else "true"
            found = code.phi("i1", [(skipped, before), (each, after)])
        return found

    # --- quantities ---

    def _quantity(self, expr: c.Arithmetic | c.Divide | c.Land | c.Round) -> Value:
        match expr:
            case c.Arithmetic(operator, left, right):
                one, other = self.quantity(left), self.quantity(right)
                return bounded(self.amounts.arithmetic(operator, one, other), expr.shape)
            case c.Divide():
                return self._divide(expr)
            case c.Land(operand):
                held = self.expr(operand)
                if isinstance(held, Amount) and expr.shape is not None:
                    held = bounded(self.amounts.landed(held, expr.shape.scale), expr.shape)
                return held
            case c.Round(operand, mode):
                held = self.expr(operand)
                if isinstance(held, Amount) and expr.shape is not None:
                    held = self.amounts.rounded(held, mode, expr.shape.scale)
                    held = bounded(held, expr.shape)
                return held
            case _:
                assert_never(expr)

    def _divide(self, expr: c.Divide) -> Value:
        divisor = self.quantity(expr.right)
        if expr.when_zero is None or divisor.top.low > 0 or divisor.top.high < 0:
            self._never_zero(divisor)
            return bounded(self.amounts.quotient(self.quantity(expr.left), divisor), expr.shape)
        instead, left = expr.when_zero, expr.left
        zero = self.amounts.wholes.compare("eq", divisor.top, known(0))
        found = self.either(
            zero,
            lambda: self.expr(instead),
            lambda: self.amounts.quotient(self.quantity(left), divisor),
        )
        return bounded(found, expr.shape) if isinstance(found, Amount) else found

    def _never_zero(self, divisor: Amount) -> None:
        """Report a divisor that was said never to be 0 and is."""
        if divisor.top.low <= 0 <= divisor.top.high and divisor.top.known is None:
            zero = self.amounts.wholes.compare("eq", divisor.top, known(0))
            with self.code.when(zero):
                self.code.write("store i64 1, ptr %report")

    # --- cases ---

    def _case(self, expr: c.Default | c.Cases | c.Pick) -> Value:
        match expr:
            case c.Default():
                return self._default(expr)
            case c.Cases(_, arms, otherwise):
                tests = [self._test_piece(arm.condition) for arm in arms]
                values = [*(arm.value for arm in arms), otherwise]
                return self._bounded(self._decided([*tests, _ALWAYS], self._pieces(values)), expr)
            case c.Pick():
                return self._pick(expr)
            case _:
                assert_never(expr)

    def _default(self, expr: c.Default) -> Value:
        operand = self.expr(expr.operand)
        if isinstance(operand, Absent):
            return self.expr(expr.otherwise)
        if operand.there == ALWAYS:
            return operand
        there = evolve(operand, there=ALWAYS)
        found = self.either(operand.there, lambda: there, lambda: self.expr(expr.otherwise))
        return self._bounded(found, expr)

    def either(self, condition: str, yes: Callable[[], Value], no: Callable[[], Value]) -> Value:
        """Return one of two values, of which only one is computed unless both are cheap."""
        pieces = [self._piece(yes), self._piece(no)]
        return self._decided([(Piece("", []), condition), _ALWAYS], pieces)

    def _pick(self, expr: c.Pick) -> Value:
        index = self.quantity(expr.index)
        tests = []
        for number in range(1, len(expr.values)):
            with self.code.apart() as piece:
                test = self.amounts.compare(c.Comparison.EQUAL, index, literal(Fraction(number)))
            tests.append((piece, test))
        return self._bounded(self._decided([*tests, _ALWAYS], self._pieces(expr.values)), expr)

    def _bounded(self, held: Value, expr: c.Expr) -> Value:
        return bounded(held, expr.shape) if isinstance(held, Amount) else held

    def _test_piece(self, condition: c.Expr) -> tuple[Piece, str]:
        with self.code.apart() as piece:
            found = self.condition(condition)
        return piece, found

    def _pieces(self, values: Sequence[c.Expr]) -> list[tuple[Piece, Value]]:
        return [self._piece(lambda each=each: self.expr(each)) for each in values]  # type: ignore[misc]

    def _piece(self, write: Callable[[], Value]) -> tuple[Piece, Value]:
        with self.code.apart() as piece:
            value = write()
        return piece, value

    def _decided(
        self, tests: Sequence[tuple[Piece, str]], values: Sequence[tuple[Piece, Value]]
    ) -> Value:
        """Return the value of the first test that holds; the last always does."""
        tests, values = _reached(tests, values)
        targets = _Merge(self, [value for _, value in values])
        parts = []
        for piece, value in values:
            with self.code.apart(piece):
                parts.append(targets.parts(value))
        pieces = [piece for piece, _ in (*tests, *values)]
        is_cheap = all(piece.is_straight and len(piece.lines) <= _CHEAP for piece in pieces)
        if is_cheap and sum(len(piece.lines) for piece in pieces) <= 4 * _CHEAP:
            return targets.value(self._selected(tests, [p for p, _ in values], parts, targets))
        return targets.value(self._jumped(tests, [p for p, _ in values], parts, targets))

    def _selected(
        self, tests: Sequence[tuple[Piece, str]], pieces: list[Piece], parts: list[list[str]],
        targets: _Merge,
    ) -> list[str]:  # fmt: skip
        for piece in (*(piece for piece, _ in tests), *pieces):
            self.code.splice(piece)
        found = parts[-1]
        for (_, test), values in list(zip(tests, parts, strict=True))[-2::-1]:
            found = [
                one
                if one == other
                else self.code.op(f"select i1 {test}, {kind} {one}, {kind} {other}")
                for kind, one, other in zip(targets.kinds, values, found, strict=True)
            ]
        return found

    def _jumped(
        self, tests: Sequence[tuple[Piece, str]], pieces: list[Piece], parts: list[list[str]],
        targets: _Merge,
    ) -> list[str]:  # fmt: skip
        code, done, ends = self.code, self.code.name("x"), []
        for index, ((before, test), piece) in enumerate(zip(tests, pieces, strict=True)):
            if before.is_straight:
                code.splice(before)
            else:
                code.jump(before.first)
                code.place(before)
            following = code.name("b")
            if index < len(tests) - 1:
                code.branch(test, piece.first, following)
            else:
                code.jump(piece.first)
            code.place(piece)
            ends.append(code.block)
            code.jump(done)
            if index < len(tests) - 1:
                code.start(following)
        code.start(done)
        return [
            code.phi(kind, [(values[i], end) for values, end in zip(parts, ends, strict=True)])
            for i, kind in enumerate(targets.kinds)
        ]


_TEXT = Type(Unit.TEXT)
_ALWAYS = (Piece("", []), "true")


def _reached(
    tests: Sequence[tuple[Piece, str]], values: Sequence[tuple[Piece, Value]]
) -> tuple[list[tuple[Piece, str]], list[tuple[Piece, Value]]]:
    """Leave out what a literal test rules out."""
    kept = []
    for test, value in zip(tests, values, strict=True):
        if test[1] != "false" or not test[0].is_straight:
            kept.append((test, value))
        if test[1] == "true":
            break
    return [test for test, _ in kept], [value for _, value in kept]


class _Merge:
    """Values that come from several places, as one: its parts are what ``phi`` and ``select`` take."""

    def __init__(self, expressions: Expressions, values: list[Value]) -> None:
        self._expressions = expressions
        self._present = [value for value in values if not isinstance(value, Absent)]
        self._maybe = any(value.there != ALWAYS for value in values)
        self._amounts = [value for value in self._present if isinstance(value, Amount)]
        self._choices = {v.type.required() for v in self._present if isinstance(v, Code32)}
        self._as_texts = len(self._choices) > 1
        self._bounds()
        self.kinds = self._kinds()

    def _bounds(self) -> None:
        """Find the bounds of what the amounts will be in common, before any is converted."""
        self._top, self._bottom, self._unit = known(0), known(1), 1
        self._has_bottom = False
        if not self._amounts:
            return
        # Converted apart, to be thrown away: only the bounds are of interest.
        with self._expressions.code.apart():
            common = self._expressions.amounts.common(self._amounts)
        self._unit = common[0].unit
        self._top = _spanning([each.top for each in common])
        self._has_bottom = common[0].bottom is not None
        bottoms = [each.bottom for each in common if each.bottom is not None]
        self._bottom = _spanning(bottoms) if bottoms else known(1)

    def _kinds(self) -> list[str]:
        flag = ["i1"] if self._maybe else []
        if not self._present:
            return []
        match self._present[0]:
            case Amount():
                bottom = [self._bottom.kind] if self._has_bottom else []
                return [self._top.kind, *bottom, *flag]
            case Flag():
                return ["i1", *flag]
            case Code32():
                return ["i32", *flag]
            case _:
                raise Unsupported("a set that depends on the case")

    def parts(self, value: Value) -> list[str]:
        """Write the conversion of one of the values, and return its parts."""
        if not self._present:
            return []
        flag = [value.there] if self._maybe else []
        match value:
            case Absent():
                parts = ["false" if kind == "i1" else "0" for kind in self.kinds]
                if self._amounts and self._has_bottom:
                    parts[1] = "1"
                return parts
            case Amount():
                common = self._expressions.amounts.to_common(value, self._amounts)
                wholes = self._expressions.amounts.wholes
                parts = [wholes.at(common.top, self._top.width)]
                if common.bottom is not None:
                    parts.append(wholes.at(common.bottom, self._bottom.width))
                return [*parts, *flag]
            case Flag(name):
                return [name, *flag]
            case Code32():
                held = self._expressions.as_text(value) if self._as_texts else value
                return [held.name, *flag]
            case _:
                raise Unsupported("a set that depends on the case")

    def value(self, parts: list[str]) -> Value:
        """Return the value that has these parts."""
        if not self._present:
            return Absent()
        there = parts[-1] if self._maybe else ALWAYS
        match self._present[0]:
            case Amount():
                top = evolve(self._top, name=parts[0])
                bottom = evolve(self._bottom, name=parts[1]) if self._has_bottom else None
                return Amount(_renamed(top), self._unit, bottom and _renamed(bottom), there)
            case Flag():
                return Flag(parts[0], there)
            case Code32(_, type_):
                return Code32(parts[0], _TEXT if self._as_texts else type_, there)
            case _:
                raise Unsupported("a set that depends on the case")


def _renamed(whole: Whole) -> Whole:
    return known(whole.low) if whole.low == whole.high else whole


def _spanning(wholes: list[Whole]) -> Whole:
    low, high = min(each.low for each in wholes), max(each.high for each in wholes)
    return Whole("", width_of(low, high), low, high)
