"""Kill a run of the work at random points: no output is ever half-written, and no lock is left.

    python -m benchmarks.killing FOLDER [TIMES]

FOLDER has the clinicians of the work as files. Each run is either killed (SIGKILL), leaving the output
of before as it was, or interrupted (SIGINT), or ends; the output is then read to its last row.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

WORK = Path(__file__).parent / "work.mips"


def once(folder: Path, out: Path, seconds: float, sign: signal.Signals) -> str:
    """Run, send ``sign`` after so many seconds, and return what was found afterwards."""
    command = [sys.executable, "-m", "mipsdsl", "run", str(WORK), str(folder), "-o", str(out)]
    command += ["--engine", "native", "--population", "here"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(sign)
    ended = "ended" if process.returncode == 0 else "stopped"
    if not out.exists():
        return f"{ended}, no output"
    rows = pq.read_table(out).num_rows
    out.unlink()
    return f"{ended}, {rows} rows"


def main() -> None:
    """Kill as often as asked, and say how often what was found."""
    folder, times = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50
    draw, found = random.Random(50), dict[str, int]()
    with tempfile.TemporaryDirectory() as name:
        out = Path(name, "out.parquet")
        began = time.monotonic()
        print("whole run:", once(folder, out, 600, signal.SIGKILL))
        longest = time.monotonic() - began
        for number in range(times):
            sign = signal.SIGINT if number % 2 else signal.SIGKILL
            said = once(folder, out, draw.uniform(0, longest), sign)
            found[said] = found.get(said, 0) + 1
        left = sorted(path.suffix for path in Path(name).iterdir())
    for said, number in found.items():
        print(f"{number:4} times {said}")
    print(f"left beside the output: {left or 'nothing'} (a `.part` is of a run that was killed)")


if __name__ == "__main__":
    main()
