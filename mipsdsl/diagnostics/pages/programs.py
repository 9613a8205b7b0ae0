"""E05xx and W07xx: the program as a whole."""

from __future__ import annotations

from mipsdsl.diagnostics.pages.entry import Entry

ENTRIES = (
    Entry(
        "E0501",
        "the header of the year is missing, or there twice",
        """One file of a year begins with `rules for performance year 2017 paying 2019`, and only
        one. A file of tests alone begins with `tests for performance year 2017`.""",
        "Dates such as `October 1 of performance year - 2` need to know the year.",
        """
rules for performance year 2017 paying 2019
rules for performance year 2018 paying 2020
""",
        """
rules for performance year 2017 paying 2019
""",
    ),
    Entry(
        "E0502",
        "these rules depend on each other in a circle",
        """To compute the first, the last is needed, and to compute that, the first. The labels
        show the way round. Rules may read any related record, as long as the rules themselves
        make no circle.""",
        "A circle has no first step, so no value.",
        """
record clinician key npi
    npi  text
rule clinician.low: yesno = not high [42 CFR 414.1305]
rule clinician.high: yesno = not low [42 CFR 414.1305]
""",
        """
record clinician key npi
    npi      text
    charges  money
rule clinician.low: yesno = charges <= $30,000 [42 CFR 414.1305]
rule clinician.high: yesno = not low [42 CFR 414.1305]
""",
    ),
    Entry(
        "E0503",
        "the key does not fit",
        """A record has a key, and the fields of the key are declared among its fields. A reference
        names as many fields of its own as the key of the other record has, of the same types
        and in the same order.""",
        "Without a key, two rows cannot be told apart, and no row can be found.",
        """
record clinician key npi
    charges  money
""",
        """
record clinician key npi
    npi      text
    charges  money
""",
    ),
    Entry(
        "E0504",
        "the list or relation does not fit",
        """A list pairs the key of its record with fields of the same names in the children. A
        relation needs a field of the same name on both sides. Every list has a maximum.""",
        "A child that cannot find its parent would be left out of every sum.",
        """
record submission key submission_id
    submission_id  text
    measures       list of measure at most 50
record measure key measure_id
    measure_id  text
""",
        """
record submission key submission_id
    submission_id  text
    measures       list of measure at most 50
record measure key submission_id, measure_id
    submission_id  text
    measure_id     text
""",
    ),
    Entry(
        "E0505",
        "there is no such year",
        """The year that is amended is not among the policies, or amends itself. The message lists
        the years that are there.""",
        "An amendment without its base says nothing.",
        """
rules for performance year 2018 paying 2020
amends 1917
""",
        """
rules for performance year 2018 paying 2020
amends 2017
""",
    ),
    Entry(
        "E0506",
        "a row that is created lacks a field",
        """`ensure` creates a row where none came, and every field of it that is not optional needs
        a value: from `matching` or from `with`.""",
        "A created row with a hole in it would fail in the middle of a run.",
        """
record clinician key npi
    npi  text
record submission key submission_id
    submission_id  text
    npi            text
    reported       yesno
ensure submission for each clinician matching npi from npi
""",
        """
record clinician key npi
    npi  text
record submission key submission_id
    submission_id  text
    npi            text
    reported       yesno
ensure submission for each clinician matching npi from npi with reported no
""",
    ),
    Entry(
        "E0507",
        "what is amended is not there",
        """An amendment names a thing of the year it amends: a parameter, a rule, a cell, an exception.
        There is no such thing, or the file says no `amends`.""",
        "A change of something that is not there would change nothing, silently.",
        """
amends 2017
set low_volume_charge = $90,000 was $30,000 [42 CFR 414.1305]
""",
        """
amends 2017
set low_volume_charges = $90,000 was $30,000 [42 CFR 414.1305]
""",
    ),
    Entry(
        "E0508",
        "the base year does not say this",
        """What stands after `was`, in a `keep`, or in the row that is replaced, is what the author saw
        when writing. The year that is amended says something else now.""",
        "The lock keeps a change from being made to a text that its author never read.",
        """
amends 2017
set low_volume_charges = $90,000 was $60,000 [42 CFR 414.1305]
""",
        """
amends 2017
set low_volume_charges = $90,000 was $30,000 [42 CFR 414.1305]
""",
    ),
    Entry(
        "E0509",
        "an amendment that changes nothing",
        """The new text is what the base year says already, or what is added is there already.""",
        "A line that looks like a change of the law and is none misleads its reader.",
        """
amends 2017
set low_volume_charges = $30,000 was $30,000 [42 CFR 414.1305]
""",
        """
amends 2017
keep low_volume_charges = $30,000 [42 CFR 414.1305]
""",
    ),
    Entry(
        "E0510",
        "two amendments of one part",
        """All amendments of a year happen at once, so none comes after another.""",
        "With two changes of one thing nobody could say which is the law.",
        """
amends 2017
set low_volume_charges = $90,000 was $30,000 [42 CFR 414.1305]
set low_volume_charges = $60,000 was $30,000 [42 CFR 414.1305]
""",
        """
amends 2017
set low_volume_charges = $90,000 was $30,000 [42 CFR 414.1305]
""",
    ),
    Entry(
        "E0511",
        "what is removed is still used",
        """An amendment removes a parameter, a rule or a field that other rules of the year read.""",
        "A rule that reads what is gone has no meaning.",
        """
amends 2017
remove parameter low_volume_charges because "no longer counted"
""",
        """
amends 2017
set low_volume_charges = $90,000 was $30,000 because "more are left out" [42 CFR 414.1305]
""",
    ),
    Entry(
        "W0701",
        "this has no citation",
        """A rule, parameter, table, scale or claim says where in the law it comes from:
        `[42 CFR 414.1305]`.""",
        "A reviewer compares the text with its source, and a clinician may ask why.",
        """
record measure key measure_id
    measure_id  text
    cases       count
rule measure.enough: yesno = cases >= 20
""",
        """
record measure key measure_id
    measure_id  text
    cases       count
rule measure.enough: yesno = cases >= 20 [42 CFR 414.1380(b)(1)]
""",
    ),
    Entry(
        "W0702",
        "nothing uses this definition",
        """No result depends on it. It may be left over from an earlier version, or a rule
        forgot it.""",
        "A number that looks like law and changes nothing misleads whoever edits it.",
        """
parameter case_minimum = 20 [42 CFR 414.1380(b)(1)]
""",
        """
parameter case_minimum = 20 [42 CFR 414.1380(b)(1)]
record measure key measure_id
    measure_id  text
    cases       count
rule measure.enough: yesno = cases >= case_minimum [42 CFR 414.1380(b)(1)]
""",
    ),
)
