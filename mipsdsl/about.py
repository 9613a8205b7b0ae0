"""The reproducibility block: by which rules, with which program, from which data a result came.

Two runs of the same rules over the same data have the same block, but for the time. The time is
that of `SOURCE_DATE_EPOCH` (seconds since 1970), where that is set, so that the blocks are equal to
the byte. Source: https://reproducible-builds.org/specs/source-date-epoch/.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeAlias

from attrs import frozen

from mipsdsl import cache, resources
from mipsdsl.core.nodes import Program
from mipsdsl.data.digests import FileRead
from mipsdsl.data.privacy import OPEN, Privacy
from mipsdsl.data.tables import Inputs
from mipsdsl.source import Source

Number: TypeAlias = int | str
"""A number of rows; a text (``<11``) where it is too small to be shown."""

FORMAT = "mips/about/1"
_EPOCH = "SOURCE_DATE_EPOCH"
_SHORT = 12


@frozen(kw_only=True)
class About:
    """What there is to say of a run.

    ``layers``: the years and corrections that the rules are made of, the oldest first; ``rules``:
    the SHA-256 of their texts. ``read`` and ``evaluated``: numbers of rows by record. ``settings``:
    what the user asked for, by the name of the option.
    """

    policy: str
    year: int
    paying: int
    title: str
    layers: tuple[str, ...]
    rules: str
    program: str
    engine: str
    inputs: tuple[FileRead, ...]
    read: Mapping[str, Number]
    rejected: Number
    evaluated: Mapping[str, Number]
    settings: Mapping[str, str]
    written: str

    def as_json(self) -> dict[str, object]:
        """Return the block as data for JSON, in a fixed order."""
        return {
            "format": FORMAT,
            "policy": self.policy,
            "performance_year": self.year,
            "payment_year": self.paying,
            "title": self.title,
            "layers": list(self.layers),
            "rules_sha256": self.rules,
            "mips": self.program,
            "engine": self.engine,
            "inputs": [{"file": each.name, "sha256": each.sha256} for each in self.inputs],
            "rows_read": dict(self.read),
            "rows_rejected": self.rejected,
            "rows_evaluated": dict(self.evaluated),
            "settings": dict(self.settings),
            "written": self.written,
        }

    def timeless(self) -> str:
        """Return the block without its time as one line of JSON, for the inside of a file."""
        content = self.as_json()
        del content["written"]
        return json.dumps(content, ensure_ascii=False)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield the block as lines of a sheet: what, and its value."""
        yield "performance year", str(self.year)
        yield "payment year", str(self.paying)
        yield "policy", self.title or self.policy
        yield "layers", ", ".join(self.layers)
        yield "policy, SHA-256", self.rules
        yield "mips", self.program
        yield "engine", self.engine
        yield "written", self.written
        yield "rows read", _counted(self.read)
        yield "rows rejected", _text(self.rejected)
        yield "rows evaluated", _counted(self.evaluated)
        for name, value in self.settings.items():
            yield f"--{name}", value
        for each in self.inputs:
            yield f"{each.name}, SHA-256", each.sha256

    def line(self) -> str:
        """Return the block in one line, for a terminal: its digests are cut short."""
        digests = [each.sha256 for each in self.inputs if each.sha256]
        data = f", data {_of_all(digests)[:_SHORT]}" if digests else ""
        return (
            f"{self.policy}, rules {self.rules[:_SHORT]}{data}, mips {self.program}, "
            f"engine {self.engine}, {self.written}"
        )


def about(
    *,
    policy: str,
    sources: Sequence[Source],
    program: Program,
    engine: str,
    inputs: Inputs,
    evaluated: Mapping[str, int],
    settings: Mapping[str, str],
    privacy: Privacy = OPEN,
) -> About:
    """Return the block of a run over ``inputs``; ``evaluated`` has the rows of its results.

    Where few rows were rejected, how many were read less how many were evaluated would tell; so
    the rows evaluated are not shown either then.
    """
    law = cache.law(sources)
    rejected = _shown(len(inputs.rejects), privacy)
    few = isinstance(rejected, str)
    return About(
        policy=policy,
        year=program.year,
        paying=program.paying,
        title=program.title,
        layers=law.layers,
        rules=law.sha256,
        program=resources.release(),
        engine=engine,
        inputs=tuple(FileRead(privacy.line(each.name), each.sha256) for each in inputs.files),
        read={r: _shown(n, privacy, r) for r, n in inputs.counts.items()},
        rejected=rejected,
        evaluated={r: "*" if few else _shown(n, privacy) for r, n in evaluated.items()},
        settings={name: privacy.line(text) for name, text in settings.items()},
        written=now(),
    )


def now() -> str:
    """Return the time of writing, or the one that the environment says."""
    said = os.environ.get(_EPOCH, "")
    moment = datetime.now(UTC)
    if said.isascii() and said.isdigit():
        with suppress(OverflowError, ValueError, OSError):
            moment = datetime.fromtimestamp(int(said), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _shown(number: int, privacy: Privacy, record: str = "") -> Number:
    text = privacy.number(number, record)
    return text if text.startswith("<") else number


def _counted(numbers: Mapping[str, Number]) -> str:
    return ", ".join(f"{_text(number)} {record}" for record, number in numbers.items())


def _text(number: Number) -> str:
    return f"{number:,}" if isinstance(number, int) else number


def _of_all(digests: Sequence[str]) -> str:
    """Return one digest for several files, in the order in which they were read."""
    from hashlib import sha256

    return digests[0] if len(digests) == 1 else sha256("\n".join(digests).encode()).hexdigest()
