"""What a user wants to keep from leaving the program: whom data are about, and small cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mipsdsl.data.codes import PAGES
from mipsdsl.data.neutral import WITHHELD_COLUMN
from mipsdsl.data.tables import Inputs, Reject

if TYPE_CHECKING:
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.masks import Mask, Target
    from mipsdsl.data.suppress import SmallCells

WITHHELD = "*"
"""What stands for a figure from which a small cell would follow."""


def is_small(people: int, least: int) -> bool:
    """Return whether so many people may not be shown; without a ``least`` all may.

    >>> is_small(10, 11), is_small(0, 11), is_small(11, 11), is_small(3, 0)
    (True, False, False, False)
    """
    return 0 < people < least


def number_text(people: int, least: int = 0) -> str:
    """Return a number of people as it may be shown.

    >>> number_text(1200), number_text(7, 11)
    ('1,200', '<11')
    """
    return f"<{least}" if is_small(people, least) else f"{people:,}"


@frozen
class Privacy:
    """What is hidden on the way out; without both, nothing is.

    ``identifying``: the fields and items whose values say whom a row is about.
    """

    mask: Mask | None = None
    small: SmallCells | None = None
    identifying: frozenset[Target] = frozenset()

    @classmethod
    def of(cls, program: Program, secret: bytes | None, least: int = 0) -> Privacy:
        """Return what hides keys behind masks under ``secret``, and what counts too few people."""
        from mipsdsl.data.masks import Mask, identifying
        from mipsdsl.data.suppress import SmallCells

        mask = Mask.of(program, secret) if secret is not None else None
        small = SmallCells(program, least) if least else None
        return cls(mask, small, mask.identifying if mask is not None else identifying(program))

    def over(self, program: Program) -> Privacy:
        """Return the same for another program, which more is asked of."""
        from mipsdsl.data.suppress import SmallCells

        return evolve(
            self,
            mask=None if self.mask is None else self.mask.over(program),
            small=None if self.small is None else SmallCells(program, self.least),
        )

    def __bool__(self) -> bool:
        """Return whether anything is hidden."""
        return self.mask is not None or self.small is not None

    @property
    def least(self) -> int:
        """Return the least number of people that is shown; 0: all are."""
        return 0 if self.small is None else self.small.least

    def number(self, rows: int, record: str = "") -> str:
        """Return a number of rows as it may be shown; those of a catalogue are no people."""
        is_catalogue = self.small is not None and record in self.small.catalogues
        return number_text(rows, 0 if is_catalogue else self.least)

    def line(self, text: str) -> str:
        """Return a message as it may be shown."""
        return text if self.mask is None else self.mask.line(text)

    def inputs(self, inputs: Inputs) -> Inputs:
        """Return what was read, as it may be spoken of: its notes, and the rows left out.

        The tables are as they were: the rules need them.
        """
        if not self:
            return inputs
        return evolve(
            inputs,
            notes=tuple(map(self.line, inputs.plain_notes)),
            rejects=tuple(self._rejects(inputs.rejects, inputs.bound)),
        )

    def _rejects(
        self, rejects: Sequence[Reject], bound: Mapping[str, Mapping[str, Sequence[Target]]]
    ) -> Iterable[Reject]:
        """Yield who was left out, where, and for what kind of mistake.

        A cell that is wrong may hold anything, so neither it nor the words about it leave.
        """
        for reject in rejects:
            columns = bound.get(reject.file, {})
            original = {
                column: self._identifier(cell)
                for column, cell in reject.original.items()
                if any(target in self.identifying for target in columns.get(column, ()))
            }
            page = PAGES.get(reject.code)
            yield evolve(
                reject,
                file=self.line(reject.file),
                reason=page.title if page is not None else "",
                value="",
                original={**original, WITHHELD_COLUMN: "yes"},
            )

    def _identifier(self, cell: str) -> str:
        return self.mask.text(cell.strip()) if self.mask is not None and cell.strip() else cell


OPEN = Privacy()
"""Nothing is hidden."""
