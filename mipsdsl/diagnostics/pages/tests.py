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
        "this test is malformed",
        """A row of `examples` has as many cells as its header, each with one value, and each column is
        headed by the name of what it gives or expects. The columns of a `population example` are
        all of one record.""",
        "A value under the wrong heading tests something that nobody meant.",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1"
examples "around the threshold"
    | charges || low_volume |
    | $30,000 || yes | no |
""",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1"
examples "around the threshold"
    | charges || low_volume |
    | $30,000 || yes        |
    | $40,000 || no         |
""",
    ),
    Entry(
        "E0605",
        "the rules give something else than the example expects",
        """The labels show the value, what was expected, and the rules and exceptions that led there.
        Either the rule is wrong or the example is. With `because`, the reason must be the expected
        one too.""",
        "A published example that the rules do not reproduce is the surest sign of a misread rule.",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1"
example "at the threshold"
    given charges $30,000
    expect low_volume no
""",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
usual clinician npi "1"
example "at the threshold"
    given charges $30,000
    expect low_volume yes
""",
    ),
    Entry(
        "E0606",
        "a claim does not hold",
        """A claim says what is true of everybody. It was tried on many invented records, and the one
        shown breaks it. Either the rules are wrong, or the claim needs a `when`.""",
        "A claim is how the intent of the regulation is written down beside its text.",
        """
record clinician key npi
    npi      text
    charges  money from $0 to $100,000
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
claim "everybody has a low volume":
    always low_volume
""",
        """
record clinician key npi
    npi      text
    charges  money from $0 to $100,000
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
claim "whoever has few charges has a low volume":
    always low_volume when charges <= $20,000
""",
    ),
)
