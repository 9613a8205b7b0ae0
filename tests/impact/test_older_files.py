"""Files of the older year serve a comparison: what the newer one renamed or replaced is known."""

from __future__ import annotations

import json

import pytest

from mipsdsl import resources
from mipsdsl.diagnostics import Report
from mipsdsl.diff import route
from mipsdsl.diff.identifiers import followed, successors
from mipsdsl.library import read_sources
from mipsdsl.source import Source
from mipsdsl.syntax.trees import tree_of
from tests.impact.small import POLICY


def test_the_sample_of_2017_serves_2018(mips, tmp_path) -> None:
    """Nobody's technology counts otherwise because a record and its measures have other names."""
    sample = resources.sample()
    told = mips(
        "diff", 2017, 2018, "--people", sample, "--layers", "people,why", "--format", "json"
    )  # fmt: skip
    found = json.loads(told.stdout)
    notes = found["population"]["notes"]
    moving = {each["group"] for one in found["why"]["attributions"] for each in one["effects"]
              if each["shapley"] != "0"}  # fmt: skip

    assert "care_information_measure.csv: this is its name of 2017" in told.stderr
    assert any("ACI_HIE_2 is PI_HIE_2" in note for note in notes)
    assert not any("left out" in note for note in notes)
    assert {"payment_adjustment", "low_volume_threshold"} <= moving
    assert "advancing_care_information" not in moving


def test_invented_people_of_2018_and_2019_send_measures(mips) -> None:
    """2019 asks other measures of technology, and no longer says what 2018 asks of its own."""
    told = mips("diff", 2018, 2019, "--sample", 40, "--layers", "people", "--format", "json")
    found = json.loads(told.stdout)["population"]

    assert "invented clinicians, measures and activities given" == found["whose"]
    assert not any("left out" in note for note in found["notes"])
    assert "payment_adjustment" in found["outcomes"]


def test_identifiers_follow_the_years() -> None:
    there = route(read_sources("2017"), read_sources("2019")).identifiers
    back = route(read_sources("2019"), read_sources("2017")).identifiers

    assert "PI_HIE_4" == there["ACI_HIE_2"] == there["PI_HIE_2"]
    assert "PI_EP_1" == there["ACI_EP_1"]
    assert "ACI_HIE_2" == back["PI_HIE_4"]
    assert "ACI_EP_1" == back["PI_EP_1"]


def test_a_policy_of_ones_own_that_replaces_a_measure_does_change_something(tmp_path) -> None:
    own = Source(
        "own.mips",
        "rules for performance year 2018 paying 2020\namends 2018\n"
        'set receiving_measures = {"PI_HIE_9"} was {"PI_HIE_2"} because "better" [a proposal]\n',
    )

    assert {"PI_HIE_2": "PI_HIE_9"} == successors(tree_of(own, Report()).items)
    assert {} == route(read_sources("2018"), (own,)).identifiers


def test_one_set_smaller_than_before_replaces_nothing() -> None:
    text = 'set a = {"X", "Y"} was {"X", "Y", "Z"} because "gone" [a rule]\n'

    assert {} == successors(tree_of(Source("a.mips", text), Report()).items)
    assert {"a": "c", "b": "c"} == followed({"a": "b"}, {"b": "c"})


@pytest.mark.parametrize("given", [(), ("--assume", "region=3")])
def test_what_only_the_newer_law_asks_for_is_named_with_the_way_to_give_it(
    given, mips, tmp_path
) -> None:
    newer = POLICY.replace(
        "    rural    yesno", "    rural    yesno\n    region   count from 0 to 9"
    )
    newer = newer.replace("final < threshold then", "final < threshold and region > 2 then")
    newer = newer.replace('npi "1" kind', 'npi "1" region 3 kind')
    (tmp_path / "old.mips").write_text(POLICY)
    (tmp_path / "new.mips").write_text(newer)
    people = tmp_path / "clinician.csv"
    people.write_text("npi,kind,charges,score,rural,waived\n1,physician,50000,20,no,no\n")
    told = mips(
        "diff", tmp_path / "old.mips", tmp_path / "new.mips", "--people", people, "--layers",
        "people", "--format", "json", *given,
    )  # fmt: skip
    notes = " ".join(json.loads(told.stdout)["population"]["notes"])

    if given:
        assert "left out" not in notes
        assert "assumed clinician.region = 3 for 1 of 1 rows" in told.stderr
    else:
        assert "`clinician.region` is not in the data" in notes
        assert "`--assume region=…`" in notes
        assert "new.mips needs it" in notes
