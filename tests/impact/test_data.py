"""JSON of all layers: what its schema says, exact figures."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from jsonschema import Draft202012Validator, ValidationError

from mipsdsl.impact.answers import Layers
from mipsdsl.impact.data import as_data, schema
from tests.impact import made


@pytest.fixture(scope="module")
def validator():
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


def test_all_layers_are_as_the_schema_says(small, validator) -> None:
    data = json.loads(json.dumps(as_data(small, made.layers(small))))

    validator.validate(data)
    assert {"threshold", "clinician.final"} == {_full(each) for each in data["changes"]}
    assert ["W1", "W2"] == [f"W{each['number']}" for each in data["witnesses"]]


def test_two_real_years_are_as_the_schema_says(two_years, validator) -> None:
    data = json.loads(json.dumps(as_data(two_years, made.layers(two_years))))

    validator.validate(data)
    assert len(two_years.changes) == len(data["changes"])


def _full(change) -> str:
    return ".".join(filter(None, (change["record"], change["name"])))


def test_a_layer_that_was_not_asked_for_is_null(small, validator) -> None:
    data = as_data(small, Layers(skipped={"proof": "z3 is not installed"}))

    validator.validate(json.loads(json.dumps(data)))
    assert [None] * 4 == [data[x] for x in ("proof", "witnesses", "population", "why")]
    assert {"proof": "z3 is not installed"} == data["skipped"]


def test_the_schema_refuses_what_it_does_not_know(small, validator) -> None:
    data = json.loads(json.dumps(as_data(small, Layers())))

    validator.validate(data)
    with pytest.raises(ValidationError):
        validator.validate({**data, "counts": {**data["counts"], "surprise": 1}})
    with pytest.raises(ValidationError):
        validator.validate({**data, "schema": "mips/diff/2"})


def test_figures_are_exact(small) -> None:
    data = json.loads(json.dumps(as_data(small, made.layers(small))))
    payment = data["witnesses"][0]["figures"][2]
    group = data["population"]["outcomes"]["payment_adjustment"]

    assert ("0.0088", "-0.000023") == (payment["before"], payment["after"])
    assert "98765432.1" == group["money"]["adjusted_payment"]["before"]
    assert 2126 == sum(flow["number"] for flow in group["flows"])


def test_shares_add_up_to_the_whole(two_years) -> None:
    data = as_data(two_years, made.layers(two_years))
    for each in data["why"]["attributions"]:
        shares = sum(Fraction(effect["shapley_exact"]) for effect in each["effects"])

        assert Fraction(each["after"]) - Fraction(each["before"]) == shares
