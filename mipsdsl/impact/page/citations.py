"""Where the text of a citation can be read."""

from __future__ import annotations

import re

_PLACES = (
    (re.compile(r"(\d+) CFR (\d+\.\d+)"), r"https://www.ecfr.gov/current/title-\1/section-\2"),
    (re.compile(r"(\d+) CFR [Pp]art (\d+)$"), r"https://www.ecfr.gov/current/title-\1/part-\2"),
    (re.compile(r"(\d+) FR (\d+)"), r"https://www.federalregister.gov/citation/\1-FR-\2"),
    (re.compile(r"SSA (18\d\d)"), r"https://www.ssa.gov/OP_Home/ssact/title18/\1.htm"),
    (re.compile(r"Pub\. L\. (\d+)-(\d+)"), r"https://www.govinfo.gov/link/plaw/\1/public/\2"),
)
"""How citations of the Code, the Register, the Act and public laws are written, and their pages."""


def page_of(citation: str) -> str:
    """Return the address of the page of a citation, or nothing.

    >>> page_of("42 CFR 414.1405(b)")
    'https://www.ecfr.gov/current/title-42/section-414.1405'
    >>> page_of("a fact sheet")
    ''
    """
    found = ((pattern.match(citation), page) for pattern, page in _PLACES)
    return next((match.expand(page) for match, page in found if match), "")
