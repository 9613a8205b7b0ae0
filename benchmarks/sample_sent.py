"""What the clinicians, groups and APM Entities of the sample sent to CMS. All invented."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen

from benchmarks import sample_people as people
from benchmarks.sample_measures import (
    ACTIVITIES,
    CARE_INFORMATION,
    COSTS,
    MEDICAL_HOME,
    OUTCOMES,
    Benchmark,
    CareInformation,
    Measure,
)
from benchmarks.sample_people import Dice, Specialty

_GENERAL = "130 226 128 317 047 110 111 131 402 182 431 238 374 046 134 236 318"
_OF = {
    people.PRIMARY_CARE: "001 236 110 111 112 113 318 117 119 134 374 370 039 065 116 066 342 438",
    people.CARDIOLOGY: "005 006 007 008 236 130 226 128 047 317 046",
    people.ORTHOPEDICS: "024 021 023 109 131 154 155 182 130 303 342 046",
    people.OPHTHALMOLOGY: "012 014 019 117 140 141 191 192 303 130 226",
    people.ANESTHESIA: "044 404 424 426 430 076 QCDR1 QCDR2 QCDR3 QCDR4 QCDR5 QCDR6 QCDR7",
    people.SURGERY_CENTER: "044 404 424 426 430 QCDR1 QCDR2 QCDR3 QCDR4 QCDR6 QCDR7",
    people.RADIOLOGY: "145 146 147 195 405 436 076 QCDR1 QCDR3 QCDR4 QCDR7",
    people.EMERGENCY: "091 415 416 187 066 116 317 332 QCDR2 QCDR4 QCDR5",
    people.HOSPITAL_MEDICINE: "005 008 047 076 130 046 187 332",
    people.BEHAVIOR: "134 181 383 391 370 128 130 226 431 QCDR2 QCDR5",
    people.REHABILITATION: "131 154 155 182 128 130 402",
    people.WOMENS_HEALTH: "112 048 050 128 226 130 431 342 309 110",
    people.MULTISPECIALTY: "001 236 110 111 112 113 006 117 024 065 119 370 047 021 318",
}
_EHR = frozenset({"ecqm", "web_interface"})
_REGISTRIES = frozenset({"mips_cqm", "qcdr"})

Row = dict[str, object]


@frozen
class Sender:
    """Fills the tables. ``skill`` is how well a unit does: the share of deciles that it reaches."""

    dice: Dice
    measures: dict[str, Measure]
    benchmarks: dict[tuple[str, str], Benchmark]
    tables: dict[str, list[Row]] = field(factory=dict)

    def add(self, record: str, **row: object) -> None:
        """Add a row to a table."""
        self.tables.setdefault(record, []).append(row)

    # --- quality ---------------------------------------------------------------------------------

    def quality(
        self, unit: str, specialty: Specialty, mechanism: str, number: int, skill: float, size: int
    ) -> None:
        """Send this many measures by a mechanism, an outcome measure first where there is one."""
        names = f"{_OF[specialty]} {_GENERAL}".split()
        fitting = [
            self.measures[name]
            for name in dict.fromkeys(names)
            if name in self.measures and mechanism in self.measures[name].collection_types
        ]
        own = len(_OF[specialty].split())
        mixed = [*self.dice.some(fitting[:own], own), *fitting[own:]]
        if self.dice.chance(0.85):
            mixed.sort(key=lambda each: each.measure_type not in OUTCOMES)
            mixed[1:] = self.dice.some(mixed[1 : number + 4], number + 3)
        for measure in mixed[:number]:
            self._proportion(unit, measure, mechanism, skill, size)

    def _proportion(
        self, unit: str, measure: Measure, mechanism: str, skill: float, size: int
    ) -> None:
        dice = self.dice
        cases = max(3, int(2.718 ** dice.bell(4.4, 0.85) * max(1, size) ** 0.75))
        row: Row = {
            "submission_id": unit,
            "measure_id": measure.measure_id,
            # Some who send for a registry of their own specialty say that it is a registry.
            "collection_type": "mips_cqm"
            if mechanism == "qcdr" and dice.chance(0.03)
            else mechanism,
            "end_to_end": True if mechanism in _EHR or dice.chance(0.15) else None,
        }
        rate = self._rate(measure, mechanism, skill)
        if measure.metric_type == "non_proportion":
            row |= {
                "numerator": round(rate * cases, 1),
                "denominator": cases,
                "observations": cases,
            }
        else:
            row |= self._population(cases, mechanism)
            # Now and then every patient is an exception: then there is no rate.
            cases = 0 if dice.chance(0.004) else cases
            met = round(cases * rate / 100)
            row |= {"performance_met": met, "performance_not_met": cases - met}
        if measure.metric_type == "multi_performance_rate":
            row["performance_rate"] = round(rate, 2)
        self.add("quality_measure", **row)

    def _population(self, cases: int, mechanism: str) -> Row:
        """Return how many patients there were besides; some data are far from complete."""
        dice = self.dice
        left_out = int(cases * dice.between(0, 0.12))
        sent = cases + left_out
        share = dice.between(0.15, 0.49) if dice.chance(0.03) else dice.between(0.62, 1)
        if mechanism in _EHR:
            share = 1.0
        row: Row = {"exceptions": left_out, "eligible_population": int(sent / share)}
        return row | ({"data_completeness": round(share, 4)} if mechanism == "claims" else {})

    def _rate(self, measure: Measure, mechanism: str, skill: float) -> float:
        benchmark = self.benchmarks.get((measure.measure_id, mechanism))
        reached = 1 + 9.4 * min(max(skill + self.dice.bell(0, 0.2), 0.02), 1.0)
        if benchmark is None:
            return self.dice.between(35, 99)
        return benchmark.rate(reached)

    def web_interface(self, unit: str, skill: float) -> None:
        """Send the measures of the CMS Web Interface, of up to 248 patients each."""
        for measure in self.measures.values():
            if "web_interface" in measure.collection_types:
                cases = self.dice.whole(12, 30) if self.dice.chance(0.08) else 248
                complete = not self.dice.chance(0.02)
                met = round(cases * self._rate(measure, "web_interface", skill) / 100)
                self.add(
                    "quality_measure",
                    submission_id=unit,
                    measure_id=measure.measure_id,
                    collection_type="web_interface",
                    performance_met=met,
                    performance_not_met=cases - met,
                    eligible_population=cases if complete else 3 * cases,
                    end_to_end=True,
                )

    def survey(self, unit: str, skill: float) -> None:
        """Send the CAHPS for MIPS survey: a rate for each of its parts."""
        self._rates(unit, "cahps", skill, None)

    def readmissions(self, unit: str, skill: float, size: int) -> None:
        """Let CMS work out the readmission measure, which needs 200 cases."""
        self._rates(unit, "administrative_claims", skill, int(size * self.dice.between(6, 30)))

    def _rates(self, unit: str, collected: str, skill: float, cases: int | None) -> None:
        for measure in self.measures.values():
            if collected in measure.collection_types:
                self.add(
                    "quality_measure",
                    submission_id=unit,
                    measure_id=measure.measure_id,
                    collection_type=collected,
                    observations=cases,
                    performance_rate=round(self._rate(measure, collected, skill), 2),
                )

    # --- the other categories --------------------------------------------------------------------

    def activities(self, unit: str, number: int) -> None:
        """Attest to this many improvement activities, or to being a medical home."""
        dice = self.dice
        home = number > 1 and dice.chance(0.06)
        names = [name for name in ACTIVITIES if name != MEDICAL_HOME]
        for name in [MEDICAL_HOME] if home else dice.some(names, number):
            days = dice.whole(45, 89) if dice.chance(0.02) else dice.whole(90, 365)
            self.add(
                "improvement_activity",
                submission_id=unit,
                activity_id=name,
                weight=ACTIVITIES[name] if dice.chance(0.02) else None,
                days=days if dice.chance(0.8) else None,
            )

    def care_information(self, unit: str, skill: float, size: int, *, whole: bool) -> None:
        """Send advancing care information; not ``whole``: a part of the base is missing."""
        dice = self.dice
        transition = dice.chance(0.7)
        left_out = "" if whole else ("ACI_TRANS_HIE_1" if transition else "ACI_HIE_1")
        if whole and dice.chance(0.2):
            left_out = "ACI_TRANS_EP_1" if transition else "ACI_EP_1"
            self._exclusion(unit, left_out)
        for measure in CARE_INFORMATION:
            if measure.measure_id != left_out and self._is_sent(measure, transition):
                self._care_measure(unit, measure, skill, size)

    def _exclusion(self, unit: str, measure: str) -> None:
        """Claim an exclusion: in the row of the measure, or as CMS's files have it."""
        if self.dice.chance(0.4):
            self.add(
                "care_information_measure", submission_id=unit, measure_id=measure, excluded=True
            )
            return
        name = measure.replace("_EP_1", "_LVPP_1")
        self.add("care_information_measure", submission_id=unit, measure_id=name, attested=True)

    def _is_sent(self, measure: CareInformation, transition: bool) -> bool:
        shared = measure.reporting_category in {"pre_attestation", "cehrt_bonus"}
        if measure.transition != transition and not shared:
            return False
        if "_LV" in measure.measure_id:
            return False
        return measure.required or self.dice.chance(0.35 if measure.bonus else 0.7)

    def _care_measure(self, unit: str, measure: CareInformation, skill: float, size: int) -> None:
        row: Row = {"submission_id": unit, "measure_id": measure.measure_id}
        if measure.metric_type == "boolean":
            row["attested"] = True
        else:
            denominator = self.dice.whole(40, 420) * max(1, size // 2)
            share = min(max(skill + self.dice.bell(-0.1, 0.3), 0.01), 1.0)
            row |= {"numerator": max(1, int(denominator * share)), "denominator": denominator}
        self.add("care_information_measure", **row)

    def costs(self, unit: str, size: int) -> None:
        """Let CMS work out the cost measures, some with too few cases."""
        for name, (third, tenth) in COSTS.items():
            if self.dice.chance(0.75):
                self.add(
                    "cost_measure",
                    submission_id=unit,
                    measure_id=name,
                    cases=int(2.718 ** self.dice.bell(4.3, 0.9) * max(1, size)),
                    cost=round(self.dice.bell((third + tenth) / 2, (third - tenth) / 4), 2),
                )


def mechanisms(dice: Dice, specialty: Specialty, size: int) -> Iterator[str]:
    """Yield how a unit sends its quality measures; some send a second time, by another way."""
    if specialty in {people.ANESTHESIA, people.SURGERY_CENTER, people.RADIOLOGY}:
        choices = {"mips_cqm": 0.3, "qcdr": 0.7}
    elif specialty in {people.EMERGENCY, people.BEHAVIOR, people.REHABILITATION}:
        choices = {"claims": 0.4 if size <= 15 else 0.0, "mips_cqm": 0.6}
    elif size <= 15:
        choices = {"claims": 0.3, "mips_cqm": 0.35, "ecqm": 0.35}
    else:
        choices = {"mips_cqm": 0.45, "ecqm": 0.55}
    first = dice.pick(choices)
    yield first
    if dice.chance(0.1):
        left = {name: weight for name, weight in choices.items() if name != first}
        yield dice.pick(left)
