"""Documents that are broken in any way: each is read, or a sentence says why not; nothing breaks."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.read import read
from mipsdsl.data.tables import DataError

STRATUM = {"stratum": "overall", "performanceMet": 3, "performanceNotMet": 4}
VALUE = {
    "performanceMet": 305,
    "performanceRate": 54.46,
    "reportingRate": 99.5,
    "strata": [STRATUM],
}
DOCUMENT: dict[str, Any] = {
    "entityType": "individual",
    "taxpayerIdentificationNumber": "000456789",
    "nationalProviderIdentifier": "1234567893",
    "entityId": None,
    "performanceYear": 2019,
    "measurementSets": [
        {
            "category": category,
            "submissionMethod": "registry",
            "programName": "mips",
            "cehrtId": "X",
            "performanceStart": "2019-01-01",
            "performanceEnd": "2019-12-31",
            "measurements": [{"measureId": "102", "value": value}],
        }
        for category, value in (("quality", VALUE), ("ia", True), ("pi", {"numerator": 1}))
    ],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 3000) | st.floats(-9, 9) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all parts of a document."""
    parts: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    return [path, *(each for key, part in parts for each in places(part, (*path, key)))]


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    changes=st.lists(st.tuples(st.sampled_from(places(DOCUMENT)[1:]), JSON), max_size=4),
    listed=st.booleans(),
)
def test_a_broken_document_is_read_or_a_sentence(
    program: Program,
    tmp_path: Path,
    changes: list[tuple[tuple[Any, ...], Any]],
    listed: bool,
) -> None:
    content: Any = copy.deepcopy(DOCUMENT)
    for path, value in changes:
        part = content
        try:
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = value
        except (LookupError, TypeError):
            continue  # an earlier change took the place away
    file = tmp_path / "s.json"
    file.write_text(json.dumps([content, content] if listed else content), encoding="utf-8")
    try:
        inputs = read(program, [file], ReadOptions(assume={"small_practice": "no"}))
    except DataError:
        return

    assert all(reject.code.startswith("D01") and reject.reason for reject in inputs.rejects)
