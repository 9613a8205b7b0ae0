"""Write the sample that comes with the package: synthetic clinicians, and what they sent in 2017.

    python -m benchmarks.make_sample [FOLDER]

Nobody in it exists: the NPIs begin with 1999, the TINs with 00. The identifiers of measures and
activities are CMS's; benchmarks and what else is said of the measures are invented. The same seed
gives the same files, byte for byte.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import attrs
from attrs import fields, frozen

from benchmarks import sample_people as people
from benchmarks.sample_measures import ACTIVITIES, CARE_INFORMATION, COSTS, benchmarks, measures
from benchmarks.sample_people import Clinician, Dice, Practice, Specialty
from benchmarks.sample_sent import Row, Sender, mechanisms

# Of 45 seeds, one whose scores lie much like those of 2017 (71% at 70 points and more, 22% between,
# 2% at the threshold, 5% below) and that reaches nearly every case of the rules.
SEED = 2021
FOLDER = Path(__file__).parents[1] / "mipsdsl" / "data" / "sample"
README = """\
# The sample

Synthetic clinicians, practices and submissions of performance year 2017, for `mips run 2017 --sample`.
One file for each record of `policies/2017`; percents are fractions (0.85 is 85%).

Nobody in here exists: NPIs begin with 1999, TINs with 00. The identifiers of measures and
activities are those of CMS, so that they look familiar (but for QCDR1 to QCDR7). **The values are
made up**: the benchmarks, what kind a measure is, how it may be collected, what an activity is
worth. No result says anything about a real clinician or measure. CMS's own tables come with
`mips data get 2017`, or with `--measures DIR` from a folder of CMS's public repository of measures
data.

