"""The text of LLVM functions: instructions, blocks, and pieces that are written before their place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define, field

WIDTHS = (64, 128, 256, 512, 1024)
"""Bits of the whole numbers that the engine calculates in."""


class Unsupported(Exception):
    """The program asks for something that this engine cannot do; the message says what."""


@define
class Piece:
    """Instructions written apart: from the block ``first`` to the block ``last``.

    ``is_straight``: it has one block and nothing that costs much or must not run in vain.
    """

    first: str
    lines: list[str] = field(factory=list)
    last: str = ""
    is_straight: bool = True


@define
class Code:
    """The body of a function. ``entry`` are the lines that run once, before all others.

    ``helpers`` are the functions, and ``globals`` the constants, that the module needs beside it.
    """

    entry: list[str] = field(factory=list)
    helpers: dict[str, str] = field(factory=dict)
    tables: dict[str, str] = field(factory=dict)
    piece: Piece = field(factory=lambda: Piece("loop", last="loop"))
    _minted: int = 0

    def name(self, letter: str = "t") -> str:
        """Return a name that is not in use, without its sign."""
        self._minted += 1
        return f"{letter}{self._minted}"

    def op(self, text: str) -> str:
        """Write an instruction and return the name of its result."""
        self._minted += 1
        name = f"%t{self._minted}"
        self.piece.lines.append(f"{name} = {text}")
        return name

    def write(self, text: str) -> None:
        """Write an instruction without a result, which is not to be run in vain."""
        self.piece.lines.append(text)
        self.piece.is_straight = False

    def once(self, text: str) -> str:
        """Write an instruction that runs once, before the rows, and return its result."""
        name = f"%{self.name('o')}"
        self.entry.append(f"{name} = {text}")
        return name

    def variable(self, kind: str) -> str:
        """Return the place of a variable of type ``kind``."""
        return self.once(f"alloca {kind}")

    def store(self, kind: str, value: str, place: str) -> None:
        """Write ``value`` to memory."""
        self.write(f"store {kind} {value}, ptr {place}")

    def load(self, kind: str, place: str) -> str:
        """Return what is in memory."""
        return self.op(f"load {kind}, ptr {place}")

    def heavy(self) -> None:
        """Say that what is being written should not run in vain."""
        self.piece.is_straight = False

    # --- blocks ---

    @property
    def block(self) -> str:
        """Return the block that is being written."""
        return self.piece.last

    def start(self, label: str) -> None:
        """Begin the block ``label``."""
        self.piece.lines.append(f"{label}:")
        self.piece.last = label
        self.piece.is_straight = False

    def jump(self, label: str) -> None:
        """End the block."""
        self.write(f"br label %{label}")

    def branch(self, condition: str, yes: str, no: str) -> None:
        """End the block, going on where ``condition`` says."""
        self.write(f"br i1 {condition}, label %{yes}, label %{no}")

    def phi(self, kind: str, values: list[tuple[str, str]]) -> str:
        """Return the value that comes with the block from which this one was reached."""
        pairs = ", ".join(f"[ {value}, %{block} ]" for value, block in values)
        return self.op(f"phi {kind} {pairs}")

    @contextmanager
    def apart(self, piece: Piece | None = None) -> Iterator[Piece]:
        """Write to a piece of its own (or go on with one)."""
        if piece is None:
            label = self.name("b")
            piece = Piece(label, last=label)
        outer, self.piece = self.piece, piece
        try:
            yield piece
        finally:
            self.piece = outer

    def splice(self, piece: Piece) -> None:
        """Write a straight piece here."""
        self.piece.lines.extend(piece.lines)

    def place(self, piece: Piece) -> None:
        """Write a piece here, as blocks of its own."""
        self.start(piece.first)
        self.piece.lines.extend(piece.lines)
        self.piece.last = piece.last

    @contextmanager
    def loop(self, begin: str, end: str) -> Iterator[tuple[str, str]]:
        """Write a loop over i64 from ``begin`` to before ``end``; gives the number and the way out."""
        head, body, done = self.name("h"), self.name("b"), self.name("x")
        ahead = self.variable("i64")
        self.write(f"store i64 {begin}, ptr {ahead}")
        self.jump(head)
        self.start(head)
        number = self.op(f"load i64, ptr {ahead}")
        self.branch(self.op(f"icmp slt i64 {number}, {end}"), body, done)
        self.start(body)
        yield number, done
        following = self.op(f"add i64 {number}, 1")
        self.write(f"store i64 {following}, ptr {ahead}")
        self.jump(head)
        self.start(done)

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Write what is done only when ``condition`` holds."""
        body, done = self.name("b"), self.name("x")
        self.branch(condition, body, done)
        self.start(body)
        yield
        self.jump(done)
        self.start(done)
