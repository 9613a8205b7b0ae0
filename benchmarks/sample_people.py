"""The practices and clinicians of the sample: who they are and what they billed. All invented."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import NormalDist
from typing import TypeVar

from attrs import Factory, define, frozen

Choice = TypeVar("Choice")


class Dice:
    """Seeded chance.

    Only ``random()`` is used: of the numbers of the standard library, its alone stay the same for
    a seed from one version of Python to the next.
    """

    def __init__(self, seed: int) -> None:
        """Start from ``seed``."""
        self._random = random.Random(seed)

    def chance(self, share: float) -> bool:
        """Return yes in this share of the cases."""
        return self._random.random() < share

    def between(self, low: float, high: float) -> float:
        """Return a number between the two, each as likely."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """Return a whole number, both ends among them."""
        return low + int((high - low + 1) * self._random.random())

    def bell(self, mean: float, spread: float) -> float:
        """Return a number of the normal distribution."""
        return NormalDist(mean, spread).inv_cdf(min(max(self._random.random(), 1e-9), 1 - 1e-9))

    def pick(self, choices: Mapping[Choice, float]) -> Choice:
        """Return one of the choices, by their weights."""
        left = self._random.random() * sum(choices.values())
        for choice, weight in choices.items():
            left -= weight
            if left < 0:
                return choice
        return next(iter(choices))

    def some(self, choices: Sequence[Choice], number: int) -> list[Choice]:
        """Return this many of the choices, in an order of chance."""
        return sorted(choices, key=lambda _: self._random.random())[:number]


# --- specialties ---------------------------------------------------------------------------------


@frozen(eq=False)
class Specialty:
    """What the clinicians of a practice are and do.

    Units: ``charges`` the median in dollars a year, ``per_patient`` dollars; ``hospital`` and
    ``surgical_center`` the lowest and highest share of services there.
    """

    name: str
    types: Mapping[str, float]
    charges: float
    per_patient: float
    hospital: tuple[float, float] = (0.0, 0.15)
    surgical_center: tuple[float, float] = (0.0, 0.05)
    sees_patients: bool = True


_DOCTORS = {"physician": 0.66, "nurse_practitioner": 0.19, "physician_assistant": 0.15}
_ASSISTED = {"nurse_practitioner": 0.24, "physician_assistant": 0.11}
PRIMARY_CARE = Specialty(
    "primary_care",
    {"physician": 0.6, **_ASSISTED, "registered_dietitian": 0.02, "clinical_social_worker": 0.03},
    95_000,
    330,
)
CARDIOLOGY = Specialty("cardiology", _DOCTORS, 230_000, 520, (0.05, 0.5))
ORTHOPEDICS = Specialty(
    "orthopedics",
    {"physician": 0.62, "physician_assistant": 0.27, "physical_therapist": 0.08, "other": 0.03},
    170_000,
    560,
    (0.1, 0.5),
    (0.0, 0.4),
)
OPHTHALMOLOGY = Specialty(
    "ophthalmology", {"physician": 0.97, "other": 0.03}, 310_000, 420, (0.0, 0.05), (0.05, 0.45)
)
ANESTHESIA = Specialty(
    "anesthesia",
    {"physician": 0.42, "certified_registered_nurse_anesthetist": 0.58},
    62_000,
    240,
    (0.35, 0.98),
    (0.02, 0.5),
)
SURGERY_CENTER = Specialty(
    "surgery_center_anesthesia",
    {"physician": 0.5, "certified_registered_nurse_anesthetist": 0.5},
    70_000,
    230,
    (0.0, 0.2),
    (0.76, 1.0),
)
RADIOLOGY = Specialty("radiology", {"physician": 1.0}, 180_000, 95, (0.2, 0.7), sees_patients=False)
EMERGENCY = Specialty("emergency", _DOCTORS, 78_000, 170, (0.9, 1.0))
HOSPITAL_MEDICINE = Specialty("hospital_medicine", _DOCTORS, 105_000, 330, (0.82, 1.0))
BEHAVIOR = Specialty(
    "behavioral_health",
    {
        "physician": 0.25,
        "clinical_psychologist": 0.35,
        "clinical_social_worker": 0.25,
        "clinical_nurse_specialist": 0.15,
    },
    42_000,
    400,
)
REHABILITATION = Specialty(
    "rehabilitation",
    {
        "physical_therapist": 0.66,
        "occupational_therapist": 0.16,
        "speech_language_pathologist": 0.1,
        "audiologist": 0.08,
    },
    48_000,
    600,
)
WOMENS_HEALTH = Specialty(
    "womens_health",
    {"physician": 0.62, "certified_nurse_midwife": 0.2, "nurse_practitioner": 0.18},
    21_000,
    180,
)
MULTISPECIALTY = Specialty(
    "multispecialty",
    {
        "physician": 0.66,
        "nurse_practitioner": 0.17,
        "physician_assistant": 0.12,
        "clinical_nurse_specialist": 0.01,
        "physical_therapist": 0.02,
        "registered_dietitian": 0.01,
        "clinical_psychologist": 0.01,
    },
    120_000,
    380,
    (0.0, 0.6),
)
_OFFICES = {
    PRIMARY_CARE: 40.0,
    CARDIOLOGY: 9.0,
    ORTHOPEDICS: 9.0,
    OPHTHALMOLOGY: 9.0,
    ANESTHESIA: 5.0,
    SURGERY_CENTER: 1.5,
    RADIOLOGY: 4.0,
    EMERGENCY: 3.0,
    HOSPITAL_MEDICINE: 3.0,
    BEHAVIOR: 6.0,
    REHABILITATION: 5.0,
    WOMENS_HEALTH: 5.0,
}
_LARGE = {
    MULTISPECIALTY: 50.0,
    PRIMARY_CARE: 15.0,
    CARDIOLOGY: 8.0,
    ORTHOPEDICS: 7.0,
    ANESTHESIA: 7.0,
    RADIOLOGY: 5.0,
    EMERGENCY: 5.0,
    HOSPITAL_MEDICINE: 3.0,
}

# --- practices and clinicians --------------------------------------------------------------------


@define
class Clinician:
    """One clinician under one TIN; the names are those of the record."""

    tin: str
    npi: str
    clinician_type: str
    enrolled_on: date | None
    billed_medicare_before: bool | None = None
    qp_status: str = "none"
    elects_mips: bool | None = None
    first_billed: date | None = None
    billed_in_performance_year: bool | None = None
    charges_1: int | None = None
    patients_1: int | None = None
    charges_2: int | None = None
    patients_2: int | None = None
    patient_facing_encounters_1: int | None = None
    patient_facing_encounters_2: int | None = None
    hospital_service_share: float | None = None
    surgical_center_service_share: float | None = None
    rural: bool | None = None
    hpsa: bool | None = None
    hardship: bool | None = None
    extreme_circumstances: bool | None = None
    allowed_charges: float = 0.0
    paid_amount: float = 0.0


@define
class Practice:
    """A TIN. ``stricken``: it lies in a region of extreme and uncontrollable circumstances."""

    tin: str
    specialty: Specialty
    clinicians: list[Clinician] = Factory(list)
    reports_as_group: bool = False
    rural: bool | None = None
    hpsa: bool | None = None
    hardship: bool | None = None
    stricken: bool = False
    entity: str = ""

    @property
    def size(self) -> int:
        """Return how many clinicians bill under the TIN."""
        return len(self.clinicians)


# How many practices of which sizes: most are small, most clinicians are in large ones.
_SIZES = ((150, 1, 1), (80, 2, 5), (42, 6, 15), (17, 16, 40), (6, 41, 85), (2, 110, 150))
_FEWEST_OF_A_LARGE_ONE = 16
_ENROLLED = date(1985, 1, 1)
_YEAR = date(2017, 1, 1)


def practices(dice: Dice) -> list[Practice]:
    """Return about 300 practices with about 2,000 clinicians."""
    sizes = [dice.whole(low, high) for number, low, high in _SIZES for _ in range(number)]
    made: list[Practice] = []
    people = 0
    for number, size in enumerate(dice.some(sizes, len(sizes)), start=1):
        made.append(_practice(dice, number, size))
        for _ in range(size):
            people += 1
            made[-1].clinicians.append(_clinician(dice, made[-1], npi_of(people)))
    return made


def npi_of(number: int) -> str:
    """Return an identifier that nobody has, with the right check digit.

    Source: the Luhn formula over the ten digits with 80840 before them, as CMS prescribes it.

    >>> npi_of(1)
    '1999000015'
    """
    digits = f"1999{number:05d}"
    total = 0
    for place, digit in enumerate(reversed("80840" + digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return digits + str(-total % 10)


def _practice(dice: Dice, number: int, size: int) -> Practice:
    specialty = dice.pick(_LARGE if size >= _FEWEST_OF_A_LARGE_ONE else _OFFICES)
    rural = True if dice.chance(0.16) else (False if dice.chance(0.2) else None)
    return Practice(
        f"00-{number:07d}",
        specialty,
        rural=rural,
        hpsa=True if dice.chance(0.12) else None,
        stricken=size <= 15 and dice.chance(0.12),
    )


def _clinician(dice: Dice, practice: Practice, npi: str) -> Clinician:
    specialty = practice.specialty
    enrolled = _ENROLLED + timedelta(days=dice.whole(0, (_YEAR - _ENROLLED).days - 1))
    clinician = Clinician(practice.tin, npi, dice.pick(specialty.types), enrolled)
    _bill(dice, clinician, specialty)
    clinician.hospital_service_share = _share(dice, specialty.hospital)
    clinician.surgical_center_service_share = _share(dice, specialty.surgical_center)
    clinician.extreme_circumstances = True if practice.stricken else None
    clinician.hardship = True if practice.size <= 15 and dice.chance(0.02) else None
    clinician.rural = dice.chance(0.5) if dice.chance(0.02) else None
    clinician.hpsa = True if dice.chance(0.01) else None
    _come_and_go(dice, clinician)
    return clinician


def _share(dice: Dice, ends: tuple[float, float]) -> float:
    return round(dice.between(*ends), 4)


def _bill(dice: Dice, clinician: Clinician, specialty: Specialty) -> None:
    """Give the clinician charges and patients in both segments, and the money of the year."""
    works = 1.0 if clinician.clinician_type == "physician" else 0.62
    usual = specialty.charges * works * 2.718 ** dice.bell(-0.4, 1.0)
    for segment in ("1", "2"):
        charges = int(usual * 2.718 ** dice.bell(0, 0.1))
        patients = int(charges / specialty.per_patient * 2.718 ** dice.bell(0, 0.15))
        setattr(clinician, f"charges_{segment}", charges)
        setattr(clinician, f"patients_{segment}", patients)
        met = int(patients * dice.between(1.2, 3.4)) if specialty.sees_patients else None
        encounters = dice.whole(3, 85) if met is None else met
        setattr(clinician, f"patient_facing_encounters_{segment}", encounters)
    _earn(dice, clinician, usual)


def _earn(dice: Dice, clinician: Clinician, charges: float) -> None:
    """Give the clinician the money of the year: Medicare pays a little under 80% of what it allows."""
    clinician.allowed_charges = round(charges * 2.718 ** dice.bell(0, 0.05), 2)
    clinician.paid_amount = round(clinician.allowed_charges * dice.between(0.755, 0.795), 2)


def _come_and_go(dice: Dice, clinician: Clinician) -> None:
    """Make some clinicians new, late or about to retire."""
    if dice.chance(0.03):
        clinician.enrolled_on = _YEAR + timedelta(days=dice.whole(0, 330))
        clinician.billed_medicare_before = True if dice.chance(0.15) else None
        _only_second(clinician)
    elif dice.chance(0.018):
        clinician.first_billed = date(2017, 9, 1) + timedelta(days=dice.whole(0, 121))
        _only_second(clinician)
    elif dice.chance(0.012):
        clinician.charges_2 = clinician.patients_2 = None
        clinician.patient_facing_encounters_2 = None


def _only_second(clinician: Clinician) -> None:
    clinician.charges_1 = clinician.patients_1 = clinician.patient_facing_encounters_1 = None


def under_two_tins(dice: Dice, made: Sequence[Practice]) -> list[Clinician]:
    """Return clinicians of one practice under the TIN of another: part of their time, or moved.

    Who moved after the year has nothing under the new TIN but the money of the payment year. The
    last two are new to Medicare.
    """
    people = [each for practice in made for each in practice.clinicians]
    targets = [practice for practice in made if practice.size >= 6 and not practice.entity]
    found = []
    for number, person in enumerate(dice.some(people, 50)):
        home = dice.some([each for each in targets if each.tin != person.tin], 1)[0]
        second = Clinician(home.tin, person.npi, person.clinician_type, person.enrolled_on)
        if number % 2:
            _bill(dice, second, home.specialty)
            second.hospital_service_share = _share(dice, home.specialty.hospital)
        else:
            second.billed_in_performance_year = False
            second.first_billed = date(2018, 1, 1) + timedelta(days=dice.whole(1, 500))
            _earn(dice, second, home.specialty.charges)
        found.append(second)
    for number in (99_998, 99_999):
        stranger = Clinician(targets[0].tin, npi_of(number), "physician", date(2018, 7, 1))
        stranger.billed_in_performance_year = False
        _earn(dice, stranger, targets[0].specialty.charges)
        found.append(stranger)
    return found
