"""E03xx: rules, tables and scales that decide nothing, or twice."""

from __future__ import annotations

from mipsdsl.diagnostics.pages.entry import Entry

ENTRIES = (
    Entry(
        "E0301",
        "nobody has decided what happens to some clinicians",
        """No row of the table matches the case that is shown. Add a row for it, or `otherwise` if
        the regulation has such a sentence, or `impossible` if the case cannot occur.""",
        "A rule must have a value for every clinician, or a run stops in row 700,000.",
        """
record submission key submission_id
    submission_id  text
    exempt         yesno
table submission.weights: percent [42 CFR 414.1380]
    | exempt || quality_weight |
    | no     || 60%            |
""",
        """
record submission key submission_id
    submission_id  text
    exempt         yesno
table submission.weights: percent [42 CFR 414.1380]
    | exempt || quality_weight |
    | no     || 60%            |
    | yes    || 85%            |
""",
    ),
    Entry(
        "E0302",
        "two rows decide the same case",
        """The case that is shown matches two rows. Exactly one row of a table must match; the
        order of the rows means nothing. Narrow one of them.""",
        "Which row counts would depend on the order in which they were typed.",
        """
record submission key submission_id
    submission_id  text
    days           count from 0 to 366
choice pace = test, partial_year
table submission.pace: pace [81 FR 77010]
    | days      || pace         |
    | 0 to 90   || test         |
    | 90 to 366 || partial_year |
""",
        """
record submission key submission_id
    submission_id  text
    days           count from 0 to 366
choice pace = test, partial_year
table submission.pace: pace [81 FR 77010]
    | days      || pace         |
    | 0 to 89   || test         |
    | 90 to 366 || partial_year |
""",
    ),
    Entry(
        "E0303",
        "two exceptions contradict each other",
        """Both exceptions can hold for one clinician, and they give different values. Make the
        conditions exclude each other, or use `first of`, where the order decides.""",
        "The regulation says which exception wins; the text of the rule must say it too.",
        """
record clinician key npi
    npi      text
    new      yesno
    opts_in  yesno
rule clinician.eligible: yesno = yes [42 CFR 414.1310]
    except no when new because "newly enrolled" [42 CFR 414.1310(c)]
    except yes when opts_in because "opted in" [42 CFR 414.1310(b)]
""",
        """
record clinician key npi
    npi      text
    new      yesno
    opts_in  yesno
rule clinician.eligible: yesno = opts_in [42 CFR 414.1310]
    except no when new because "newly enrolled" [42 CFR 414.1310(c)]
""",
    ),
    Entry(
        "E0304",
        "the scale jumps here, and does not say so",
        """On both sides of this point the scale has different values. Write `jump at … because
        "…"` if the regulation has this cliff; otherwise correct the segments.""",
        "A cliff is a decision. One that nobody declared is usually a wrong number.",
        """
record submission key submission_id
    submission_id  text
    final_score    points from 0 points to 100 points
scale submission.adjustment of final_score: percent [42 CFR 414.1405]
    | final_score                   || adjustment |
    | 0 points to 3 points          || -4%        |
    | above 3 points to 100 points  || 0%         |
""",
        """
record submission key submission_id
    submission_id  text
    final_score    points from 0 points to 100 points
scale submission.adjustment of final_score: percent [42 CFR 414.1405]
    | final_score                   || adjustment |
    | 0 points to 3 points          || -4%        |
    | above 3 points to 100 points  || 0%         |
    jump at 3 points because "the lowest scores get the whole reduction"
""",
    ),
    Entry(
        "E0305",
        "the scale does not jump where it says",
        "A jump is declared, but the values on both sides of it are the same.",
        "The declaration tells a reviewer of a cliff that is not there.",
        """
record submission key submission_id
    submission_id  text
    final_score    points from 0 points to 100 points
scale submission.adjustment of final_score: percent [42 CFR 414.1405]
    | final_score                   || adjustment |
    | 0 points to 3 points          || 0%         |
    | above 3 points to 100 points  || 0%         |
    jump at 3 points because "the lowest scores get the whole reduction"
""",
        """
record submission key submission_id
    submission_id  text
    final_score    points from 0 points to 100 points
scale submission.adjustment of final_score: percent [42 CFR 414.1405]
    | final_score            || adjustment |
    | 0 points to 100 points || 0%         |
""",
    ),
    Entry(
        "E0306",
        "a row does not add up",
        """The table promises `check each row adds to 100%`, and the concluded values of this
        row do not.""",
        "Weights that add to 95% take five points from every score.",
        """
record submission key submission_id
    submission_id  text
    exempt         yesno
table submission.weights: percent [42 CFR 414.1380]
    | exempt || quality_weight | other_weight |
    | no     || 60%            | 40%          |
    | yes    || 85%            | 10%          |
    check each row adds to 100%
""",
        """
record submission key submission_id
    submission_id  text
    exempt         yesno
table submission.weights: percent [42 CFR 414.1380]
    | exempt || quality_weight | other_weight |
    | no     || 60%            | 40%          |
    | yes    || 85%            | 15%          |
    check each row adds to 100%
""",
    ),
    Entry(
        "E0307",
        "the scale does not cover its quantity in order",
        """The segments of a scale follow each other without gap or overlap, lowest first, from the
        least to the greatest value that the quantity can have.""",
        "A score between two segments would have no adjustment.",
        """
record submission key submission_id
    submission_id  text
    final_score    points from 0 points to 100 points
scale submission.adjustment of final_score: percent [42 CFR 414.1405]
    | final_score                  || adjustment |
    | 0 points to 3 points         || 0%         |
    | above 4 points to 100 points || 0%         |
""",
        """
record submission key submission_id
    submission_id  text
    final_score    points from 0 points to 100 points
scale submission.adjustment of final_score: percent [42 CFR 414.1405]
    | final_score                  || adjustment |
    | 0 points to 3 points         || 0%         |
    | above 3 points to 100 points || 0%         |
""",
    ),
    Entry(
        "E0308",
        "there are too many cases to look at",
        """Whether a table has gaps or a rule contradicts itself is decided case by case, and this
        one has more cases than the limit. Give some of the conditions a rule of their own.""",
        "The check must end soon, and a table that large cannot be reviewed either.",
        """
# a table with some twenty yesno conditions
record submission key submission_id
    submission_id  text
    exempt         yesno
table submission.weights: percent [42 CFR 414.1380]
    | exempt || quality_weight |
    | no     || 60%            |
    | yes    || 85%            |
""",
        """
record submission key submission_id
    submission_id  text
    small          yesno
    hardship       yesno
rule submission.exempt: yesno = small or hardship [42 CFR 414.1380]
table submission.weights: percent [42 CFR 414.1380]
    | exempt || quality_weight |
    | no     || 60%            |
    | yes    || 85%            |
""",
    ),
    Entry(
        "E0309",
        "the table is malformed",
        """Every row has as many cells as the header, on both sides of `||`. The header names what
        is looked at and what is concluded; a row with `otherwise` stands last.""",
        "A cell under the wrong heading is a wrong weight.",
        """
record submission key submission_id
    submission_id  text
    exempt         yesno
table submission.weights: percent [42 CFR 414.1380]
    | exempt || quality_weight |
    | no     || 60% | 40%      |
    | yes    || 85%            |
""",
        """
record submission key submission_id
    submission_id  text
    exempt         yesno
table submission.weights: percent [42 CFR 414.1380]
    | exempt || quality_weight | other_weight |
    | no     || 60%            | 40%          |
    | yes    || 85%            | 15%          |
""",
    ),
)
