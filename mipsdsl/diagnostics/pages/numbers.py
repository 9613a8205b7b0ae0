"""E04xx: numbers and their ranges."""

from __future__ import annotations

from mipsdsl.diagnostics.pages.entry import Entry

ENTRIES = (
    Entry(
        "E0401",
        "the numbers of this expression could become too large",
        """From the declared ranges it follows that a value or a step on the way to it may need
        more digits than the program carries. Declare closer ranges, or give a part of the
        expression its own rule.""",
        "The promise is that no run overflows, on any engine. So it is proved before the run.",
        """
record clinician key npi
    npi      text
    charges  money from $0 to $10,000,000,000
    factor   number from 0 to 1,000,000
rule clinician.payment: money = charges * factor * factor * factor [42 CFR 414.1405]
""",
        """
record clinician key npi
    npi      text
    charges  money from $0 to $10,000,000,000
    factor   number from 0 to 3
rule clinician.payment: money = charges * factor [42 CFR 414.1405]
""",
    ),
    Entry(
        "E0402",
        "this divisor may be zero",
        """Somebody can have a zero here. Write `ratio of a to b (when zero: …)`, which says what
        holds then; `/` is for a divisor that cannot be zero.""",
        "A clinician without cases has no rate. What is done then is a decision of the regulation.",
        """
record measure key measure_id
    measure_id  text
    met         count from 0 to 1,000
    cases       count from 0 to 1,000
rule measure.rate: percent = met / cases [42 CFR 414.1380]
""",
        """
record measure key measure_id
    measure_id  text
    met         count from 0 to 1,000
    cases       count from 0 to 1,000
rule measure.rate: percent = ratio of met to cases (when zero: 0%) [42 CFR 414.1380]
""",
    ),
    Entry(
        "E0403",
        "a rounding or comparison may be decided by noise",
        """Each rule's value lands on a fine grid, and the errors of several landings have added up: what
        is a tie by the text of the rules may no longer be one. Round one of the parts first, or
        write them as one rule.""",
        "74.995 points must be decided by the text of the rule and not by the twelfth place.",
        """
record submission key submission_id
    submission_id  text
    score          points from 0 points to 100 points
rule submission.third: points = score / 3 [42 CFR 414.1380]
rule submission.large: points = third * 1,000 [42 CFR 414.1380]
rule submission.result: points = large rounded to 2 places half up [42 CFR 414.1380]
""",
        """
record submission key submission_id
    submission_id  text
    score          points from 0 points to 100 points
rule submission.third: points = score / 3 rounded to 2 places half up [42 CFR 414.1380]
""",
    ),
    Entry(
        "E0404",
        "this number is too fine or out of range",
        """Money has cents and not less; other quantities have at most twelve places; and a literal
        must lie in the range of what it is compared with or given to.""",
        "Digits that are dropped in silence are digits that somebody meant.",
        """
parameter small_charge = $0.005 [42 CFR 414.1305]
""",
        """
parameter small_charge = $0.01 [42 CFR 414.1305]
""",
    ),
    Entry(
        "E0405",
        "the range is missing or contradicts itself",
        """A range runs from its lower end to its higher end, in the unit of the field, and both
        ends are known numbers. What is given from outside needs one, and a value that is declared
        with one is within it.""",
        """Ranges are how the program knows that no run can overflow and that a scale covers
        every value.""",
        """
record clinician key npi
    npi       text
    patients  count from 100 to 0
""",
        """
record clinician key npi
    npi       text
    patients  count from 0 to 100
""",
    ),
)
