"""The text of generated Python: lines and their indent, minted names, what values look like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from attrs import define, field, frozen

Line: TypeAlias = tuple[int, str]

_LONGEST = 400
"""Characters of an expression before it is cut: Python allows 200 parentheses within each other."""


@define
class Text:
    """Lines being written; ``constants`` are the texts of the policy, kept outside of them."""

    lines: list[Line] = field(factory=list)
    indent: int = 0
    constants: list[object] = field(factory=list)
    _minted: int = 0

    def mint(self, letter: str) -> str:
        """Return a name that is not in use."""
        self._minted += 1
        return f"{letter}{self._minted}"

    def write(self, line: str) -> None:
        """Add a line."""
        self.lines.append((self.indent, line))

    def splice(self, lines: list[Line]) -> None:
        """Add lines that were captured, at the present indent."""
        self.lines.extend((self.indent + indent, line) for indent, line in lines)

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Write a block."""
        self.indent += 1
        yield
        self.indent -= 1

    @contextmanager
    def captured(self) -> Iterator[list[Line]]:
        """Write to a list apart, to be spliced later."""
        outer, indent = self.lines, self.indent
        self.lines, self.indent = [], 0
        yield self.lines
        self.lines, self.indent = outer, indent

    def atom(self, code: str) -> str:
        """Return a name or literal for ``code``, so that it can be said twice."""
        if is_atom(code):
            return code
        name = self.mint("t")
        self.write(f"{name} = {code}")
        return name

    def cut(self, code: str) -> str:
        """Return ``code``, or a name for it when it is long."""
        return self.atom(code) if len(code) > _LONGEST else code

    def constant(self, value: object) -> str:
        """Return the name of a constant that the text must not contain."""
        for index, known in enumerate(self.constants):
            if known == value and type(known) is type(value):
                return f"k{index}"
        self.constants.append(value)
        return f"k{len(self.constants) - 1}"

    def render(self) -> str:
        """Return the text."""
        return "".join(f"{' ' * indent}{line}\n" for indent, line in self.lines)


def is_atom(code: str) -> bool:
    """Return whether ``code`` is a name or a literal.

    >>> is_atom("v1"), is_atom("-5"), is_atom("r[3]"), is_atom("v1 + v2")
    (True, True, False, False)
    """
    return code.isidentifier() or code.removeprefix("-").isdecimal()


# --- what a value looks like ---------------------------------------------------------------------


@frozen
class Plain:
    """A yes/no, text, choice, set or list of rows; ``maybe``: it may be ``None``."""

    code: str
    maybe: bool = False


@frozen
class Decimal:
    """A whole number of steps of ``10**-scale``; ``maybe``: it may be ``None``."""

    code: str
    scale: int
    maybe: bool = False


@frozen
class Ratio:
    """``numerator / denominator``, both atoms, the latter positive; ``maybe``: of ``None``."""

    numerator: str
    denominator: str
    maybe: bool = False


@frozen
class Absent:
    """The value that is not there."""

    maybe: bool = True


Held: TypeAlias = Plain | Decimal | Ratio | Absent


def times(code: str, factor: int) -> str:
    """Return the code of a product with a positive whole number.

    >>> times("v1", 100), times("v1", 1), times("7", 100)
    ('(v1 * 100)', 'v1', '700')
    """
    if factor == 1:
        return code
    if code.removeprefix("-").isdecimal():
        return str(int(code) * factor)
    return f"({code} * {factor})"


def product(first: str, second: str) -> str:
    """Return the code of a product, worked out as far as it is of literals."""
    if first.isdecimal():
        return times(second, int(first)) if int(first) else "0"
    if second.isdecimal():
        return times(first, int(second)) if int(second) else "0"
    return f"({first} * {second})"
