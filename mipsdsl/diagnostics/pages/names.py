"""E02xx: names, types and units."""

from __future__ import annotations

from mipsdsl.diagnostics.pages.entry import Entry

ENTRIES = (
    Entry(
        "E0201",
        "nothing has this name",
        """The name is neither a field, rule, list or reference of this record, nor a parameter,
        nor a value of the choice that is expected here. The help line shows a name that is
        close, when there is one.""",
        """A misspelt name could otherwise stand for a missing value and change scores without a
        word.""",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charge <= $30,000 [42 CFR 414.1305]
""",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
""",
    ),
    Entry(
        "E0202",
        "two units are mixed",
        """Points, percents, money, counts, numbers and dates are kept apart. Only like adds to
        like and compares with like. A percent times points is points; points divided by points
        is a pure ratio.""",
        """The weight of a category and its points are different things, though both may be
        written 30.""",
        """
record submission key submission_id
    submission_id  text
    weight         percent
    bonus          points
rule submission.total: points = weight + bonus [42 CFR 414.1380]
""",
        """
record submission key submission_id
    submission_id  text
    weight         percent
    bonus          points
rule submission.total: points = 100 points * weight + bonus [42 CFR 414.1380]
""",
    ),
    Entry(
        "E0203",
        "this name is declared twice",
        """Within one record a name means one thing, and so it does among the parameters, choices
        and records of a year. The text of a claim is its name. The second declaration is marked,
        and where the first stands.""",
        "Of two rules with one name, one would be ignored.",
        """
parameter case_minimum = 20 [42 CFR 414.1380]
parameter case_minimum = 200 [81 FR 77282]
""",
        """
parameter case_minimum = 20 [42 CFR 414.1380]
parameter readmission_case_minimum = 200 [81 FR 77282]
""",
    ),
    Entry(
        "E0204",
        "this is the wrong kind of thing",
        """The name exists, but it is another kind of thing than is needed here: a list where one
        value is needed, a record where a choice is needed, a rule where a parameter is needed.""",
        "The sentence has no meaning as it stands.",
        """
record submission key submission_id
    submission_id  text
    measures       list of measure at most 50
record measure key submission_id, measure_id
    submission_id  text
    measure_id     text
    score          points
rule submission.total: points = measures [42 CFR 414.1380]
""",
        """
record submission key submission_id
    submission_id  text
    measures       list of measure at most 50
record measure key submission_id, measure_id
    submission_id  text
    measure_id     text
    score          points
rule submission.total: points = sum of score over measures [42 CFR 414.1380]
""",
    ),
    Entry(
        "E0205",
        "this value may be missing",
        """A field or rule of type `optional` can be without a value. Say what holds then: `x
        default 0 points`, or `if x is given then … else …`, or `where x is given and …`.""",
        """A missing value is not zero: a category without a score is reweighted, one with a
        zero is not.""",
        """
record clinician key npi
    npi      text
    charges  optional money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
""",
        """
record clinician key npi
    npi      text
    charges  optional money
rule clinician.low_volume: yesno = charges is given and charges <= $30,000 [42 CFR 414.1305]
""",
    ),
    Entry(
        "E0206",
        "there is no such type or record",
        """Types are yesno, count, number, percent, points, money, date and text, the choices that the
        policy declares, and its records. The help line shows the nearest one.""",
        "A field of an unknown type could hold anything, and no unit could be checked.",
        """
choice submission_kind = individual, group
record submission key submission_id
    submission_id  text
    kind           submission_kinds
""",
        """
choice submission_kind = individual, group
record submission key submission_id
    submission_id  text
    kind           submission_kind
""",
    ),
    Entry(
        "E0207",
        "this could mean two things",
        """Two choices have all the values of a set, so that it could be a set of either. Say which
        one is meant: `parameter p: set of submission_kind = …`.""",
        "Two readers of the rule would disagree about what it says.",
        """
choice practice_kind   = individual, group
choice submission_kind = individual, group, virtual_group
record submission key submission_id
    submission_id  text
    kind           submission_kind
parameter kinds = {individual, group} [42 CFR 414.1305]
rule submission.alone: yesno = kind is in kinds [42 CFR 414.1305]
""",
        """
choice practice_kind   = individual, group
choice submission_kind = individual, group, virtual_group
record submission key submission_id
    submission_id  text
    kind           submission_kind
parameter kinds: set of submission_kind = {individual, group} [42 CFR 414.1305]
rule submission.alone: yesno = kind is in kinds [42 CFR 414.1305]
""",
    ),
    Entry(
        "E0208",
        "this word of the language cannot be a name",
        """The words of the language mean the same wherever they stand, so nothing can be named
        by one.""",
        "A rule named `best` would make `best 6 by points` unreadable.",
        """
record clinician key npi
    npi   text
    when  date
""",
        """
record clinician key npi
    npi          text
    enrolled_on  date
""",
    ),
    Entry(
        "E0209",
        "this value has the wrong type",
        """The value does not fit where it stands: a rule of type yesno needs a condition, a date
        cannot be a price, a percent is not points.""",
        "The declared type is a promise to everybody who reads the result.",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges [42 CFR 414.1305]
""",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low_volume: yesno = charges <= $30,000 [42 CFR 414.1305]
""",
    ),
)
