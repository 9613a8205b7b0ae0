"""Rows that ``mips run`` leaves out: where they are written, and how many may be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mipsdsl.cli import exits
from mipsdsl.cli.files import is_folder, make_folder

if TYPE_CHECKING:
    from mipsdsl.cli.run_asked import Asked
    from mipsdsl.data.privacy import Privacy
    from mipsdsl.data.tables import Inputs


def settle(inputs: Inputs, privacy: Privacy, asked: Asked) -> None:
    """Write the rows that were left out, and stop when they are too many."""
    from mipsdsl.cli import summary

    most = allowed(asked.max_rejects, sum(inputs.counts.values()))
    path = _rejects_path(asked)
    if inputs.rejects and path is not None:
        make_folder(path.parent)
        _write_rejects(path, inputs)
    written = path if inputs.rejects else None
    total = sum(inputs.counts.values())
    summary.say(summary.of_rejects(inputs.rejects, total, written, privacy.least))
    if len(inputs.rejects) > most:
        number = summary.rows(len(inputs.rejects), privacy.least)
        were = "was" if number == "1 row" else "were"
        raise exits.Stop(
            f"{number} {were} rejected, and {asked.max_rejects} may be; "
            "nothing was scored\nhelp: correct them, or say --max-rejects",
            exits.REJECTED,
        )


def _write_rejects(path: Path, inputs: Inputs) -> None:
    from mipsdsl.data.tables import DataError
    from mipsdsl.data.write import write_rejects

    try:
        write_rejects(path, inputs.rejects)
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None


def allowed(text: str, total: int) -> float:
    """Return how many rows of ``total`` may be left out: a number, or a percent."""
    number = float(text.removesuffix("%"))
    return total * number / 100 if text.endswith("%") else number


def _rejects_path(asked: Asked) -> Path | None:
    if asked.rejects is not None:
        return Path(asked.rejects)
    if asked.output is None:
        return None
    out = Path(asked.output)
    return out / "rejects.csv" if is_folder(out) else out.with_suffix(".rejects.csv")
