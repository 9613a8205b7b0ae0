"""Kill a run of the work at random points: no output is ever half-written, and nothing stays behind.

    python -m benchmarks.killing FOLDER [TIMES]

FOLDER has the clinicians of the work as files (``python -m benchmarks.killing FOLDER --make 300000``
writes some). Each run is ended at a random moment, in turn by SIGKILL, SIGINT and SIGTERM, now with an
output of before in its place and now without. What is there afterwards has to be that or the whole
result, byte for byte; whoever could be told to stop has to leave nothing else; and what a killed run
left, hidden beside the output and among temporary files, has to be gone after the next run.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from attrs import frozen

from benchmarks import report
from benchmarks.timing import machine

WORK = Path(__file__).parent / "work.mips"
SIGNS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
BEFORE = b"an output of before\n"
_INTERRUPTED = 130


@frozen
class Place:
    """Where runs write: outputs and temporary files, each in a folder that nobody else uses."""

    data: Path
    outputs: Path
    temporary: Path

    @classmethod
    def within(cls, data: Path, folder: Path) -> Place:
        """Return a place in an empty folder."""
        made = cls(data, folder / "outputs", folder / "temporary")
        made.outputs.mkdir()
        made.temporary.mkdir()
        return made

    def started(self, out: Path) -> subprocess.Popen[bytes]:
        """Start a run."""
        command = [sys.executable, "-m", "mipsdsl", "run", str(WORK), str(self.data)]
        command += ["-o", str(out), "--engine", "native", "--population", "here"]
        return subprocess.Popen(
            command, stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(self.temporary)}
        )

    def whole(self, out: Path) -> bytes:
        """Run to the end, and return what was written."""
        with self.started(out) as process:
            if process.wait() != 0:
                raise SystemExit(f"the run itself fails: exit code {process.returncode}")
        return out.read_bytes()

    def scraps(self, out: Path) -> list[str]:
        """Return what lies beside an output, or among temporary files, that is none."""
        named = {out.name, f"{out.name}.about.json"}
        beside = [each.name for each in self.outputs.iterdir() if each.name not in named]
        return sorted([*beside, *(each.name for each in self.temporary.iterdir())])


@frozen
class Ended:
    """One run that was sent a signal: what it came to, and what was wrong."""

    said: str
    wrong: tuple[str, ...]


def once(place: Place, out: Path, whole: bytes, sign: signal.Signals, seconds: float) -> Ended:
    """Run, send ``sign`` after so many seconds, and look at what is there."""
    had = out.read_bytes() if out.exists() else None
    with place.started(out) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(sign)
    code, found = process.returncode, out.read_bytes() if out.exists() else None
    wrong = []
    if found not in (had, whole) or (code == 0 and found != whole):
        wrong.append(f"{sign.name} after {seconds:.2f} s: the output is half-written")
    if sign is not signal.SIGKILL or code == 0:
        if code not in (0, _INTERRUPTED) and code != -sign:
            wrong.append(f"{sign.name} after {seconds:.2f} s: exit code {code}")
        wrong += [
            f"{sign.name} after {seconds:.2f} s: {left} is left" for left in place.scraps(out)
        ]
    left = "something to remove" if place.scraps(out) else "nothing"
    how = "ended first" if code == 0 else "stopped"
    return Ended(f"{sign.name}: {how}, left {left}", tuple(wrong))


def kills(data: Path, times: int, seed: int = 50) -> tuple[Counter[str], list[str], float]:
    """Stop so many runs; return how often what was found, all that was wrong, and a run's seconds.

    A run that ends before its signal comes is counted for itself, and another is made.
    """
    draw, found, wrong = random.Random(seed), Counter[str](), list[str]()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        place = Place.within(data, Path(name))
        outs = [place.outputs / f"out.{form}" for form in ("parquet", "csv")]
        wholes = [place.whole(out) for out in outs]
        began = time.monotonic()
        place.whole(outs[0])
        longest = time.monotonic() - began
        for out in outs:
            out.unlink()
            Path(f"{out}.about.json").unlink(missing_ok=True)
        number = -1
        while sum(each for said, each in found.items() if "stopped" in said) < times:
            number += 1
            out, whole = outs[number % 2], wholes[number % 2]
            if number % 4 < 2:
                out.write_bytes(BEFORE)
            sign = SIGNS[number % len(SIGNS)]
            ended = once(place, out, whole, sign, draw.uniform(0, longest * 1.05))
            found[ended.said] += 1
            wrong += ended.wrong
            if place.scraps(out):
                if place.whole(out) != whole:
                    wrong.append("the run after a kill gives something else")
                wrong += [f"{left} is left after the next run" for left in place.scraps(out)]
            out.unlink(missing_ok=True)
            Path(f"{out}.about.json").unlink(missing_ok=True)
    return found, wrong, longest


def make(folder: Path, number: int) -> None:
    """Write clinicians of the work to files."""
    from benchmarks.many import many, write_parquet

    folder.mkdir(parents=True, exist_ok=True)
    write_parquet(many(number), folder)


def main() -> int:
    """Kill as often as asked, say how often what was found, and record it."""
    folder = Path(sys.argv[1])
    if "--make" in sys.argv:
        make(folder, int(sys.argv[-1]))
        return 0
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    found, wrong, seconds = kills(folder, times)
    text = _text(found, wrong, seconds, times)
    report.record("killed", text)
    print(text)
    return 1 if wrong else 0


def _text(found: Counter[str], wrong: list[str], seconds: float, times: int) -> str:
    import pyarrow.parquet as pq

    rows = pq.read_metadata(f"{sys.argv[1]}/clinician.parquet").num_rows
    lines = [f"| {said} | {number} |" for said, number in sorted(found.items())]
    verdict = "\n".join(f"- {each}" for each in wrong) or (
        "No output was half-written, none of before was lost; who was told to stop left nothing, and "
        "what a killed run left was gone after the next run of the same command."
    )
    return (
        f"## Killed at random points\n\n`python -m benchmarks.killing FOLDER {times}`: {times} runs of "
        f"{rows:,} clinicians that were stopped, and those that ended before; a "
        f"whole one takes {seconds:.1f} s ({machine(['duckdb', 'pyarrow'])}).\n\n"
        "| signal | runs |\n|---|---|\n" + "\n".join(lines) + f"\n\n{verdict}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
