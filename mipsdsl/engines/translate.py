"""From expressions of the core to Python over whole numbers."""

from __future__ import annotations

from typing import assert_never

from attrs import define, evolve, frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.amounts import Amounts, scale_of
from mipsdsl.engines.emit import Absent, Decimal, Held, Line, Plain, Ratio, times

_FLAT = 8
"""Conditions that need statements before them nest up to here; more become a loop that breaks."""

_SHORT = 10
"""Cases up to here are one expression, if they need no statements."""


@frozen
class _Branch:
    """A case: the lines before its condition, and the lines before its value."""

    before: list[Line]
    condition: str
    lines: list[Line]
    value: Held


@define
class Translator(Amounts):
    """Writes the code of expressions."""

    def stored(self, expr: c.Expr, scale: int) -> str:
        """Return the code of a value as it is stored: a quantity landed on ``scale`` places."""
        held = self.landed(self.expr(expr), scale)
        match held:
            case Decimal():
                return self.at_scale(held, scale)
            case Absent():
                return "None"
            case Plain(code):
                return code
            case _:
                raise TypeError("a ratio was not landed")

    def condition(self, expr: c.Expr) -> str:
        """Return the code of a yes/no; missing is not yes."""
        held = self.expr(expr)
        if isinstance(held, Absent):
            return "False"
        if not isinstance(held, Plain):
            raise TypeError("a quantity is no condition")
        return f"({held.code} is True)" if held.maybe else held.code

    def expr(self, expr: c.Expr) -> Held:
        """Return what ``expr`` looks like; statements that it needs are written."""
        held = self._expr(expr)
        match held:
            case Plain(code) | Decimal(code):
                return evolve(held, code=self.text.cut(code))
            case _:
                return held

    def _expr(self, expr: c.Expr) -> Held:
        match expr:
            case c.Constant() | c.SetOf() | c.Missing() | c.Parameter():
                return self._literal(expr)
            case c.Read() | c.ReadPopulation():
                return self.read(expr)
            case c.IsGiven() | c.HasRow() | c.IsMember() | c.Same() | c.Among():
                return Plain(self._test(expr))
            case c.Compare():
                return Plain(self.compare(expr))
            case c.And() | c.Or() | c.Not():
                return Plain(self._logic(expr))
            case c.Arithmetic() | c.Divide() | c.Land() | c.Round() | c.Position():
                return self._quantity(expr)
            case c.Default() | c.Cases() | c.Pick():
                return self._case(expr)
            case c.Fold():
                return self._fold(expr)
            case c.Select():
                return self._select(expr)
            case _:
                assert_never(expr)

    def _quantity(self, expr: c.Arithmetic | c.Divide | c.Land | c.Round | c.Position) -> Held:
        match expr:
            case c.Arithmetic():
                return self.arithmetic(expr)
            case c.Divide():
                return self.divide(expr)
            case c.Land(operand):
                return self.landed(self.expr(operand), scale_of(expr))
            case c.Round():
                return self.round(expr)
            case c.Position():
                return self.position(expr)
            case _:
                assert_never(expr)

    def _case(self, expr: c.Default | c.Cases | c.Pick) -> Held:
        match expr:
            case c.Default():
                return self._default(expr)
            case c.Cases():
                return self._cases(expr)
            case c.Pick():
                return self._pick(expr)
            case _:
                assert_never(expr)

    # --- leaves ---

    def _literal(self, expr: c.Constant | c.SetOf | c.Missing | c.Parameter) -> Held:
        match expr:
            case c.Constant(value):
                if isinstance(value, bool):
                    return Plain(str(value))
                if isinstance(value, str):
                    return Plain(self.text.constant(value))
                return Decimal(str(value), scale_of(expr))
            case c.SetOf(values):
                return Plain(self.text.constant(values))
            case c.Missing():
                return Absent()
            case c.Parameter(_, literal):
                return self._literal(literal)
            case _:
                assert_never(expr)

    # --- yes/no ---

    def _test(self, expr: c.IsGiven | c.HasRow | c.IsMember | c.Same | c.Among) -> str:
        match expr:
            case c.IsGiven(operand):
                return self._is_given(self.expr(operand))
            case c.HasRow(row):
                code, maybe = self.row_of(row)
                return f"({code} is not None)" if maybe else "True"
            case c.IsMember(row, rows):
                return self._is_member(row, rows)
            case c.Same(left, right):
                return self._same(self.expr(left), self.expr(right))
            case c.Among(operand, values):
                return self._among(self.expr(operand), values)
            case _:
                assert_never(expr)

    def _is_given(self, held: Held) -> str:
        match held:
            case Absent():
                return "False"
            case Ratio(numerator):
                return f"({numerator} is not None)"
            case Plain(code) | Decimal(code):
                return f"({code} is not None)"
            case _:
                assert_never(held)

    def _is_member(self, row: c.Row, rows: c.Rows) -> str:
        found, each = self.text.mint("t"), self.text.mint("e")
        wanted = self.text.atom(self.row_of(row)[0])
        source = self.rows_of(rows)
        self.text.write(f"{found} = False")
        self.text.write(f"for {each} in {source}:")
        with self.text.indented():
            self.text.write(f"if {each} is {wanted}:")
            with self.text.indented():
                self.text.write(f"{found} = True")
                self.text.write("break")
        return found

    def _same(self, left: Held, right: Held) -> str:
        if not isinstance(left, Plain) or not isinstance(right, Plain):
            return "False"
        if not (left.maybe and right.maybe):
            return f"({left.code} == {right.code})"
        bound = self.text.mint("t")
        return f"(({bound} := {left.code}) is not None and {bound} == {right.code})"

    def _among(self, held: Held, values: c.Expr) -> str:
        if not isinstance(held, Plain):
            return "False"
        if isinstance(values, c.Parameter):
            values = values.value
        if isinstance(values, c.SetOf):
            return f"({held.code} in {self.text.constant(frozenset(values.values))})"
        members = self.expr(values)
        if not isinstance(members, Plain):
            return "False"
        return f"({held.code} in ({members.code} or ()))"

    def _logic(self, expr: c.And | c.Or | c.Not) -> str:
        match expr:
            case c.Not(operand):
                return f"(not {self.condition(operand)})"
            case c.And(operands):
                return self._chain("and", operands, "True")
            case c.Or(operands):
                return self._chain("or", operands, "False")
            case _:
                assert_never(expr)

    def _chain(self, word: str, operands: tuple[c.Expr, ...], empty: str) -> str:
        """Return operands joined by ``word``; those that need statements only run when asked."""
        if not operands:
            return empty
        so_far = self.condition(operands[0])
        for operand in operands[1:]:
            with self.text.captured() as lines:
                code = self.condition(operand)
            if not lines:
                so_far = self.text.cut(f"({so_far} {word} {code})")
                continue
            found = self.text.mint("t")
            self.text.write(f"{found} = {so_far}")
            self.text.write(f"if {found}:" if word == "and" else f"if not {found}:")
            with self.text.indented():
                self.text.splice(lines)
                self.text.write(f"{found} = {code}")
            so_far = found
        return so_far

    # --- cases ---

    def _default(self, expr: c.Default) -> Held:
        operand = self.expr(expr.operand)
        there: Held
        match operand:
            case Absent():
                return self.expr(expr.otherwise)
            case Ratio(name):
                test, there = f"{name} is not None", evolve(operand, maybe=False)
            case Plain(code) | Decimal(code):
                name = self.text.mint("t")
                test = f"({name} := {code}) is not None"
                there = evolve(operand, code=name, maybe=False)
            case _:
                assert_never(operand)
        return self._branches([_Branch([], test, [], there)], expr.otherwise)

    def _cases(self, expr: c.Cases) -> Held:
        branches = []
        for arm in expr.arms:
            with self.text.captured() as before:
                condition = self.condition(arm.condition)
            with self.text.captured() as lines:
                value = self.expr(arm.value)
            branches.append(_Branch(before, condition, lines, value))
        return self._branches(branches, expr.otherwise)

    def _pick(self, expr: c.Pick) -> Held:
        index = self.expr(expr.index)
        if not isinstance(index, Decimal):
            raise TypeError("an index is a count")
        name, unit = self.text.atom(index.code), 10**index.scale
        branches = []
        for number, value in enumerate(expr.values[:-1], 1):
            with self.text.captured() as lines:
                held = self.expr(value)
            branches.append(_Branch([], f"{name} == {number * unit}", lines, held))
        return self._branches(branches, expr.values[-1])

    def _branches(self, branches: list[_Branch], otherwise: c.Expr) -> Held:
        with self.text.captured() as lines:
            last = self.expr(otherwise)
        if not branches:
            self.text.splice(lines)
            return last
        target = self.common([*(branch.value for branch in branches), last])
        needing = sum(1 for branch in branches[1:] if branch.before)
        is_plain = not lines and not any(each.before or each.lines for each in branches)
        if is_plain and len(branches) <= _SHORT and isinstance(target, Plain | Decimal):
            return self._one_expression(branches, last, target)
        self.text.splice(branches[0].before)
        if needing > _FLAT:
            self._breaking(branches, lines, last, target)
        else:
            self._nested(branches, lines, last, target)
        return target

    def _one_expression(self, branches: list[_Branch], last: Held, target: Plain | Decimal) -> Held:
        parts = [f"{self.like(each.value, target)} if {each.condition} else " for each in branches]
        return evolve(target, code=f"({''.join(parts)}{self.like(last, target)})")

    def _nested(self, branches: list[_Branch], lines: list[Line], last: Held, target: Held) -> None:
        indent, word = self.text.indent, "if"
        for branch in branches:
            if branch.before and word == "elif":
                self.text.write("else:")
                self.text.indent += 1
                self.text.splice(branch.before)
                word = "if"
            self.text.write(f"{word} {branch.condition}:")
            self._value(branch.lines, branch.value, target)
            word = "elif"
        self.text.write("else:")
        self._value(lines, last, target)
        self.text.indent = indent

    def _breaking(
        self, branches: list[_Branch], lines: list[Line], last: Held, target: Held
    ) -> None:
        self.text.write("while True:")
        with self.text.indented():
            for branch in branches:
                self.text.splice(branch.before if branch is not branches[0] else [])
                self.text.write(f"if {branch.condition}:")
                self._value([*branch.lines], branch.value, target)
                with self.text.indented():
                    self.text.write("break")
            self.text.splice(lines)
            self.assign(target, last)
            self.text.write("break")

    def _value(self, lines: list[Line], held: Held, target: Held) -> None:
        with self.text.indented():
            self.text.splice(lines)
            self.assign(target, held)

    # --- lists ---

    def _fold(self, expr: c.Fold) -> Held:
        source, each = self.rows_of(expr.rows), self.text.mint("e")
        inside = self._looking_at(each, expr.rows, expr.level)
        with self.text.captured() as before:
            where = inside.condition(expr.where)
        with self.text.captured() as lines:
            body = inside.expr(expr.body)
        total = self.text.mint("t")
        loop = _Loop(self, f"for {each} in {source}:", before, where, lines, total)
        match expr.kind:
            case c.FoldKind.COUNT:
                self.text.write(f"{total} = 0")
                loop.write([f"{total} += 1"])
                return Decimal(total, 0)
            case c.FoldKind.ANY | c.FoldKind.ALL:
                return self._any_or_all(expr.kind, loop, body)
            case c.FoldKind.SUM | c.FoldKind.AVERAGE:
                return self._sum(expr.kind, loop, body)
            case c.FoldKind.HIGHEST | c.FoldKind.LOWEST:
                return self._extreme(expr.kind, loop, body)
            case _:
                assert_never(expr.kind)

    def _looking_at(self, element: str, rows: c.Rows, level: int) -> Translator:
        """Return the translator for the inside of a fold; it shares all that is written."""
        return evolve(
            self,
            elements=(*self.elements[:level], element),
            records=(*self.records[:level], self.rows_record(rows)),
        )

    def _any_or_all(self, kind: c.FoldKind, loop: _Loop, body: Held) -> Held:
        code = body.code if isinstance(body, Plain) else "False"
        is_any = kind is c.FoldKind.ANY
        test = f"{code} is True" if is_any else f"{code} is not True"
        self.text.write(f"{loop.total} = {not is_any}")
        loop.write([f"if {test}:", f" {loop.total} = {is_any}", " break"])
        return Plain(loop.total)

    def _sum(self, kind: c.FoldKind, loop: _Loop, body: Held) -> Held:
        code, scale = _summand(body)
        total, number = loop.total, self.text.mint("t")
        is_sum = kind is c.FoldKind.SUM
        self.text.write(f"{total} = {number} = 0")
        loop.write([f"{total} += {code}", *([] if is_sum else [f"{number} += 1"])])
        if is_sum and scale is not None:
            return Decimal(total, scale)
        top, bottom = self.text.mint("n"), self.text.mint("d")
        if is_sum:
            self.text.write(f"{top}, {bottom} = {total}.numerator, {total}.denominator")
            return Ratio(top, bottom)
        self.text.write(f"{top}, {bottom} = None, 1")
        self.text.write(f"if {number}:")
        with self.text.indented():
            unit = times(number, 10 ** (scale or 0))
            self.text.write(f"{top}, {bottom} = {total}.numerator, {total}.denominator * {unit}")
        return Ratio(top, bottom, maybe=True)

    def _extreme(self, kind: c.FoldKind, loop: _Loop, body: Held) -> Held:
        code, scale = _summand(body)
        total, one = loop.total, self.text.mint("t")
        symbol = ">" if kind is c.FoldKind.HIGHEST else "<"
        self.text.write(f"{total} = None")
        better = f"if {total} is None or {one} {symbol} {total}:"
        loop.write([f"{one} = {code}", better, f" {total} = {one}"])
        if scale is not None:
            return Decimal(total, scale, maybe=True)
        top, bottom = self.text.mint("n"), self.text.mint("d")
        self.text.write(f"{top}, {bottom} = None, 1")
        self.text.write(f"if {total} is not None:")
        with self.text.indented():
            self.text.write(f"{top}, {bottom} = {total}.numerator, {total}.denominator")
        return Ratio(top, bottom, maybe=True)

    # --- selections ---

    def _select(self, expr: c.Select) -> Held:
        record = self.rows_record(expr.rows)
        slots = self.schema.layouts[record].slots
        parts = "".join(f"e[{slots[name]}], " for name in self.schema.records[record].key)
        source = self.rows_of(expr.rows)
        stages = "".join(f"{self._stage(places, expr.rows)}, " for places in expr.places)
        return Plain(f"choose({source}, lambda e: ({parts}), ({stages}))")

    def _stage(self, places: c.Places, rows: c.Rows) -> str:
        number = self.as_ratio(self.expr(places.number))
        tests = [self._function(each, rows) for each in (places.where, *places.fallbacks)]
        each = "None" if places.each is None else self._function(places.each, rows)
        keys = "".join(
            f"({self._function(key.value, rows)}, {key.highest_first}), " for key in places.keys
        )
        how_many = f"{number.numerator} // {number.denominator}"
        return self.text.atom(
            f"Stage({how_many}, ({''.join(f'{t}, ' for t in tests)}), {each}, ({keys}))"
        )

    def _function(self, expr: c.Expr, rows: c.Rows) -> str:
        """Write a function of a row of the list, and return its name."""
        function, element = self.text.mint("g"), self.text.mint("e")
        inside = self._looking_at(element, rows, 0)
        with self.text.captured() as lines:
            held = inside.expr(expr)
        self.text.write(f"def {function}({element}):")
        with self.text.indented():
            self.text.splice(lines)
            match held:
                case Plain(code) | Decimal(code):
                    self.text.write(f"return {code}")
                case Ratio(top, bottom):
                    guard = f" if {top} is not None else None" if held.maybe else ""
                    self.text.write(f"return Fraction({top}, {bottom}){guard}")
                case Absent():
                    self.text.write("return None")
                case _:
                    assert_never(held)
        return function


@frozen
class _Loop:
    """A loop over a list, to be written with what is done for each row where ``where`` holds."""

    translator: Translator
    head: str
    before: list[Line]
    where: str
    lines: list[Line]
    total: str

    def write(self, done: list[str]) -> None:
        """Write the loop; a line of ``done`` that begins with a blank belongs to the one before."""
        text = self.translator.text
        text.write(self.head)
        with text.indented():
            text.splice(self.before)
            text.write(f"if {self.where}:")
            with text.indented():
                text.splice(self.lines)
                for line in done:
                    text.lines.append((text.indent + line.startswith(" "), line.lstrip()))


def _summand(held: Held) -> tuple[str, int | None]:
    """Return the code of a value that is added up, and its places; none of a quotient."""
    match held:
        case Decimal(code, scale):
            return code, scale
        case Ratio(top, bottom):
            return f"Fraction({top}, {bottom})", None
        case _:
            raise TypeError("a quantity is needed")
