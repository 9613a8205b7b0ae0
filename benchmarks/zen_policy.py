"""The record phase of the work for zen-engine (PyPI): a decision graph of four nodes.

Who is in is a decision table; measures are an expression node that loops over them; the rest is
one more expression node. The record is the one that ``work.mips`` is given, but for the benchmarks:
the cuts of each measure are joined to it beforehand, which spares zen a table of 300 rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from benchmarks.clinicians import Benchmark, Clinician

_AUTOMATIC = json.dumps([
    "physician_assistant", "nurse_practitioner", "clinical_nurse_specialist", "nurse_anesthetist",
    "therapist", "other_professional",
])  # fmt: skip

_EXCEEDED = (
    "(allowed_charges > 90000 ? 1 : 0) + (patients > 200 ? 1 : 0) + (services > 200 ? 1 : 0)"
)

_CONDITIONS = ("clinician_type", "qp", "newly_enrolled", "partial_qp", "exceeded", "opted_in")
_REASONS: tuple[tuple[dict[str, str], str], ...] = (
    ({"clinician_type": '"other"'}, "wrong_type"),
    ({"qp": "true"}, "qp"),
    ({"newly_enrolled": "true"}, "newly_enrolled"),
    ({"partial_qp": '"not_electing"'}, "partial_qp"),
    ({"exceeded": "0"}, "nothing_exceeded"),
    ({"exceeded": "< 3", "opted_in": "false"}, "low_volume"),
    ({"exceeded": "< 3"}, "opted_in"),
    ({}, "none"),
)

_MEASURE = {
    "reached": "inverse ? 100 - rate : rate",
    "decile": "len(filter(cuts, # <= $.reached))",
    "scored": (
        "$.decile <= 1 ? 3 : ($.decile == 9 ? 10 : floor(min([0.9, ($.reached - cuts[$.decile - 1])"
        " / (cuts[$.decile] - cuts[$.decile - 1])]) * 100 + 0.5) / 100 + $.decile + 1)"
    ),
    "incomplete": "completeness < 0.6 ? 1 : 0",
    "points": (
        "completeness < 0.6 ? 0 : (cases < 20 or not usable ? 3 :"
        " (topped_out ? min([$.scored, 7]) : $.scored))"
    ),
    "counting": "high_priority and completeness >= 0.6 and cases >= 20 and rate > 0 ? 1 : 0",
}


def _interoperability() -> str:
    pairs = [
        (f"numerator_{i}", f"denominator_{i}", weight) for i, weight in ((1, 10), (2, 20), (3, 20))
    ]
    nothing = " or ".join([f"({d} > 0 and {n} == 0)" for n, d, _ in pairs] + ["numerator_4 == 0"])
    points = [f"({d} > 0 ? floor({w} * {n} / {d} + 0.5) : 0)" for n, d, w in pairs]
    rest = " + ".join(["40", *(f"({d} > 0 ? 0 : {w})" for _, d, w in pairs)])
    points.append(f"floor(({rest}) * numerator_4 / denominator_4 + 0.5)")
    total = f"min([100, {' + '.join(points)} + 10 + (interoperability_bonus ? 5 : 0)])"
    excused = f"hospital_based or non_patient_facing or hardship or clinician_type in {_AUTOMATIC}"
    return f"denominator_4 > 0 ? (({nothing}) ? 0 : {total}) : ({excused} ? null : 0)"


_RESULTS = {
    "eligible": 'reason == "none" or reason == "opted_in"',
    "reason": "reason",
    "any_measure": "len(measures) > 0",
    "sum": (
        "$.any_measure ? sum(map(measures, #.points))"
        " + (small_practice ? 3 : 1) * sum(map(measures, #.incomplete)) : 0"
    ),
    "counting": "$.any_measure ? sum(map(measures, #.counting)) : 0",
    "quality": (
        "min([100, 100 * ($.sum + min([6, 2 * max([0, $.counting - 1])])"
        " + (small_practice and $.any_measure ? 6 : 0)) / 60])"
    ),
    "cost_score": "cost_score",
    "interoperability": _interoperability(),
    "activities": "20 * high_activities + 10 * medium_activities",
    "improvement_activities": (
        "min([100, 100 * $.activities * (small_practice or non_patient_facing ? 2 : 1) / 40])"
    ),
    "quality_weight": (
        "$.interoperability == null ? (cost_score == null ? 0.85 : 0.7)"
        " : (cost_score == null ? 0.6 : 0.45)"
    ),
    "cost_weight": "cost_score == null ? 0 : 0.15",
    "interoperability_weight": "$.interoperability == null ? 0 : 0.25",
    "activities_weight": "0.15",
    "complex_patient_bonus": (
        "$.any_measure or denominator_4 > 0 or $.activities > 0"
        " ? min([5, risk_score + 5 * dual_share]) : 0"
    ),
    "final_score": (
        "min([100, floor(($.quality_weight * $.quality"
        " + (cost_score == null ? 0 : 0.15 * cost_score)"
        " + ($.interoperability == null ? 0 : 0.25 * $.interoperability)"
        " + 0.15 * $.improvement_activities + $.complex_patient_bonus) * 100 + 0.5) / 100])"
    ),
}


def graph() -> dict[str, Any]:
    """Return the decision graph, as zen's JSON has it."""
    measures = _expressions("measures", _MEASURE, keeps_input=True)
    measures["content"] |= {
        "executionMode": "loop", "inputField": "measures", "outputPath": "measures",
    }  # fmt: skip
    nodes = [
        {"id": "input", "name": "input", "type": "inputNode"},
        _expressions("volume", {"exceeded": _EXCEEDED}, keeps_input=True),
        _eligibility(),
        measures,
        _expressions("results", _RESULTS, keeps_input=False),
        {"id": "output", "name": "output", "type": "outputNode"},
    ]
    names = [node["id"] for node in nodes]
    edges = [
        {"id": f"{one}-{two}", "type": "edge", "sourceId": one, "targetId": two}
        for one, two in pairwise(names)
    ]
    return {"nodes": nodes, "edges": edges}


