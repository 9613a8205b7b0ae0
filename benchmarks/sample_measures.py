"""The reference tables of the sample: identifiers as CMS has them, values invented."""

from __future__ import annotations

from itertools import pairwise

from attrs import frozen

from benchmarks.sample_people import Dice

OUTCOMES = frozenset({"outcome", "intermediate_outcome", "patient_reported_outcome"})

# measure, type, high priority, collection types, where decile 3 begins, where decile 10 begins.
# Falling numbers: a lower rate is better. A best of more than 100: topped out, many are at 100.
# A collection type in brackets has no benchmark.
_MEASURES = """
001  intermediate_outcome           yes  claims mips_cqm ecqm                    60    8
005  process                        no   mips_cqm ecqm                           62    93
006  process                        no   mips_cqm                                70    99
007  process                        no   mips_cqm ecqm                           66    95
008  process                        no   mips_cqm ecqm                           68    97
012  process                        no   claims mips_cqm ecqm                    80    112
014  process                        no   claims mips_cqm                         82    114
019  process                        yes  claims mips_cqm ecqm                    30    96
021  process                        yes  claims mips_cqm                         75    118
023  process                        yes  claims mips_cqm                         78    116
024  process                        yes  claims mips_cqm                         20    98
039  process                        no   claims mips_cqm                         18    84
044  process                        no   mips_cqm                                64    108
046  process                        yes  claims mips_cqm                         60    130
047  process                        yes  claims mips_cqm                         25    104
048  process                        no   claims mips_cqm                         30    103
050  process                        yes  claims mips_cqm                         33    106
065  process                        yes  (mips_cqm) ecqm                         70    98
066  process                        yes  mips_cqm ecqm                           20    91
076  process                        yes  claims mips_cqm                         72    125
091  process                        yes  claims mips_cqm                         40    100
109  process                        yes  claims mips_cqm                         30    106
110  process                        no   claims mips_cqm ecqm web_interface      20    86
111  process                        no   claims mips_cqm ecqm web_interface      28    90
112  process                        no   claims mips_cqm ecqm web_interface      22    82
113  process                        no   claims mips_cqm ecqm web_interface      16    88
116  process                        yes  mips_cqm (claims)                       24    90
117  process                        no   claims mips_cqm ecqm                    62    102
119  process                        no   mips_cqm ecqm                           60    96
128  process                        no   claims mips_cqm ecqm web_interface      36    90
130  process                        yes  claims mips_cqm ecqm                    62    109
131  process                        yes  claims mips_cqm                         40    110
134  process                        no   claims mips_cqm ecqm web_interface      6     78
140  process                        no   claims mips_cqm                         70    114
141  outcome                        yes  claims mips_cqm                         74    112
145  process                        yes  claims mips_cqm                         55    110
146  process                        yes  claims mips_cqm                         12    0
147  process                        yes  claims mips_cqm                         50    106
154  process                        yes  claims mips_cqm                         45    108
155  process                        yes  claims mips_cqm                         43    107
181  process                        yes  claims mips_cqm                         20    104
182  process                        yes  claims mips_cqm                         30    105
187  process                        no   mips_cqm                                70    99
191  outcome                        yes  mips_cqm ecqm                           58    101
192  outcome                        yes  mips_cqm ecqm                           4     0
195  process                        no   claims mips_cqm                         50    110
204  process                        no   claims mips_cqm ecqm web_interface      64    94
226  process                        no   claims mips_cqm ecqm web_interface      70    103
236  intermediate_outcome           yes  claims mips_cqm ecqm web_interface      50    84
238  process                        yes  mips_cqm ecqm                           26    1
303  patient_reported_outcome       yes  mips_cqm                                40    97
317  process                        no   claims mips_cqm ecqm                    26    92
318  process                        yes  ecqm web_interface                      14    88
321  patient_engagement_experience  yes  cahps                                   76    88
332  process                        yes  mips_cqm                                50    99
342  outcome                        yes  (mips_cqm)                              30    80
370  outcome                        yes  (ecqm) (web_interface) mips_cqm         3     21
374  process                        yes  ecqm                                    4     66
383  intermediate_outcome           yes  mips_cqm                                40    86
391  process                        yes  mips_cqm                                30    84
402  process                        no   mips_cqm                                60    106
404  intermediate_outcome           yes  mips_cqm                                30    92
405  process                        yes  (claims) mips_cqm                       60    118
415  efficiency                     yes  claims mips_cqm                         70    110
416  efficiency                     yes  claims mips_cqm                         24    1
424  outcome                        yes  mips_cqm                                60    104
426  process                        yes  mips_cqm                                64    116
430  process                        yes  mips_cqm                                60    112
431  process                        no   mips_cqm                                30    96
436  process                        no   claims mips_cqm                         72    118
438  process                        no   (mips_cqm) (web_interface)              40    90
458  outcome                        no   administrative_claims                   16.2  13.1
dmComposite  intermediate_outcome   yes  web_interface                           24    62
QCDR1  outcome                      yes  qcdr                                    52    96
QCDR2  patient_reported_outcome     yes  qcdr                                    30    88
QCDR3  process                      yes  qcdr                                    44    98
QCDR4  process                      no   qcdr                                    58    104
QCDR5  structure                    no   (qcdr)                                  40    90
QCDR6  outcome                      yes  qcdr                                    240   95
QCDR7  process                      yes  qcdr                                    36    92
"""
_IN_MINUTES = "QCDR6"
_MULTI_RATE = frozenset({"046", "238"})
_SURVEY_PARTS = 8

