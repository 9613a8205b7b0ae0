"""Invented people who bring what both laws ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mipsdsl import scoring
from mipsdsl.core import nodes as c
from mipsdsl.data.former import NONE, Former
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError
from mipsdsl.impact.look import look
from mipsdsl.sample.files import Order, write_sample
from mipsdsl.sample.marginals import Detail
from mipsdsl.scraps import work_folder
from mipsdsl.whatif.lens import LensError

_FEW = 20
_SEED = 1


def invent(
    program: c.Program, clinicians: int, folder: Path, say: Callable[[str], None] = lambda _: None
) -> str:
    """Write a sample for ``program`` into ``folder``, and return what it is, in words.

    It holds measures and activities where the outcome can be computed from them, else the scores of
    categories: the catalogue of one year may lack what the other law asks of it.

    Raises:
        DataError: no such sample can be made, or written.

    """
    detail: Detail = "measures" if _would_be_enough(program, "measures") else "scores"
    write_sample(program, Order(clinicians, _SEED, "parquet", detail), folder, say)
    given = "measures and activities" if detail == "measures" else "scores of categories"
    return f"invented clinicians, {given} given"


def _would_be_enough(program: c.Program, detail: Detail) -> bool:
    with work_folder() as name:
        try:
            write_sample(program, Order(_FEW, _SEED, "csv", detail), Path(name))
        except (DataError, ValueError):
            return False
        return is_enough(program, Path(name))


def is_enough(program: c.Program, folder: Path, former: Former = NONE) -> bool:
    """Return whether the outcome can be computed from the data in ``folder``."""
    try:
        inputs = read(program, [folder], ReadOptions(former=former))
        seen = look(program, inputs.tables)
    except (DataError, LensError):
        return False
    said = scoring.computed_here(seen.program, True, {})
    target = (seen.lens.record, seen.lens.outcome)
    _, plan = scoring.planned(scoring.world_of(seen.program, inputs), [target], said)
    return not plan.refused
