"""A small program, built by hand from core nodes, and the folder of real data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from mipsdsl.core.nodes import (
    Choice,
    Constant,
    Ensure,
    Field,
    Here,
    Item,
    ItemKind,
    Place,
    Program,
    Read,
    Record,
    Reference,
    Relation,
)
from mipsdsl.core.types import Shape, Type, Unit
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import Inputs
from tests.data.bulk.same import assert_same_reading

PLACE = Place("records.mips", 1)
SHARED = Path(__file__).parents[3] / "shared" / "data"
TEXT = Type(Unit.TEXT)
YES = Constant(True, type=Type(Unit.YESNO))


def field(name: str, type_: Type, scale: int = 0, low: int = 0, high: int = 10**12) -> Field:
    """Return a plain field."""
    return Field(name, type_, scale, low, high, 0, "", PLACE)


def text(*names: str) -> tuple[Field, ...]:
    """Return required text fields."""
    return tuple(field(name, TEXT) for name in names)


def maybe(unit: Unit, choice: str = "") -> Type:
    """Return an optional type."""
    return Type(unit, choice, optional=True)


def record(
    name: str,
    key: tuple[str, ...],
    fields: tuple[Field, ...],
    references: tuple[Reference, ...] = (),
    relations: tuple[Relation, ...] = (),
    *,
    is_reference: bool = False,
) -> Record:
    """Return a record without a grouping."""
    return Record(name, key, fields, references, relations, None, is_reference, PLACE)


def item(of: str, name: str, unit: Unit, high: int) -> Item:
    """Return a rule that gives 0 to ``high``."""
    shape = Shape(12, Fraction(0), Fraction(high), high * 10**12)
    nothing = Constant(0, type=Type(unit), shape=shape)
    return Item(of, name, ItemKind.RULE, maybe(unit), shape, nothing, "", (), (), None, PLACE)


def relation(name: str, of: str, by: tuple[str, ...], most: int) -> Relation:
    """Return a list of the rows whose fields ``by`` are those of this record."""
    return Relation(name, of, by, by, most, "", None, PLACE)


CHOICES = (
    Choice("clinician_kind", ("physician", "nurse_practitioner", "other"), ("", "", ""), PLACE),
    Choice("kind", ("individual", "group"), ("", ""), PLACE),
    Choice(
        "collection",
        (
            "claims",
            "mips_cqm",
            "ecqm",
            "qcdr",
            "web_interface",
            "cahps",
            "administrative_claims",
            "medicare_cqm",
        ),
        ("",) * 8,
        PLACE,
    ),
    Choice("effort", ("medium", "high", "medical_home"), ("", "", ""), PLACE),
    Choice(
        "measure_kind",
        (
            "process",
            "outcome",
            "intermediate_outcome",
            "patient_reported_outcome",
            "patient_engagement_experience",
            "efficiency",
            "structure",
        ),
        ("",) * 7,
        PLACE,
    ),
)

CLINICIAN = record(
    "clinician",
    ("tin", "npi"),
    (
        *text("tin", "npi"),
        field("clinician_type", Type(Unit.CHOICE, "clinician_kind")),
        field("newly_enrolled", Type(Unit.YESNO)),
        field("enrolled_on", maybe(Unit.DATE), 0, date(1965, 7, 30).toordinal(), 740_000),
        field("charges_1", maybe(Unit.MONEY), 2, 0, 5_000_000_000),
        field("patients_1", maybe(Unit.COUNT), 0, 0, 100_000),
        field("average_hcc", maybe(Unit.NUMBER), 4, 0, 100_000),
        field("dual_share", maybe(Unit.PERCENT), 4, 0, 10_000),
    ),
    (Reference("practice", "practice", ("tin",), False, PLACE),),
)
PRACTICE = record("practice", ("tin",), (*text("tin"), field("rural", maybe(Unit.YESNO))))
SUBMISSION = record(
    "submission",
    ("submission_id",),
    (
        *text("submission_id"),
        field("kind", Type(Unit.CHOICE, "kind")),
        field("tin", maybe(Unit.TEXT)),
        field("npi", maybe(Unit.TEXT)),
        field("small_practice", Type(Unit.YESNO)),
    ),
    relations=(relation("quality_measures", "quality_measure", ("submission_id",), 3),),
)
QUALITY_MEASURE = record(
    "quality_measure",
    ("submission_id", "measure_id", "collection_type"),
    (
        *text("submission_id", "measure_id"),
        field("collection_type", Type(Unit.CHOICE, "collection")),
        field("performance_met", maybe(Unit.COUNT), 0, 0, 1_000_000),
        field("performance_rate", maybe(Unit.NUMBER), 4, -(10**10), 10**10),
    ),
    (
        Reference("measure", "quality_catalogue", ("measure_id",), False, PLACE),
        Reference("benchmark", "benchmark", ("measure_id", "collection_type"), True, PLACE),
        Reference("so", "measure_collection", ("measure_id", "collection_type"), False, PLACE),
    ),
)
STARTS = Field("starts", Type(Unit.NUMBER), 4, -(10**10), 10**10, 10, "", PLACE)
BENCHMARK = record(
    "benchmark",
    ("measure_id", "collection_type"),
    (
        *text("measure_id"),
        field("collection_type", Type(Unit.CHOICE, "collection")),
        STARTS,
        field("inverse", Type(Unit.YESNO)),
        field("benchmark_year", Type(Unit.COUNT)),
        field("topped_out", Type(Unit.YESNO)),
        field("seven_point_cap", maybe(Unit.YESNO)),
        field("cap_lifted", maybe(Unit.YESNO)),
    ),
    is_reference=True,
)
CATALOGUES = (
    record(
        "quality_catalogue",
        ("measure_id",),
        (
            *text("measure_id", "title"),
            field("measure_type", Type(Unit.CHOICE, "measure_kind")),
            field("high_priority", Type(Unit.YESNO)),
            field("inverse", Type(Unit.YESNO)),
            field("qcdr", Type(Unit.YESNO)),
            field("metric_type", TEXT),
        ),
        is_reference=True,
    ),
    record(
        "activity_catalogue",
        ("activity_id",),
        (*text("activity_id", "title"), field("weight", maybe(Unit.CHOICE, "effort"))),
        is_reference=True,
    ),
    record(
        "care_information_catalogue",
        ("measure_id",),
        (
            *text("measure_id", "title"),
            field("required", Type(Unit.YESNO)),
            field("bonus", Type(Unit.YESNO)),
            field("weight", maybe(Unit.COUNT)),
            field("reporting_category", maybe(Unit.TEXT)),
            field("transition", Type(Unit.YESNO)),
            field("metric_type", TEXT),
        ),
        is_reference=True,
    ),
    record("cost_catalogue", ("measure_id",), text("measure_id", "title"), is_reference=True),
    record(
        "measure_collection",
        ("measure_id", "collection_type"),
        (*text("measure_id"), field("collection_type", Type(Unit.CHOICE, "collection"))),
        is_reference=True,
    ),
    record(
        "measure_impact",
        ("measure_id", "collection_type"),
        (
            *text("measure_id"),
            field("collection_type", Type(Unit.CHOICE, "collection")),
            field("codes_changed", maybe(Unit.YESNO)),
            field("guideline_changed", maybe(Unit.YESNO)),
        ),
        is_reference=True,
    ),
    record("mvp_list", ("mvp_id",), text("mvp_id", "title"), is_reference=True),
    record(
        "mvp_catalogue",
        ("mvp_id", "measure_id"),
        text("mvp_id", "measure_id", "role"),
        is_reference=True,
    ),
    record(
        "clinical_cluster",
        ("cluster", "measure_id", "collection_type"),
        (*text("cluster", "measure_id"), field("collection_type", Type(Unit.CHOICE, "collection"))),
        is_reference=True,
    ),
)
INDIVIDUAL = Constant("individual", type=Type(Unit.CHOICE, "kind"))
ENSURES = (
    Ensure("practice", "clinician", YES, (("tin", Read(Here(), "tin", type=TEXT)),), (), PLACE),
    Ensure(
        "submission",
        "clinician",
        YES,
        (
            ("kind", INDIVIDUAL),
            ("tin", Read(Here(), "tin", type=TEXT)),
            ("npi", Read(Here(), "npi", type=TEXT)),
        ),
        (),
        PLACE,
    ),
)
ITEMS = (
    item("submission", "quality_score", Unit.PERCENT, 1),
    item("submission", "cost_score", Unit.PERCENT, 1),
    item("submission", "final_score", Unit.POINTS, 100),
    item("clinician", "final_score", Unit.POINTS, 100),
)


@pytest.fixture(scope="session")
def program() -> Program:
    """Return clinicians, practices, submissions, their measures, and the catalogues of CMS."""
    records = (CLINICIAN, PRACTICE, SUBMISSION, QUALITY_MEASURE, BENCHMARK, *CATALOGUES)
    return Program(2019, 2021, "small", (), CHOICES, records, (), ITEMS, ENSURES)


@pytest.fixture
def read_texts(program: Program, tmp_path: Path) -> Callable[..., Inputs]:
    """Return a function that writes files and reads them: the only one, or their folder.

    They are read by query as well, as millions are, which must say the same.
    """

    def run(files: dict[str, str], **options: object) -> Inputs:
        for name, content in files.items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        paths = [tmp_path / next(iter(files))] if len(files) == 1 else [tmp_path]
        asked = ReadOptions(**options)  # type: ignore[arg-type]
        assert_same_reading(program, paths, asked)
        return read(program, paths, asked)

    return run


@pytest.fixture(scope="session")
def measures_data() -> Path:
    """Return CMS's measures data, where they are beside the project."""
    return _real("qpp-measures-data")


@pytest.fixture(scope="session")
def groups_2017() -> Path:
    """Return CMS's public group results of 2017, where they are beside the project."""
    return _real("physician_compare_2017/groups.csv")


@pytest.fixture(scope="session")
def qpp_submissions() -> Path:
    """Return CMS's example documents of its submissions API, where they are beside the project."""
    return _real("qpp-submissions")


def _real(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the real data ../shared/data/{name} are not here")
    return path
