"""E06xx: examples and claims."""

from __future__ import annotations

from mipsdsl.diagnostics.pages.entry import Entry

ENTRIES = (
    Entry(
        "E0601",
        "an example names something that is not there",
        "What an example gives or expects is a field or a rule of a record. Nothing has this name.",
        "An expectation about nothing can never fail.",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1"
example "a small practice"
    given charge $20,000
    expect low_volume yes
""",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1"
example "a small practice"
    given charges $20,000
    expect low_volume yes
""",
    ),
    Entry(
        "E0602",
        "an example gives a value of the wrong type",
        """The value does not fit the field or rule: points for a percent, a name that is no
        value of the choice.""",
        "The example would test something that no data can contain.",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1"
example "a small practice"
    given charges 20,000
    expect low_volume yes
""",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1"
example "a small practice"
    given charges $20,000
    expect low_volume yes
""",
    ),
    Entry(
        "E0603",
        "an example leaves a value unsaid, and no usual value is there",
        """What is expected depends on a field that neither the example nor `usual` says. Add it to
        the example, or to the `usual` values of the record.""",
        "The program does not invent facts about a clinician.",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1"
example "a small practice"
    expect low_volume yes
""",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1" charges $20,000
example "a small practice"
    expect low_volume yes
""",
    ),
    Entry(
        "E0604",
        "this expectation is malformed",
        """An example expects at least one thing. `within` stands behind a quantity and has its
        unit; a row of `examples` has as many cells as its header.""",
        "A test that tests nothing is worse than none: it is counted.",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1"
example "a small practice"
    given charges $20,000
    expect low_volume yes within 1 point
""",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1"
example "a small practice"
    given charges $20,000
    expect low_volume yes
""",
    ),
)