# Activities and their weights; PCMH stands for a certified medical home.
_MEDIUM = """
IA_AHE_2 IA_AHE_4 IA_BE_1 IA_BE_4 IA_BE_13 IA_BE_15 IA_BE_21 IA_BMH_1 IA_BMH_2 IA_BMH_4 IA_CC_1 IA_CC_2
IA_CC_8 IA_CC_9 IA_CC_10 IA_CC_13 IA_EPA_2 IA_EPA_3 IA_ERP_1 IA_PM_11 IA_PM_13 IA_PM_14 IA_PM_16
IA_PSPA_1 IA_PSPA_7 IA_PSPA_8 IA_PSPA_16 IA_PSPA_17 IA_PSPA_18 IA_PSPA_19 IA_PSPA_21
""".split()
_HIGH = "IA_AHE_1 IA_BE_6 IA_BMH_7 IA_EPA_1 IA_ERP_2 IA_PM_1 IA_PM_2 IA_PSPA_6".split()
MEDICAL_HOME = "IA_PCMH"
ACTIVITIES = {
    **dict.fromkeys(_MEDIUM, "medium"),
    **dict.fromkeys(_HIGH, "high"),
    MEDICAL_HOME: "medical_home",
}


@frozen
class CareInformation:
    """A measure of advancing care information, as the catalogue has it."""

    measure_id: str
    required: bool
    bonus: bool
    weight: int
    reporting_category: str
    transition: bool
    metric_type: str


# measure, required, most points, category; a measure of which yes or no is said ends in `?`.
_CARE = """
ACI_INFBLO_1?        yes  0   pre_attestation
ACI_ONCDIR_1?        yes  0   pre_attestation
ACI_PPHI_1?          yes  0   base
ACI_EP_1             yes  0   base
ACI_PEA_1            yes  10  base
ACI_HIE_1            yes  10  base
ACI_HIE_2            yes  10  base
ACI_LVPP_1?          no   0   base
ACI_LVOTC_1?         no   0   base
ACI_LVITC_1?         no   0   base
ACI_PEA_2            no   10  performance_bonus
ACI_CCTPE_1          no   10  performance_bonus
ACI_CCTPE_2          no   10  performance_bonus
ACI_HIE_3            no   10  performance_bonus
ACI_PHCDRR_1?        no   10  performance_bonus
ACI_PHCDRR_4?        no   5   registry_bonus
ACI_IACEHRT_1?       no   10  cehrt_bonus
ACI_TRANS_PPHI_1?    yes  0   base
ACI_TRANS_EP_1       yes  0   base
ACI_TRANS_PEA_1      yes  20  base
ACI_TRANS_HIE_1      yes  20  base
ACI_TRANS_LVPP_1?    no   0   base
ACI_TRANS_LVOTC_1?   no   0   base
ACI_TRANS_PEA_2      no   10  performance_bonus
ACI_TRANS_PSE_1      no   10  performance_bonus
ACI_TRANS_SM_1       no   10  performance_bonus
ACI_TRANS_MR_1       no   10  performance_bonus
ACI_TRANS_PHCDRR_1?  no   10  performance_bonus
ACI_TRANS_PHCDRR_3?  no   5   registry_bonus
"""


def _care(line: str) -> CareInformation:
    name, required, weight, category = line.split()
    return CareInformation(
        name.rstrip("?"),
        required == "yes",
        category in {"registry_bonus", "cehrt_bonus"},
        int(weight),
        category,
        "_TRANS_" in name,
        "boolean" if name.endswith("?") else "proportion",
    )


