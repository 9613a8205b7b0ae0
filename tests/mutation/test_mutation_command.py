"""``mips test --mutate`` and ``--suggest``, as a user calls them."""

from __future__ import annotations

import json

from mipsdsl.format import format_file
from tests.mutation.conftest import RULES


def test_changes_that_nothing_notices_are_listed(mips, policy) -> None:
    output = mips("test", policy, "--mutate", "--jobs", "1").stdout

    line = RULES[: RULES.index('because "in a hospital"')].count("\n") + 1
    assert (
        f"small.mips:{line}  rule clinician.counts: exception “in a hospital” taken out" in output
    )
    assert "of those not proved to say the same are noticed" in output


def test_suggestions_alone_go_to_standard_output_in_canonical_layout(mips, policy) -> None:
    suggested = mips("test", policy, "--suggest", "--jobs", "1").stdout
    text = policy.read_text()

    assert suggested.startswith("# suggested, to be reviewed, for small.mips\n")
    assert suggested.rstrip() == format_file(suggested).rstrip()

    policy.write_text(f"{text}\nrequire mutants killed at least 95%\n")
    assert "requires 95% to be noticed" in mips("test", policy, "--mutate", code=1).stderr

    policy.write_text(f"{text}\nrequire mutants killed at least 95%\n\n{suggested}")
    assert "100% of those" in mips("test", policy, "--mutate").stdout


def test_a_sample_is_the_same_each_time_and_json_says_all(mips, policy) -> None:
    asked = ("test", policy, "--mutate", "--mutants", 20, "--format", "json")
    one, other = (json.loads(mips(*asked).stdout)["changes"] for _ in range(2))

    assert one == other
    assert 20 == one["tried"] == one["noticed"] + len(one["unnoticed"]) + len(one["alike"])
    assert {"of", "change", "file", "line"} == set(one["unnoticed"][0])


def test_changes_are_tried_only_when_all_tests_pass(mips, policy) -> None:
    policy.write_text(policy.read_text().replace("low_volume no", "low_volume yes"))

    assert "when all tests pass" in mips("test", policy, "--mutate", code=1).stderr


def test_a_name_that_no_test_has_is_a_mistake(mips, policy) -> None:
    assert "1 passed" in mips("test", policy, "-k", "USUAL clinician").stdout
    assert (
        "no example and no claim has 'nothing'"
        in mips("test", policy, "-k", "nothing", code=2).stderr
    )
