"""What earlier runs found of changes of the rules: of one year it serves another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from mipsdsl import kept
from mipsdsl.core import nodes as c
from mipsdsl.testing.mutation.equivalence import ROWS, SECONDS, Same, question
from mipsdsl.testing.mutation.mutants import Mutant
from mipsdsl.verify.cones import Cones


class Known:
    """Verdicts on mutants that no example notices, each kept by the rules that lead to it.

    Each policy has a file of what was asked last; what is not there is looked for in those of others.
    """

    def __init__(self, program: c.Program) -> None:
        """Find what is kept."""
        self._items = {(item.record, item.name): item for item in program.items}
        self._cones = Cones(program)
        self._version = f"{kept.version()} {ROWS} {SECONDS}"
        head = f"{program.year} {program.paying} {program.title}"
        name = hashlib.sha256(head.encode()).hexdigest()[:32]
        self._file: Path | None = None
        if not kept.is_off():
            self._file = kept.folder("mutants") / f"{name}.json"
        self._all: dict[str, str] = {}
        for file in [] if self._file is None else sorted(self._file.parent.glob("*.json")):
            self._all.update(_read(file))
        self._own = {} if self._file is None else _read(self._file)
        self._keys: dict[int, str] = {}

    def of(self, mutants: Iterable[Mutant]) -> dict[int, Same]:
        """Return what is known of some of ``mutants``, by their numbers."""
        found = ((x.number, self._all.get(self._key(x))) for x in mutants)
        return {number: Same(value) for number, value in found if value is not None}

    def keep(self, mutants: Iterable[Mutant], said: Mapping[int, Same], *, rest: bool) -> None:
        """Keep what was ``said`` of ``mutants``.

        ``rest``: and what was said of others before, as not everything was asked.
        """
        verdicts = {self._key(x): said[x.number].value for x in mutants if x.number in said}
        if rest:
            verdicts = {**self._own, **verdicts}
        if verdicts != self._own:
            kept.store(self._file, {"verdicts": verdicts})

    def _key(self, mutant: Mutant) -> str:
        if (key := self._keys.get(mutant.number)) is None:
            parts = [self._version]
            for target, changed in zip(mutant.targets, mutant.items, strict=True):
                asked = question(self._items[target], changed)
                parts += [repr(asked), self._cones.digest(asked)]
            key = self._keys[mutant.number] = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return key


def _read(file: Path) -> dict[str, str]:
    return kept.load(file, lambda data: dict(data["verdicts"])) or {}
