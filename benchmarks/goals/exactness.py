"""Goal 4: who differs. A short run for the table; ``python -m benchmarks.exactness`` is the long one."""

from __future__ import annotations

from benchmarks import exactness
from benchmarks.goals.measured import Measured, Size

COMMAND = "python -m benchmarks.exactness"


def short(size: Size) -> list[Measured]:
    """Measure goal 4 on a part."""
    found = exactness.differences(
        exactness.Asked(min(size.clinicians, 200_000), interpreted=500, in_fractions=4_000)
    )
    wrong = sum(each.differing for each in found)
    return [
        Measured(
            "4",
            "exactness: final scores and payments that differ",
            "0 of 5,000,000 between engines, threads and partitions; 0 from fractions",
            f"{wrong} in this short run; the long one is below",
            wrong == 0,
            COMMAND,
            tuple(f"{each.what}: {each.differing} of {each.of:,}" for each in found),
        )
    ]
