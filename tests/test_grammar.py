"""The grammar has no conflicts, its words are the listed ones, and no name of MIPS is among them."""

from __future__ import annotations

import re

import pytest
from lark import Lark
from lark.exceptions import GrammarError

from mipsdsl import resources
from mipsdsl.diagnostics import Report
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.build import MAKERS
from mipsdsl.syntax.parser import parse
from mipsdsl.syntax.terminals import _NAMES
from mipsdsl.syntax.words import HEADERS_BEFORE, ITEM_WORDS, KEYWORDS, WORDS_IN_PLACE

GRAMMAR = (resources.grammar() / "mips.lark").read_text(encoding="utf-8")
TYPES = frozenset("yesno count number percent points money date text".split())
MONTHS = frozenset(
    """January February March April May June July August September October November
    December""".split()
)

# Names that users' files rely on, from the vocabulary of the project; none may become a keyword.
VOCABULARY = """
    clinician tin npi clinician_type newly_enrolled enrolled_on qp_status none qp partial_qp
    elects_mips opts_in charges_1 patients_1 services_1 charges_2 patients_2 services_2
    allowed_charges paid_amount first_billed practice eligible_clinicians rural hpsa
    reports_as_group submission submission_id kind individual group virtual_group subgroup
    apm_entity reporting_option traditional mvp app apm_scoring_standard reported ccn small_practice
    non_patient_facing hospital_based asc_based facility_based extreme_circumstances hardship
    promoting_interoperability_exception average_hcc dual_eligible_share measures_required member
    snapshot prior_score prior_id quality_achievement cost_score quality_measure measure_id
    collection_type performance_met performance_not_met exclusions exceptions eligible_population
    numerator denominator observations strata performance_rate data_completeness end_to_end
    improvement_activity activity_id weight medium high medical_home days
    interoperability_measure care_information_measure attested excluded cost_measure cases cost
    benchmark inverse topped_out seven_point_cap physician physician_assistant nurse_practitioner
    clinical_nurse_specialist certified_registered_nurse_anesthetist physical_therapist
    occupational_therapist speech_language_pathologist audiologist clinical_psychologist
    registered_dietitian clinical_social_worker certified_nurse_midwife other claims mips_cqm ecqm
    qcdr web_interface cahps administrative_claims medicare_cqm mips_eligible exclusion_reason
    not_an_eligible_type low_volume participation required opt_in voluntary pace test partial_year
    full_year quality_score improvement_activities_score promoting_interoperability_score
    advancing_care_information_score quality_achievement_score quality_improvement quality_scored
    cost_scored improvement_activities_scored promoting_interoperability_scored
    advancing_care_information_scored quality_weight cost_weight improvement_activities_weight
    promoting_interoperability_weight advancing_care_information_weight complex_patient_bonus
    small_practice_bonus final_score base_adjustment exceptional_bonus payment_adjustment_factor
    additional_payment_adjustment_factor payment_adjustment adjusted_payment scaling_factor
    additional_scaling_factor performance_threshold additional_performance_threshold
    applicable_percent points measures activities
""".split()


def words_of_the_grammar() -> set[str]:
    """Return every word that stands in quotes in the grammar, or as a choice in a pattern."""
    quoted = set(re.findall(r'"([a-z]+)"', GRAMMAR))
    patterns = " ".join(
        pattern.split("(?!")[0]
        for name, pattern in re.findall(r"^([A-Z_]+)(?:\.\d)?: /(.*)/$", GRAMMAR, re.MULTILINE)
        if name not in {"NAME", "BASE_TYPE", "MONTH", "STRING", "CITATION", "COMMENT"}
    )
    plain = re.sub(r"\\[a-zA-Z]", " ", patterns)
    return quoted | set(re.findall(r"[a-z]+", plain))


def strictly_built(grammar: str) -> Lark:
    """Return the parser of ``grammar``; a conflict, which Lark settles in silence, raises."""
    return Lark(
        grammar, parser="lalr", strict=True, propagate_positions=True, maybe_placeholders=False
    )


def test_the_grammar_has_no_conflicts() -> None:
    assert strictly_built(GRAMMAR).rules


def test_a_conflict_of_the_grammar_would_be_seen() -> None:
    name = re.search(r"^\??([a-z_]+):", GRAMMAR, re.MULTILINE)

    assert name is not None
    with pytest.raises(GrammarError, match="onflict"):
        strictly_built(f"{GRAMMAR}\n%extend {name[1]}: {name[1]} {name[1]}\n")


def test_the_listed_keywords_are_those_of_the_grammar() -> None:
    words = words_of_the_grammar()

    assert set() == words - KEYWORDS - WORDS_IN_PLACE
    assert set() == KEYWORDS - words


def test_item_words_are_keywords() -> None:
    assert ITEM_WORDS - set(HEADERS_BEFORE) <= KEYWORDS


@pytest.mark.parametrize("name", [name for name in VOCABULARY if name not in TYPES])
def test_no_name_of_the_vocabulary_is_a_keyword(name: str) -> None:
    assert name not in KEYWORDS


@pytest.mark.parametrize("name", sorted(set(VOCABULARY) | WORDS_IN_PLACE - TYPES))
def test_a_name_of_the_vocabulary_can_be_declared_and_read(name: str) -> None:
    report = Report()
    text = (
        f"record clinician key npi\n    {name}  count\n"
        f"rule clinician.x: count = if {name} > 3 then {name} + 1 else {name}\n"
        f"usual clinician {name} 3\n"
    )

    tree = parse(Source("x.mips", text), report)

    assert [d.message for d in report] == []
    assert len(tree.items) == 3


def test_every_alternative_of_the_grammar_makes_a_node() -> None:
    compiled = Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)
    made = {
        str(rule.alias or rule.origin.name)
        for rule in compiled.rules
        if rule.alias or not (rule.options.expand1 or rule.origin.name.startswith("_"))
    }

    assert set() == made - set(MAKERS)


def test_terminals_have_names_that_an_author_understands() -> None:
    compiled = Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)
    plain = {t.name for t in compiled.terminals if t.pattern.value.isalpha()}
    ignored = {"COMMENT", "CONCLUDES"}
    rest = {t.name for t in compiled.terminals} - plain - set(_NAMES) - ignored

    assert set() == {name for name in rest if not name.startswith("__IGNORE")}


def test_a_tree_says_where_each_item_stands() -> None:
    text = "# first\nparameter a = 3 [x]\n\nparameter b = 4\n"

    tree = parse(Source("x.mips", text), Report())

    assert [item.span.text for item in tree.items] == ["parameter a = 3 [x]", "parameter b = 4"]
    assert all(isinstance(item, n.Parameter) for item in tree.items)
