"""``RESULTS.md``: what the measurements recorded, one after another.

Each measurement records its own section when it is run; none of them is written by hand.
"""

from __future__ import annotations

from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
_ORDER = (
    "table",
    "exactness",
    "parts",
    "differential",
    "memory",
    "killed",
    "comparisons",
    "verify",
    "attack",
    "mutation",
)
_MARK = "<!-- {} -->"
_HEAD = """\
# Results

Written by the commands that are named in it; nothing here is edited by hand. `README.md` says what is
compared, and how. Every engine is verified on the very data it is timed on, before the clock starts.
Times are taken in turn (A, B, A, B, …) and a ratio is the median of the ratios of such pairs; seconds
belong to one machine and one day, and the load says how busy it was (processes that ran or waited, over
a minute).
"""


def record(name: str, text: str, path: Path = RESULTS) -> None:
    """Put a section into the file, in the place of the one of that name."""
    sections = _sections(path)
    sections[name] = text.strip()
    ordered = sorted(
        sections, key=lambda each: _ORDER.index(each) if each in _ORDER else len(_ORDER)
    )
    parts = [_HEAD.strip(), *(f"{_MARK.format(each)}\n{sections[each]}" for each in ordered)]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def recorded(name: str, path: Path = RESULTS) -> str:
    """Return the section of that name, or nothing."""
    return _sections(path).get(name, "")


def _sections(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    _, *parts = path.read_text(encoding="utf-8").split("\n<!-- ")
    return {name: text.strip() for name, _, text in (part.partition(" -->") for part in parts)}