def _expressions(name: str, expressions: dict[str, str], *, keeps_input: bool) -> dict[str, Any]:
    rows = [{"id": key, "key": key, "value": value} for key, value in expressions.items()]
    content: dict[str, Any] = {"passThrough": keeps_input, "expressions": rows}
    return {"id": name, "name": name, "type": "expressionNode", "content": content}


def _eligibility() -> dict[str, Any]:
    inputs = [{"id": name, "name": name, "field": name} for name in _CONDITIONS]
    rules = [
        {"_id": reason, **dict.fromkeys(_CONDITIONS, ""), **cells, "reason": f'"{reason}"'}
        for cells, reason in _REASONS
    ]
    content = {
        "hitPolicy": "first", "passThrough": True, "inputs": inputs, "rules": rules,
        "outputs": [{"id": "reason", "name": "reason", "field": "reason"}],
    }  # fmt: skip
    return {"id": "who", "name": "who", "type": "decisionTableNode", "content": content}


def records(clinicians: Iterable[Clinician], table: Sequence[Benchmark]) -> list[Clinician]:
    """Return the clinicians with the benchmark of each measure joined to it."""
    return [
        {**each, "measures": [_joined(m, table) for m in each["measures"]]} for each in clinicians
    ]


def _joined(measure: Clinician, table: Sequence[Benchmark]) -> Clinician:
    benchmark = table[measure["benchmark_id"]]
    return {**measure, "usable": benchmark.usable, "cuts": list(benchmark.cuts)}


def scorer() -> Callable[[Clinician], dict[str, Any]]:
    """Return the function from a record to its results; the graph is compiled once, before."""
    import zen

    content = zen.ZenDecisionContent(json.dumps(graph()))
    engine = zen.ZenEngine({"loader": lambda _: content})

    def score(record: Clinician) -> dict[str, Any]:
        found: dict[str, Any] = engine.evaluate("work", record)["result"]
        return found

    return score