`python -m benchmarks.make_sample` writes these files again, byte for byte the same.
"""

_TYPES_WITHOUT_MIPS = frozenset(people.REHABILITATION.types) | {
    "clinical_psychologist",
    "clinical_social_worker",
    "registered_dietitian",
    "certified_nurse_midwife",
    "other",
}
_SEEN_IN_HOSPITALS = (people.HOSPITAL_MEDICINE, people.EMERGENCY)
_OFFICES = (people.PRIMARY_CARE, people.MULTISPECIALTY, people.CARDIOLOGY)

# --- APM Entities --------------------------------------------------------------------------------


@frozen
class Entity:
    """An APM Entity, and which practices join it: the first ones that fit, ``number`` of them.

    ``quality``: what it sends. ``statuses``: the QP determinations of its members, by weight.
    """

    unit: str
    model: str
    specialties: tuple[Specialty, ...]
    sizes: tuple[int, int]
    number: int
    quality: str = ""
    skill: float = 0.65
    statuses: Mapping[str, float] = {"none": 1.0}
    care_information: bool = True
    charges: int | None = None


_ENTITIES = (
    Entity("E1001", "shared_savings", _OFFICES, (3, 70), 9, "web_interface", 0.72),
    Entity("E1002", "shared_savings", _OFFICES, (2, 40), 6, "web_interface", 0.58),
    Entity("E1003", "shared_savings", _OFFICES, (2, 15), 3),
    Entity(
        "E1004",
        "shared_savings",
        _SEEN_IN_HOSPITALS,
        (2, 40),
        2,
        "web_interface",
        care_information=False,
    ),
    Entity(
        "E2001",
        "next_generation",
        _OFFICES,
        (3, 40),
        5,
        "web_interface",
        statuses={"qp": 0.9, "partial_qp": 0.05, "none": 0.05},
    ),
    Entity("E3001", "other", (people.PRIMARY_CARE,), (1, 15), 8),
    Entity("E3002", "other", (people.CARDIOLOGY, people.ORTHOPEDICS), (2, 30), 3, "ecqm"),
    Entity("E3003", "other", (people.WOMENS_HEALTH, people.BEHAVIOR), (1, 3), 2, charges=24_500),
    Entity(
        "E3004",
        "other",
        (people.ORTHOPEDICS, people.OPHTHALMOLOGY),
        (2, 15),
        5,
        statuses={"partial_qp": 0.7, "qp": 0.3},
    ),
)


def _join(dice: Dice, made: Sequence[Practice]) -> Iterator[Entity]:
    """Let practices join the Entities; yield those that have members."""
    for entity in _ENTITIES:
        low, high = entity.sizes
        free = [
            each
            for each in made
            if not each.entity and each.specialty in entity.specialties and low <= each.size <= high
        ]
        for practice in free[: entity.number]:
            practice.entity = entity.unit
            practice.reports_as_group = entity.care_information and practice.size > 1
            for clinician in practice.clinicians:
                clinician.qp_status = dice.pick(entity.statuses)
                if clinician.qp_status == "partial_qp":
                    clinician.elects_mips = dice.pick({True: 0.4, False: 0.4, None: 0.2})
        yield entity


def _send_entity(sender: Sender, entity: Entity, made: Sequence[Practice]) -> None:
    """Write an Entity, its members and what it sent; its practices send the rest."""
    dice, charges = sender.dice, entity.charges
    patients = None if charges is None else charges // 300
    sender.add(
        "submission",
        submission_id=entity.unit,
        kind="apm_entity",
        reporting_option="apm_scoring_standard",
        reported=bool(entity.quality),
        apm_model=entity.model,
        performance_days=365 if entity.quality else None,
        charges_1=charges,
        patients_1=patients,
        charges_2=charges,
        patients_2=patients,
        assigned_activity_points=40 if entity.model == "shared_savings" else None,
    )
    if entity.quality == "web_interface":
        sender.web_interface(entity.unit, entity.skill)
        sender.survey(entity.unit, entity.skill)
    elif entity.quality:
        sender.quality(entity.unit, entity.specialties[0], entity.quality, 6, entity.skill, 40)
    days = {date(2017, 3, 31): 0.8, date(2017, 6, 30): 0.12, date(2017, 8, 31): 0.06, None: 0.02}
    for practice in made:
        for clinician in practice.clinicians if practice.entity == entity.unit else ():
            late = dice.chance(0.01)
            sender.add(
                "member",
                submission_id=entity.unit,
                tin=clinician.tin,
                npi=clinician.npi,
                snapshot=date(2017, 12, 31) if late else dice.pick(days),
            )


# --- who sends what ------------------------------------------------------------------------------

# How much is sent, by the size of the practice: everything, most, a little, a test, nothing.
_EFFORTS = (
    (1, {"full": 0.42, "most": 0.14, "some": 0.1, "test": 0.16, "none": 0.18}),
    (5, {"full": 0.44, "most": 0.16, "some": 0.1, "test": 0.13, "none": 0.17}),
    (15, {"full": 0.56, "most": 0.16, "some": 0.08, "test": 0.09, "none": 0.11}),
    (40, {"full": 0.74, "most": 0.14, "some": 0.12}),
    (1_000, {"full": 0.9, "most": 0.1}),
)
_SKILLS = {"full": 0.74, "most": 0.58, "some": 0.45, "test": 0.4}
_UNMEASURED = 40
"""One in so many submissions, if much is sent, has no quality measure that applies."""
_GROUPS = ((1, 0.0), (15, 0.58), (1_000, 0.95))


def _effort(dice: Dice, size: int) -> str:
    return dice.pick(next(efforts for most, efforts in _EFFORTS if size <= most))


def _send_practice(sender: Sender, practice: Practice) -> None:
    """Let a practice report: as a group, one by one, or for its APM Entity."""
    dice, size = sender.dice, practice.size
    effort = _effort(dice, size)
    if practice.entity:
        _send_for_entity(sender, practice)
        return
    practice.reports_as_group = dice.chance(next(p for most, p in _GROUPS if size <= most))
    practice.hardship = True if dice.chance(0.03) else None
    if practice.reports_as_group and effort != "none":
        unit = f"G{practice.tin[3:]}"
        _send_unit(sender, unit, practice, None, effort)
    for clinician in practice.clinicians:
        own = effort if dice.chance(0.7) else _effort(dice, size)
        if own != "none" and dice.chance(_wish_to_report(practice, clinician)):
            _send_unit(sender, f"I{clinician.npi}", practice, clinician, own)


def _wish_to_report(practice: Practice, clinician: Clinician) -> float:
    """Return how likely a clinician sends data alone: who is below the threshold need not."""
    has_to = (
        clinician.clinician_type not in _TYPES_WITHOUT_MIPS
        and (clinician.charges_2 or 0) > 30_000
        and (clinician.patients_2 or 0) > 100
    )
    if practice.reports_as_group:
        return 0.02
    if practice.stricken:
        return 0.35
    return 0.95 if has_to else 0.07


def _send_for_entity(sender: Sender, practice: Practice) -> None:
    """Send advancing care information, as the practices of an APM Entity do themselves."""
    dice = sender.dice
    if practice.reports_as_group:
        unit = f"G{practice.tin[3:]}"
        _submission(sender, unit, practice, None, 365)
        sender.care_information(unit, 0.6, practice.size, whole=dice.chance(0.93))
    for clinician in practice.clinicians:
        if practice.size == 1 or (practice.entity >= "E3" and dice.chance(0.1)):
            unit = f"I{clinician.npi}"
            _submission(sender, unit, practice, clinician, 365)
            sender.care_information(unit, 0.6, 1, whole=dice.chance(0.9))


def _submission(
    sender: Sender, unit: str, practice: Practice, clinician: Clinician | None, days: int | None
) -> None:
    sender.add(
        "submission",
        submission_id=unit,
        kind="group" if clinician is None else "individual",
        reporting_option="traditional",
        reported=True,
        tin=practice.tin,
        npi=None if clinician is None else clinician.npi,
        performance_days=days,
    )


def _send_unit(
    sender: Sender, unit: str, practice: Practice, clinician: Clinician | None, effort: str
) -> None:
    """Send the data of a group or of one clinician."""
    dice, specialty = sender.dice, practice.specialty
    size = practice.size if clinician is None else 1
    days = {"full": 365, "most": dice.whole(90, 364), "some": dice.whole(60, 200), "test": None}
    covered = dice.whole(90, 364) if effort == "full" and dice.chance(0.4) else days[effort]
    _submission(sender, unit, practice, clinician, covered)
    if effort == "full" and len(sender.tables["submission"]) % _UNMEASURED == 0:
        _send_without_quality(sender, unit, size)
        return
    skill = min(max(_SKILLS[effort] + dice.bell(0, 0.1), 0.05), 0.98)
    if effort == "test":
        _send_test(sender, unit, specialty, size)
        return
    _send_quality(sender, unit, specialty, effort, skill, size)
    if not (practice.stricken and (effort == "full" or dice.chance(0.5))):
        sender.activities(unit, {"full": 4, "most": dice.whole(2, 4), "some": 1}[effort])
    if _has_records(dice, practice, clinician, effort):
        sender.care_information(unit, skill, size, whole=dice.chance(0.95))
    sender.costs(unit, size)


def _send_without_quality(sender: Sender, unit: str, size: int) -> None:
    """Send the two other categories, where CMS found no quality measure that applies."""
    sender.tables["submission"][-1]["no_quality_measure_applies"] = True
    sender.activities(unit, 4)
    sender.care_information(unit, 0.7, size, whole=True)


def _send_test(sender: Sender, unit: str, specialty: Specialty, size: int) -> None:
    """Send the least that is more than nothing: one measure or one activity."""
    if sender.dice.chance(0.6):
        mechanism = next(mechanisms(sender.dice, specialty, size))
        sender.quality(unit, specialty, mechanism, 1, _SKILLS["test"], size)
    else:
        sender.activities(unit, 1)


def _send_quality(
    sender: Sender, unit: str, specialty: Specialty, effort: str, skill: float, size: int
) -> None:
    dice = sender.dice
    number = {"full": dice.whole(6, 8), "most": 6, "some": dice.whole(2, 4)}[effort]
    if size >= 25 and specialty in _OFFICES and dice.chance(0.35):
        sender.web_interface(unit, skill)
    else:
        for mechanism in mechanisms(dice, specialty, size):
            sender.quality(unit, specialty, mechanism, number, skill, size)
    if size >= 16:
        sender.readmissions(unit, skill, size)
        if dice.chance(0.3):
            sender.survey(unit, skill)


def _has_records(dice: Dice, practice: Practice, clinician: Clinician | None, effort: str) -> bool:
    """Return whether advancing care information is sent: seldom by those who need not."""
    if practice.specialty.hospital[1] > 0.9 or not practice.specialty.sees_patients:
        return dice.chance(0.04)
    if practice.specialty is people.SURGERY_CENTER or practice.hardship:
        return dice.chance(0.04)
    if clinician is not None and (clinician.hardship or clinician.clinician_type != "physician"):
        return dice.chance(0.15)
    return dice.chance({"full": 0.92, "most": 0.35, "some": 0.1}[effort])


# --- payments ------------------------------------------------------------------------------------

_SETTINGS = (
    "professional separately_billed cah_method_1 cah_method_1_facility cah_method_2_reassigned "
    "cah_method_2_not_reassigned cah_method_2_facility asc_facility hha_facility hospice_facility "
    "hopd_facility supplier part_b_drug model_payment medicare_advantage_non_contract "
    "medicare_advantage_contract"
).split()


def _pay(sender: Sender, clinicians: Sequence[Clinician]) -> None:
    """Write some payments of 2019, in every setting."""
    dice = sender.dice
    for number, clinician in enumerate(dice.some(clinicians, 10 * len(_SETTINGS))):
        setting = _SETTINGS[number % len(_SETTINGS)]
        paid = round(dice.between(40, 900), 2)
        advantage = setting.startswith("medicare_advantage")
        sender.add(
            "payment",
            payment_id=f"P{number + 1:04d}",
            tin=clinician.tin,
            npi=clinician.npi,
            setting=setting,
            paid_amount=paid,
            plan_and_member_pay=round(paid * dice.between(0.96, 1.04), 2) if advantage else None,
        )


# --- files ---------------------------------------------------------------------------------------

_OTHER_COLUMNS = {
    "submission": "submission_id kind reporting_option reported tin npi apm_model performance_days "
    "no_quality_measure_applies charges_1 patients_1 charges_2 patients_2 assigned_activity_points",
    "quality_measure": "submission_id measure_id collection_type performance_met "
    "performance_not_met exceptions eligible_population numerator denominator observations "
    "performance_rate data_completeness end_to_end",
    "care_information_measure": "submission_id measure_id numerator denominator attested excluded",
}


def sample(seed: int = SEED) -> dict[str, str]:
    """Return the files by their names."""
    dice = Dice(seed)
    made = people.practices(dice)
    listed = measures()
    sender = Sender(dice, listed, benchmarks(dice, listed))
    for entity in list(_join(dice, made)):
        _send_entity(sender, entity, made)
    for practice in made:
        _send_practice(sender, practice)
    clinicians = [each for practice in made for each in practice.clinicians]
    clinicians += people.under_two_tins(dice, made)
    _pay(sender, clinicians)
    tables: dict[str, Iterable[Row]] = {
        "clinician": (attrs.asdict(each) for each in clinicians),
        "practice": (_practice_row(dice, each) for each in made),
        **sender.tables,
        **_reference(sender),
    }
    files = {f"{name}.csv": _csv_text(name, list(rows)) for name, rows in tables.items()}
    return {"README.md": README, **files}


def _practice_row(dice: Dice, practice: Practice) -> Row:
    """Return the row of a practice; CMS's totals are given of some groups only."""
    row: Row = {"tin": practice.tin, "eligible_clinicians": practice.size}
    for name in ("reports_as_group", "rural", "hpsa", "hardship"):
        row[name] = getattr(practice, name)
    given = practice.reports_as_group and dice.chance(0.3)
    for name in ("charges_1", "patients_1", "charges_2", "patients_2"):
        parts = [getattr(each, name) or 0 for each in practice.clinicians]
        # A patient of two clinicians is one patient of the practice.
        share = 0.85 if name.startswith("patients") and practice.size > 1 else 1
        row[name] = int(sum(parts) * share) if given else None
    return row


