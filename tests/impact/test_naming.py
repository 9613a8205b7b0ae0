"""People under usual names: the same links between rows, other texts."""

from __future__ import annotations

from mipsdsl.impact.law import People
from mipsdsl.impact.naming import Naming
from mipsdsl.pipeline import analyse
from mipsdsl.source import Source

POLICY = """\
rules for performance year 2030 paying 2032

record practice key tin
    tin   text
    size  count from 0 to 100

record clinician key tin, npi
    tin       text
    npi       text
    note      text
    practice  record practice by tin

relation practice.clinicians list of clinician by tin at most 50

rule practice.number: count from 0 to 50 = count of clinicians [1]
"""


def naming() -> Naming:
    program = analyse((Source("small.mips", POLICY),)).program
    assert program is not None
    usual = {"practice": [{"tin": "900", "size": 1}], "clinician": [{"tin": "900", "npi": "N1"}]}
    return Naming(program, People(usual))


def clinician(tin: str, npi: str) -> dict[str, str]:
    return {"tin": tin, "npi": npi, "note": "x"}


def test_who_is_asked_about_is_the_usual_one_and_others_follow_by_number():
    people = People({
        "practice": [{"tin": "A", "size": 7}, {"tin": "B", "size": 2}],
        "clinician": [clinician("A", "p"), clinician("B", "q"), clinician("B", "p")],
    })  # fmt: skip

    named, key = naming().named(people, "clinician", ("B", "q"))

    assert ("900", "N1") == key
    assert [{"tin": "901", "size": 7}, {"tin": "900", "size": 2}] == named.rows["practice"]
    assert [
        clinician("901", "N2"), clinician("900", "N1"), clinician("900", "N2")
    ] == named.rows["clinician"]  # fmt: skip


def test_texts_that_link_nothing_and_rows_that_are_missing_stay():
    people = People({"clinician": [{"tin": None, "npi": "p", "note": "p"}]}, {"factor": 3})

    named, key = naming().named(people, "clinician", (None, "p"))

    assert (None, "N1") == key
    assert [{"tin": None, "npi": "N1", "note": "p"}] == named.rows["clinician"]
    assert {"factor": 3} == named.populations
