"""A small policy, and others like it."""

from __future__ import annotations

POLICY = """\
rules for performance year 2030 paying 2032
title "a small year"
source [a rule] published 2029-11-01

choice kind_of = physician "a doctor", dentist, other "someone else"

record clinician key npi
    npi      text
    kind     kind_of
    charges  optional money from $0 to $1,000,000
    score    points from 0 points to 100 points
    rural    yesno
    waived   yesno
    began    optional date

parameter threshold = 30 points [42 CFR 1]
parameter low_charges = $30,000 [42 CFR 2]

rule clinician.eligible: yesno "eligible" = kind is physician or kind is dentist [42 CFR 4]
    except no when (charges default $0) <= low_charges because "bills too little" [42 CFR 4(b)]

rule clinician.bonus: points from 0 points to 5 points = if rural then 5 points else 0 points
    [42 CFR 5]

rule clinician.final: points from 0 points to 100 points = score + bonus at most 100 points
    [42 CFR 5]

rule clinician.new: yesno = (began default January 1 of performance year - 9)
    >= January 1 of performance year [42 CFR 6]

rule clinician.adjustment: percent from -9% to 9%
    = if not eligible or new then 0% else if final < threshold then -9% else 9% [42 CFR 6]

results of clinician = eligible, final, new, adjustment

usual clinician npi "1" kind physician charges $100,000 score 80 points rural no waived no

examples "who is rewarded"
    | score     || adjustment |
    | 10 points || -9%        |
    | 80 points || 9%         |
"""


def changed(*pairs: tuple[str, str]) -> str:
    """Return the policy with texts in it replaced."""
    text = POLICY
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text
