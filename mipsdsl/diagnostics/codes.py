"""The register of codes: what each means, why it matters, and an example of the fault and its cure.

To add one, write an ``Entry`` in the module of ``pages/`` that its first digit names.
"""

from __future__ import annotations

from difflib import get_close_matches
from textwrap import fill

from mipsdsl.diagnostics.pages import names, numbers, programs, syntax, tables, tests
from mipsdsl.diagnostics.pages.entry import Entry

_WIDTH = 88

ENTRIES: dict[str, Entry] = {
    entry.code: entry
    for module in (syntax, names, tables, numbers, programs, tests)
    for entry in module.ENTRIES
}
"""Every entry by its code, in the order of the codes."""


def page(code: str) -> str:
    """Return what ``code`` means, as text for a terminal.

    Raises:
        KeyError: the code is not in the register; ``nearest`` says which may be meant.

    """
    entry = ENTRIES[code.upper()]
    wrong, right = _indented(entry.bad), _indented(entry.good)
    return (
        f"{entry.code}: {entry.title}\n\n{_joined(entry.means)}\n\n"
        f"{_joined(f'Why it matters: {entry.matters}')}\n\nWrong:\n\n{wrong}\n\nRight:\n\n{right}\n"
    )


def nearest(code: str) -> list[str]:
    """Return the codes that ``code`` may be meant to be, the likeliest first.

    >>> nearest("e301")[0]
    'E0301'
    """
    return get_close_matches(code.upper(), ENTRIES, n=3, cutoff=0.5)


def _joined(text: str) -> str:
    return fill(" ".join(text.split()), width=_WIDTH)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip("\n").split("\n"))
