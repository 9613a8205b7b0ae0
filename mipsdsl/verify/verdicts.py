"""Verdicts kept from run to run, by all that they depend on: of one year they serve another, too."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from mipsdsl import kept
from mipsdsl.core import nodes as c
from mipsdsl.engines.solver.attempt import Never
from mipsdsl.verify.cones import Cones, digest, parts
from mipsdsl.verify.judge import Verdict
from mipsdsl.verify.questions import Asked
from mipsdsl.verify.report import Result


class Verdicts:
    """What was found in earlier runs: of these rules, and of others in which they stand as here.

    Each policy has a file of what it asked last. What is not there is looked for in the files of the
    others: a claim whose rules are those of the year before is not proved again.
    """

    def __init__(self, program: c.Program, rows: int, version: str) -> None:
        """Find what is kept. ``version``: of the code that answers; lists of at most ``rows`` rows."""
        self._rows, self._version = rows, version
        self._cones = Cones(program)
        head = f"{program.year} {program.paying} {program.title} {rows}"
        name = hashlib.sha256(head.encode()).hexdigest()[:32]
        self._file: Path | None = None
        if not kept.is_off():
            self._file = kept.folder("verdicts") / f"{name}.json"
        self._own = _read(self._file)
        self._others: dict[str, Any] | None = None
        self._used: dict[str, Any] = {}

    def get(self, asked: Asked, seconds: float) -> Result | None:
        """Return what was found before, unless ``seconds`` may decide what was left open."""
        key = self._key(asked)
        line = self._own.get(key) or self._elsewhere().get(key)
        if line is None:
            return None
        verdict, is_well, said, spent, is_final, limit = line
        if not is_final and limit < seconds:
            return None
        self._used[key] = line
        return Result(asked.kind, asked.name, Verdict(verdict), is_well, said, asked.place, spent)

    def put(self, asked: Asked, found: Result) -> None:
        """Keep what was found."""
        self._used[self._key(asked)] = [
            found.verdict.value, found.is_well, found.said, found.seconds, found.is_final, found.limit,
        ]  # fmt: skip

    def close(self, *, keep: bool) -> None:
        """Write what was used or found in this run.

        ``keep``: the rest too, as not everything was asked; else it is of rules that are no more.
        """
        verdicts = {**self._own, **self._used} if keep else self._used
        if verdicts != self._own:
            kept.store(self._file, {"verdicts": verdicts})

    def _elsewhere(self) -> dict[str, Any]:
        if self._others is None:
            self._others = {}
            files = [] if self._file is None else sorted(self._file.parent.glob("*.json"))
            for file in files:
                self._others.update(_read(file))
        return self._others

    def _key(self, asked: Asked) -> str:
        question = asked.question
        text = [repr(part) for part in parts(question)]
        if not isinstance(question, Never):
            text += [repr(question.claim.cause), str(question.claim.lowers)]
        head = (
            self._version,
            str(self._rows),
            question.record,
            asked.kind.value,
            str(asked.wants_person),
        )
        return digest([*head, *text, self._cones.digest(question)])


def _read(file: Path | None) -> dict[str, Any]:
    return kept.load(file, lambda data: dict(data["verdicts"])) or {}
