"""People are bred toward outcomes that turn on several conditions at once."""

from __future__ import annotations

import pytest

pytest.importorskip("z3")

from benchmarks import attack
from mipsdsl.impact.breed import AT_ONCE, Breeder
from mipsdsl.impact.candidates import mixed
from mipsdsl.impact.law import People
from mipsdsl.impact.prove import Limits, Prover
from mipsdsl.impact.trial import Trial
from mipsdsl.source import Source

OLD = """\
rules for performance year 2030 paying 2032
title "a year of rare bonuses"
source [a rule] published 2029-11-01

record clinician key npi
    npi    text
    a      points from 0 points to 100 points
    b      points from 0 points to 100 points
    c      optional points from 0 points to 100 points
    d      optional points from 0 points to 100 points
    e      points from 0 points to 100 points
    f      points from 0 points to 100 points
    rural  yesno
    small  yesno

rule clinician.score: points from 0 points to 600 points
    = a + b + e + f + (c default 0 points) + (d default 0 points) [42 CFR 1]
rule clinician.known: yesno = c is given and d is given and rural and not small [42 CFR 1]
rule clinician.bonus: percent from 0% to 10% = if known and score > 580 points then 10% else 0%
    [42 CFR 1]
rule clinician.extra: percent from 0% to 10% = if score > 600 points then 10% else 0% [42 CFR 1]

results of clinician = score, bonus, extra
"""
NEW = OLD.replace("then 10%", "then 9%")
BONUS, EXTRA = ("clinician", "bonus"), ("clinician", "extra")


def tried() -> Trial:
    """Return two years that differ for whoever is rural, not small and nearly perfect in all."""
    return attack.compared([Source("rare.mips", OLD)], [Source("rare.mips", NEW)])


def test_whom_chance_does_not_make_is_bred() -> None:
    found = tried()
    plain = {
        f.name: found.candidates.plain.value(f, f.name)
        for f in found.candidates.program.records[0].fields
    }
    found.examples = (People({"clinician": [plain]}),)
    found.seen.clear()
    found.look(mixed(found.candidates, found.examples, 1, 20 * AT_ONCE))
    assert BONUS not in found.seen

    breeder = Breeder.of(found, [BONUS, EXTRA])
    for _ in range(20):
        breeder.round([BONUS])

    assert BONUS in found.seen
    assert EXTRA not in found.seen


def test_the_proof_says_of_whom_was_bred_that_they_differ_and_proves_the_rest() -> None:
    said = {x.name: x for x in Prover.of(tried(), Limits(60, 600)).all().outputs}

    assert said["bonus"].sameness.value in ("differs", "same unless")
    assert "same" == said["extra"].sameness.value
