"""Goal 11: the memory of a run on a million clinicians, in a process of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.goals.measured import Measured, Size

COMMAND = "python -m benchmarks.table --rows 11"
_MOST_EXTRA = 200


def peak(size: Size) -> list[Measured]:
    """Measure goal 11."""
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.goals.memory", str(size.clinicians)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    inputs, outputs, before, after = (float(word) for word in found.stdout.split())
    extra = after - before - outputs
    return [
        Measured(
            "11",
            f"memory of the record phase at {size.clinicians:,}",
            "≤ input + output + 200 MB",
            f"input {inputs:.0f} MB, output {outputs:.0f} MB, on top {extra:.0f} MB",
            extra <= _MOST_EXTRA,
            COMMAND,
            (
                f"resident with the columns loaded {before:.0f} MB, at the peak {after:.0f} MB; "
                "Python, NumPy and LLVM are in both",
            ),
        )
    ]


def main() -> None:
    """Print, in MB: columns in, columns out, resident before the run, and at its peak."""
    from benchmarks import ours
    from benchmarks.many import many
    from benchmarks.work_policy import program
    from mipsdsl.engines.columns import Column, Listed
    from mipsdsl.engines.native import compile_native

    plan = ours.plan_of(ours.RECORD_OUTPUTS)
    compiled = compile_native(program(), plan)
    ours.run(ours.columns_of_work(many(1_000)), plan, compiled, threads=2)
    store = ours.columns_of_work(many(int(sys.argv[1])))

    def size_of(each: Column | Listed) -> int:
        starts = each.starts.nbytes if isinstance(each, Listed) else 0
        present = 0 if each.present is None else each.present.nbytes
        return each.values.nbytes + starts + present

    def total() -> float:
        columns = [*store.columns.values(), *store.lists.values()]
        return (sum(map(size_of, columns)) + sum(x.nbytes for x in store.links.values())) / 1e6

    inputs, before = total(), _resident()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    ours.run(store, plan, compiled, threads=2)
    print(inputs, total() - inputs, before, _peak())


def _resident() -> float:
    return _of_status("VmRSS")


def _peak() -> float:
    """Return the peak since it was last forgotten; where it cannot be, since the beginning."""
    return _of_status("VmHWM")


def _of_status(name: str) -> float:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return next(float(line.split()[1]) for line in lines if line.startswith(name)) * 1024 / 1e6


if __name__ == "__main__":
    main()