CARE_INFORMATION = tuple(_care(line) for line in _CARE.strip().splitlines())
COSTS = {"TPCC_1": (18_900.0, 8_700.0), "MSPB_1": (24_500.0, 18_600.0)}


@frozen
class Measure:
    """A quality measure of the catalogue, and how it is collected (or only collected)."""

    measure_id: str
    measure_type: str
    high_priority: bool
    inverse: bool
    metric_type: str
    collection_types: tuple[str, ...]
    without_benchmark: frozenset[str]
    third: float
    tenth: float

    @property
    def qcdr(self) -> bool:
        """Return whether a qualified clinical data registry has made the measure."""
        return "qcdr" in self.collection_types


@frozen
class Benchmark:
    """The ten starts of deciles of a measure by one collection type."""

    measure_id: str
    collection_type: str
    starts: tuple[float, ...]
    inverse: bool

    @property
    def topped_out(self) -> bool:
        """Return whether the best deciles all begin at the best rate."""
        return self.starts[-1] in {0.0, 100.0} and self.starts[-1] == self.starts[-3]

    def rate(self, position: float) -> float:
        """Return the rate that has come so far: 8.5 is half way from decile 8 to decile 9."""
        place = min(max(position, 1.0), 10.0) - 1
        low = self.starts[int(place)]
        high = self.starts[min(int(place) + 1, 9)]
        return low + (high - low) * (place % 1)


def measures() -> dict[str, Measure]:
    """Return the quality measures by their identifiers, the parts of the survey among them."""
    made = [_measure(line.split()) for line in _MEASURES.strip().splitlines()]
    survey = next(each for each in made if "cahps" in each.collection_types)
    parts = [_part(survey, number) for number in range(1, _SURVEY_PARTS + 1)]
    listed = [each for each in made if each is not survey] + parts
    return {each.measure_id: each for each in listed}


def _part(survey: Measure, number: int) -> Measure:
    """Return a part of the survey: in 2017 only the parts are listed."""
    return Measure(
        f"CAHPS_{number}",
        survey.measure_type,
        survey.high_priority,
        survey.inverse,
        "cahps",
        survey.collection_types,
        frozenset(),
        survey.third - number,
        survey.tenth - number,
    )


def _measure(words: list[str]) -> Measure:
    name, kind, priority, *collected, third, tenth = words
    if name == _IN_MINUTES:
        metric = "non_proportion"
    elif name in _MULTI_RATE:
        metric = "multi_performance_rate"
    else:
        metric = "cost_score" if name == "458" else "single_performance_rate"
    return Measure(
        name,
        kind,
        priority == "yes",
        float(third) > float(tenth),
        metric,
        tuple(each.strip("()") for each in collected),
        frozenset(each.strip("()") for each in collected if each.startswith("(")),
        float(third),
        float(tenth),
    )


def benchmarks(dice: Dice, listed: dict[str, Measure]) -> dict[tuple[str, str], Benchmark]:
    """Return the benchmarks by measure and collection type, those of cost among them."""
    found: dict[tuple[str, str], Benchmark] = {}
    for measure in listed.values():
        for collected in measure.collection_types:
            if collected not in measure.without_benchmark:
                found[measure.measure_id, collected] = _benchmark(dice, measure, collected)
    for name, (third, tenth) in COSTS.items():
        starts = [round(third + (tenth - third) * place / 7, 1) for place in range(8)]
        starts = [starts[0], starts[0], *starts]
        found[name, "administrative_claims"] = Benchmark(
            name, "administrative_claims", tuple(starts), inverse=True
        )
    return found


def _benchmark(dice: Dice, measure: Measure, collected: str) -> Benchmark:
    """Return invented starts: even steps with some chance, no rate above 100.

    The starts of deciles 1 and 2 are the worst rate, as in CMS's files.
    """
    span = measure.tenth - measure.third
    steps = [measure.third + span * (place + dice.between(-0.3, 0.3)) / 7 for place in range(8)]
    # Web interface benchmarks begin at 30 where they are shares of patients.
    ordered = sorted(steps, reverse=measure.inverse)
    shares = measure.metric_type != "non_proportion"
    limited = [min(max(step, 0.0), 100.0) if shares else step for step in ordered]
    if collected == "web_interface":
        limited = [
            max(step, 30.0 if measure.third < 30 <= measure.tenth else 0.0) for step in limited
        ]
    worst = 100.0 if measure.inverse and shares else (ordered[0] if measure.inverse else 0.0)
    starts = tuple(round(step, 2) for step in (worst, worst, *limited))
    assert all(a >= b if measure.inverse else a <= b for a, b in pairwise(starts))
    return Benchmark(measure.measure_id, collected, starts, measure.inverse)