def _reference(sender: Sender) -> dict[str, list[Row]]:
    """Return the tables that CMS would publish."""
    catalogue: list[Row] = [
        {
            "measure_id": each.measure_id,
            "measure_type": each.measure_type,
            "high_priority": each.high_priority,
            "inverse": each.inverse,
            "qcdr": each.qcdr,
            "metric_type": each.metric_type,
        }
        for each in sender.measures.values()
    ]
    marks: list[Row] = [
        {
            "measure_id": each.measure_id,
            "collection_type": each.collection_type,
            "starts": each.starts,
            "inverse": each.inverse,
            "benchmark_year": 2015,
            "topped_out": each.topped_out,
        }
        for each in sender.benchmarks.values()
    ]
    return {
        "benchmark": marks,
        "quality_catalogue": catalogue,
        "activity_catalogue": [
            {"activity_id": name, "weight": weight} for name, weight in ACTIVITIES.items()
        ],
        "care_information_catalogue": [attrs.asdict(each) for each in CARE_INFORMATION],
        "cost_catalogue": [{"measure_id": name} for name in COSTS],
    }


def _csv_text(name: str, rows: Sequence[Row]) -> str:
    """Return the text of a file; columns that are empty throughout are left out."""
    if name == "clinician":
        columns = [each.name for each in fields(Clinician)]
    else:
        columns = _OTHER_COLUMNS.get(name, " ".join(rows[0])).split()
    columns = [column for column in columns if any(row.get(column) is not None for row in rows)]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return file.getvalue()


def _cell(value: object) -> str:
    """Return a value as the data layer reads it.

    >>> [_cell(value) for value in (None, True, 0.85, 12.0, (1.5, 2.0), date(2017, 3, 31))]
    ['', 'yes', '0.85', '12', '1.5;2', '2017-03-31']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, tuple):
        return ";".join(_cell(part) for part in value)
    return str(value)


def main() -> None:
    """Write the files."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sample().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{len(text.encode()):>9,} bytes  {name}")


if __name__ == "__main__":
    main()
