"""Layers made by hand, as 2018 and 2019 could give them."""

from __future__ import annotations

from mipsdsl.core.types import Type, Unit
from mipsdsl.diff import Difference, Key
from mipsdsl.impact.answers import (
    Attribution,
    Effect,
    Layers,
    Population,
    Proof,
    Proofs,
    Sameness,
    Spread,
    Why,
    Witness,
)
from mipsdsl.whatif.compare import Comparison, Group
from mipsdsl.whatif.report import Figure

COUNT, MONEY = Type(Unit.COUNT), Type(Unit.MONEY)
POINTS, PERCENT, NUMBER = Type(Unit.POINTS), Type(Unit.PERCENT), Type(Unit.NUMBER)
YESNO = Type(Unit.YESNO)
GRID = 10**12

PROOFS = Proofs(
    (
        Proof("clinician", "mips_eligible", Sameness.UNLESS, "unless services_1 <= 200 in a segment"),
        Proof("clinician", "final_score", Sameness.DIFFERS, "W1, W2"),
        Proof("clinician", "payment_adjustment", Sameness.DIFFERS, "W1, W2"),
        Proof(
            "submission", "improvement_activities_score", Sameness.SAME,
            bound="up to 4 improvement activities",
        ),
        Proof("submission", "quality_score", Sameness.UNKNOWN, "the question took too long"),
    ),
    (Key("rule", "submission", "cost_score"),),
)  # fmt: skip


def witness(number: int, kind: str, **changed: str) -> Witness:
    """Return a clinician."""
    row = {"tin": "00-0000001", "npi": "1999000015", "clinician_type": "physician"} | changed
    return Witness(
        number, kind, "clinician", "payment_adjustment",
        {
            "clinician": (row,),
            "submission": ({"submission_id": "S1", "kind": "individual", "quality_score": "43.31%"},),
        },
        (
            Figure("mips_eligible", YESNO, 0, True, True),
            Figure("final_score", POINTS, 2, 2999, 2999),
            Figure("payment_adjustment", PERCENT, 12, 88 * GRID // 10_000, -23 * GRID // 1_000_000),
            Figure("adjusted_payment", MONEY, 2, 1_008_800, 999_977),
        ),
        (
            "payment_adjustment is 0.88%\n  where performance_threshold is 15 points",
            "payment_adjustment is -0.0023%\n  where performance_threshold is 30 points",
        ),
    )  # fmt: skip


WITNESSES = (
    witness(1, "in → out", services_1="150", charges_1="$120,000", patients_1="300"),
    witness(2, "reward → penalty", services_1="900", charges_1="$120,000", patients_1="300"),
)

_FLOWS = {
    ("reduction", "reduction"): 93, ("neutral", "neutral"): 480, ("neutral", "raise"): 45,
    ("raise", "reduction"): 152, ("raise", "neutral"): 12, ("raise", "raise"): 1344,
}  # fmt: skip
_ELIGIBLE = {("no", "no"): 500, ("no", "yes"): 126, ("yes", "yes"): 1480, ("yes", "no"): 20}
WHOLE = Group("", "", 2126, _FLOWS, {"adjusted_payment": (9_876_543_210, 9_861_143_210)})


def _group(by: str, value: str, size: int, down: int) -> Group:
    flows = {
        ("reduction", "reduction"): 20,
        ("raise", "reduction"): down,
        ("raise", "raise"): size - down - 20,
    }
    return Group(
        by,
        value,
        size,
        flows,
        {"adjusted_payment": (size * 500_000, size * 500_000 - down * 9_000)},
    )


POPULATION = Population(
    "the sample of 2,126 made-up clinicians", 2126,
    {
        "payment_adjustment": Comparison(
            WHOLE,
            (
                _group("practice.rural", "no", 1600, 90), _group("practice.rural", "yes", 526, 62),
                _group("clinician_type", "physician", 1400, 80),
                _group("clinician_type", "nurse_practitioner", 420, 60),
            ),
            ("reduction", "neutral", "raise"), ((0, -5, -7), (50, 1, 1)), 3,
        ),
        "mips_eligible": Comparison(
            Group("", "", 2126, _ELIGIBLE, {}),
            (), ("no", "yes"), (), 0,
        ),
    },
    (
        Spread(
            "final_score", POINTS, 2, tuple(range(0, 10_001, 1_000)),
            (60, 33, 40, 80, 120, 190, 260, 380, 500, 463),
            (62, 41, 60, 90, 140, 200, 250, 370, 480, 433),
        ),
        Spread(
            "payment_adjustment", PERCENT, 12, tuple(x * GRID // 100 for x in range(-7, 4)),
            (0, 0, 40, 53, 0, 0, 0, 525, 1400, 108), (30, 50, 20, 80, 40, 20, 5, 492, 1300, 89),
        ),
    ),
    (Figure("scaling_factor", NUMBER, 12, GRID // 16, GRID // 200, "computed", 5 * GRID // 1000),),
    {"adjusted_payment": (MONEY, 2)},
)  # fmt: skip


def why(difference: Difference) -> Why:
    """Return attributions to the files of ``difference``."""
    keys: dict[str, dict[Key, None]] = {}
    for change in difference.changes:
        keys.setdefault(change.area, {})[change.key] = None
    parts = {"payment_adjustment": 290, "low_volume_threshold": -20, "weights": 36, "quality": 11}
    counted = tuple(
        Effect(group, parts.get(group, 0) // 2, parts.get(group, 0) // 3, parts.get(group, 0), 0.0)
        for group in keys
    )
    paid = tuple(
        Effect(e.group, -100_000 * e.alone, -100_000 * e.last, -10_000 * e.shapley, 12_000.0)
        for e in counted
    )
    return Why(
        {group: tuple(own) for group, own in keys.items()},
        (
            Attribution("number with a reduction", COUNT, 0, 93, 93 + 317, 1, counted, True, 64),
            Attribution(
                "adjusted_payment", MONEY, 2, 9_876_543_210, 9_873_373_210, 1, paid, False, 900
            ),
        ),
    )  # fmt: skip


def layers(difference: Difference) -> Layers:
    """Return all layers."""
    return Layers(PROOFS, WITNESSES, POPULATION, why(difference), {})
