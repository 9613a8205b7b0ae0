"""E01xx: text that cannot be read."""

from __future__ import annotations

from mipsdsl.diagnostics.pages.entry import Entry

ENTRIES = (
    Entry(
        "E0101",
        "this text belongs to no item",
        """A file is a list of items: rules, parameters, tables, records, examples and so on. Each
        begins on a new line with the word that names it. Text before the first item belongs to
        nothing.""",
        "A line that nobody reads would look like law and do nothing.",
        """
performance_threshold = 3 points
""",
        """
parameter performance_threshold = 3 points [42 CFR 414.1405(b)]
""",
    ),
    Entry(
        "E0102",
        "this item ends too early",
        "The item stops where something must still follow, for example the value of a parameter.",
        "The missing part is usually the decision itself, and the program cannot guess it.",
        """
parameter performance_threshold =
""",
        """
parameter performance_threshold = 3 points [42 CFR 414.1405(b)]
""",
    ),
    Entry(
        "E0103",
        "something cannot stand here",
        """The words are known, but not in this order. The help line lists what could stand at the
        marked place. A word of the language, such as `at` or `for`, cannot be used as a name.""",
        "A sentence that can be read in two ways would be computed in one of them, without a word.",
        """
parameter performance_threshold 3 points
""",
        """
parameter performance_threshold = 3 points [42 CFR 414.1405(b)]
""",
    ),
    Entry(
        "E0104",
        "this is not part of the language",
        """A character has no meaning here, or a text `"…"` or a citation `[…]` is not closed on
        its line. Names are written in small letters, digits and underscores.""",
        "An unclosed text swallows the rules behind it.",
        """
title "MIPS transition year
""",
        """
title "MIPS transition year"
""",
    ),
    Entry(
        "E0105",
        "this is larger than the limit",
        "A file may have 2,000,000 characters and an item 200,000.",
        "The limits keep the time and memory of a check known in advance. No year comes near them.",
        """
# an item with more than 200,000 characters, such as a list of every NPI in a parameter
parameter excluded = {a1, a2, a3}
""",
        """
choice clinician_type = physician, dentist, other
parameter eligible_types = {physician, dentist} [42 CFR 414.1305]
""",
    ),
    Entry(
        "E0106",
        "this is nested too deeply",
        "An expression may have 60 parentheses in each other, and about a hundred operators in a row.",
        """Nobody can review such an expression. A part with a name of its own can be read,
        cited and tested.""",
        """
# more than 60 parentheses inside each other
record clinician key npi
    npi    text
    score  points from 0 points to 100 points
rule clinician.result: points = ((((score))))
""",
        """
record clinician key npi
    npi    text
    score  points from 0 points to 100 points
rule clinician.capped: points = score at most 60 points
rule clinician.result: points = capped * 50%
""",
    ),
)
