from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

import mipsdsl

ROWS = {
    "clinician": [
        {"tin": "T1", "npi": "1", "kind": "physician", "charges": 50000.5, "score": Decimal(80)},
        {"tin": "T1", "npi": "2", "kind": "physician", "charges": None, "score": 2},
    ],
    "practice": [{"tin": "T1", "grouped": False}],
}


def test_rows_are_run_and_come_back_as_python_values(policy):
    results = mipsdsl.load(str(policy), factor=0.5).run(ROWS, outputs=["eligible", "adjustment"])

    assert [
        {"tin": "T1", "npi": "1", "eligible": True, "adjustment": Decimal("0.0159")},
        {"tin": "T1", "npi": "2", "eligible": False, "adjustment": Decimal(0)},
    ] == list(results)
    assert results.records == ("clinician",)
    assert [factor.origin for factor in results.factors] == ["set"]


def test_files_are_run_as_well(policy, data):
    results = mipsdsl.load(str(policy)).run(data, population="here")

    assert len(results.rows("clinician")) == 4
    assert results.left_out == ()


def test_files_are_read_as_they_are_said_to_be(policy, tmp_path):
    path = tmp_path / "clinician.csv"
    path.write_text("made in May\nTIN|npi|kind|score\nT1|1234567890|physician|80\n", "utf-8")
    how = {"columns": {"TIN": "tin"}, "header_row": 2, "delimiter": "|", "outputs": ["base"]}
    loaded = mipsdsl.load(str(policy), factor=0.5)

    assert ["T1"] == [row["tin"] for row in loaded.run(path, **how)]
    assert "base is" in str(loaded.explain(path, **how, npi="1234567890"))
    with pytest.raises(mipsdsl.RowsRejected, match="check digit"):
        loaded.run(path, **how, strict_npi=True)


def test_what_cannot_be_computed_is_named(policy, data):
    assert mipsdsl.load(str(policy)).run(data).left_out == ("clinician.adjustment",)


def test_a_wrong_row_is_an_error_unless_some_are_allowed(policy):
    rows = {**ROWS, "clinician": [*ROWS["clinician"], {"tin": "T1", "npi": "3", "kind": "x"}]}
    loaded = mipsdsl.load(str(policy), factor=0.5)

    with pytest.raises(mipsdsl.RowsRejected, match="row 3, column kind"):
        loaded.run(rows)

    assert len(loaded.run(rows, max_rejects=1).rejects) == 1


def test_an_explanation_is_text_and_data(policy):
    explanation = mipsdsl.load(str(policy), factor=0.5).explain(ROWS, npi="1")

    assert "adjustment is 1.59%" in str(explanation)
    assert "… 1" in explanation.text(depth=1) or "more of the reasons" in explanation.text(depth=1)
    assert explanation.to_json()[0]["outcomes"][0]["value"] == "1.59%"


def test_parameters_are_set_as_the_language_writes_them(policy):
    results = mipsdsl.load(str(policy), threshold="50 points").run(ROWS, outputs=["base"])

    assert Decimal("0.024") == results.rows()[0]["base"]


def test_mistakes_have_their_own_exceptions(policy, data):
    with pytest.raises(mipsdsl.NoSuchPolicy):
        mipsdsl.load("1999")
    with pytest.raises(mipsdsl.SettingError):
        mipsdsl.load(str(policy), nothing=1)
    with pytest.raises(mipsdsl.OutputError):
        mipsdsl.load(str(policy)).run(data, outputs=["nothing"])
    with pytest.raises(mipsdsl.OutputError):
        mipsdsl.load(str(policy)).explain(data, npi="99")
    with pytest.raises(mipsdsl.DataError):
        mipsdsl.load(str(policy)).run("nowhere.csv")
    policy.write_text("rule = 1")
    with pytest.raises(mipsdsl.PolicyError):
        mipsdsl.load(str(policy))


def test_a_policy_knows_its_year_and_outputs():
    loaded = mipsdsl.load("2017")

    assert loaded.year == 2017
    assert {"clinician.payment_adjustment", "scaling_factor"} <= set(loaded.outputs)


def test_dates_are_taken_as_python_has_them():
    rows = {
        "clinician": [
            {
                "tin": "1", "npi": "2", "clinician_type": "physician", "qp_status": "none",
                "enrolled_on": date(2017, 6, 1), "allowed_charges": 1, "paid_amount": 1,
            }
        ]
    }  # fmt: skip
    results = mipsdsl.load("2017").run(rows, outputs=["newly_enrolled", "enrolled_on"])

    assert (True, date(2017, 6, 1)) == tuple(results.rows()[0].values())[2:]


def test_the_names_are_sorted_and_there():
    assert sorted(mipsdsl.__all__) == mipsdsl.__all__
    for name in mipsdsl.__all__:
        assert getattr(mipsdsl, name).__doc__
    with pytest.raises(AttributeError):
        mipsdsl.nothing  # noqa: B018


def test_importing_the_package_imports_little():
    code = "import sys, mipsdsl; print(sum(m.startswith('mipsdsl') for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "1"
