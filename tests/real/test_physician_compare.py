"""The final scores that CMS published for groups in 2017 follow from their category scores."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks import physician_compare as compare

SHARED = Path(__file__).parents[3] / "shared" / "data"
# Rows that fit no scheme, each with the reason: none is known.
UNEXPLAINED: dict[str, str] = {}
# Where quality weighs 85%, half a tenth of it is 0.0425 points: more than 0.03.
BY_DISPLAY_AT_85 = 24


@pytest.fixture(scope="module")
def rows() -> list[compare.Row]:
    path = SHARED / "physician_compare_2017" / "groups.csv"
    if not path.exists():
        pytest.skip("the real data ../shared/data/physician_compare_2017 are not here")
    return compare.compare(path)


def test_every_row_fits_a_scheme(rows: list[compare.Row]) -> None:
    without = {row.unit for row in rows if not row.fitting}

    assert 1500 == len(rows)
    assert set(UNEXPLAINED) == without


def test_every_telling_row_is_within_three_hundredths(rows: list[compare.Row]) -> None:
    """But for what the display hides: a `.9` that stands for more, and weights above 60%."""
    off = [row for row in rows if compare.Fit.DISPLAY is row.fits[row.fitting[0]]]
    unexplained = [row for row in off if not row.quality.endswith(".9")]
    schemes = Counter(compare.SCHEMES[row.fitting[0]].weights for row in unexplained)

    assert {"85/15/0": BY_DISPLAY_AT_85} == schemes
    for row in unexplained:
        assert abs(row.published - row.rebuilt[row.fitting[0]]) <= 5 * compare.POINT // 100


def test_the_schemes_that_the_rows_tell(rows: list[compare.Row]) -> None:
    telling = Counter(
        compare.SCHEMES[row.fitting[0]].weights for row in rows if len(row.fitting) == 1
    )

    assert {"60/15/25": 574, "85/15/0": 269, "50/20/30": 1} == telling


def test_the_report_says_how_many_rows_fit(rows: list[compare.Row]) -> None:
    lines = list(compare.report(rows))

    assert "- 1,500 rows fit at least one scheme; 0 fit none" in lines
    assert "None." == lines[-1]
