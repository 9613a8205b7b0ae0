"""The page in a browser: it opens, sorts, filters, fetches nothing, and everybody can use it."""

from __future__ import annotations

import re

import pytest
from attrs import evolve

from mipsdsl.impact.answers import Layers
from mipsdsl.impact.page import as_page
from mipsdsl.impact.page.sides import sides
from tests.diff.comparing import between
from tests.impact import made
from tests.impact.conftest import OLD

LARGEST = 2_000_000


# --- without a browser ---------------------------------------------------------------------------


def test_texts_of_users_are_no_markup(small) -> None:
    person = evolve(made.WITNESSES[0], kind="<img src=x onerror=alert(1)>")
    layers = evolve(made.layers(small), witnesses=(person,), skipped={"x": "<script>alert(2)"})
    page = as_page(small, layers, names=("<i>a</i>", "</script><script>alert(3)"), about=["<u>"])
    without_ours = re.sub(r"<script>.*?</script>", "", page, flags=re.S)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r"<(script>alert|img|i>|u>|b>)", without_ours)
    assert "alert(3)" not in "".join(re.findall(r"<script>(.*?)</script>", page, flags=re.S))


def test_a_page_of_text_alone_has_nothing_to_draw_with(small) -> None:
    page = as_page(small, Layers())

    assert "vegaEmbed=" not in page
    assert 'id="many"' not in page
    assert 80_000 > len(page)


def test_a_page_is_not_too_large(whole_page) -> None:
    assert LARGEST > whole_page.stat().st_size


def test_changed_words_are_marked_on_both_sides() -> None:
    new = OLD.replace("score + threshold", "score + 2 * threshold")
    difference = between(OLD, new)
    key = next(each.key for each in difference.changes)
    both = sides(key, difference.old, difference.new)

    old, new = (_marked(both.rows, side) for side in (0, 1))

    assert [] == old
    assert ["2 *"] == new
    assert (True, True) == both.there


def _marked(rows, side: int) -> list[str]:
    lines = [row[side] for row in rows if row[side] is not None]
    return [run.text.strip() for line in lines for run in line.runs if run.differs]


def test_new_lines_stand_beside_nothing() -> None:
    new = OLD.replace(
        "points = score + threshold", "points = if score > 3 points then score else 0 points"
    ).replace(
        "[a fact sheet]", '\n    except 0 points when score is 1 point because "one" [a fact sheet]'
    )
    difference = between(OLD, new)
    key = next(each.key for each in difference.changes)
    rows = sides(key, difference.old, difference.new).rows

    assert [row for row in rows if row[0] is None]
    assert not [row for row in rows if row[1] is None]


def test_what_is_unknown_is_not_said_to_differ(small) -> None:
    page = as_page(small, made.layers(small))

    assert "<strong>3 of 5</strong> <span>results differ for someone; 1 unknown</span>" in page


def test_no_difference_is_said(small) -> None:
    assert "Nothing is different." in as_page(between(OLD, OLD), Layers())


# --- in a browser --------------------------------------------------------------------------------


@pytest.fixture
def opened(browser, whole_page, small_page):
    """Return what opens the page, and what went wrong or out while it was open."""
    contexts, wrong = [], []

    def open_(width: int = 1280, scheme: str = "light", *, small: bool = False):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        own = (small_page if small else whole_page).as_uri()
        page.on("request", lambda sent: sent.url != own and wrong.append(f"asked for {sent.url}"))
        page.goto(own)
        page.locator(".drawn svg.marks").nth(5).wait_for()
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [] == wrong


def _shown(page, table: str, column: int) -> list[str]:
    return page.locator(f"#{table} tbody tr:visible td:nth-child({column})").all_inner_texts()


def test_a_table_sorts_by_keyboard(opened) -> None:
    page = opened()
    head = page.locator("#flow1-groups th", has_text="move").first
    head.locator("button").focus()
    page.keyboard.press("Enter")
    rising = [int(text) for text in _shown(page, "flow1-groups", 4)]
    first = head.get_attribute("aria-sort")
    page.keyboard.press("Enter")
    falling = [int(text) for text in _shown(page, "flow1-groups", 4)]

    assert "ascending" == first
    assert "descending" == head.get_attribute("aria-sort")
    assert sorted(rising) == rising
    assert rising != falling
    assert list(reversed(rising)) == falling


def test_changes_are_found_by_words_of_the_citation_and_by_kind(opened) -> None:
    page = opened()
    at_first = len(_shown(page, "all-changes", 3))
    page.get_by_label("Find in the changes").fill("414.1405(b) threshold")
    found = _shown(page, "all-changes", 3)
    page.get_by_label("Find in the changes").fill("")
    page.get_by_label("File", exact=True).select_option("payment adjustment")
    page.get_by_label("What", exact=True).select_option("population")
    chosen = _shown(page, "all-changes", 3)

    assert 25 == at_first
    assert [name for name in found if name.startswith("performance_threshold")]
    assert 5 > len(found)
    assert ["scaling_factor"] == chosen
    assert page.locator("output", has_text="1 of ").is_visible()


def test_all_changes_can_be_shown(opened) -> None:
    page = opened()
    page.get_by_role("button", name=re.compile("Show all")).click()

    assert 300 < len(_shown(page, "all-changes", 3))


def test_a_change_leads_to_its_rule_its_citation_and_its_witness(opened) -> None:
    page = opened()
    page.get_by_label("Find in the changes").fill("parameter performance_threshold 15 points")
    page.locator("#all-changes a:visible", has_text="performance_threshold").first.click()
    rule = page.locator(".thing[open]")

    assert "15" == rule.locator("del").first.inner_text()
    assert "30" == rule.locator("ins").first.inner_text()
    assert rule.locator("a[href*='ecfr.gov/current/title-42/section-414.1405']").count()
    rule.get_by_role("link", name="W2 reward → penalty").click()
    assert "#w2" == page.evaluate("location.hash")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(opened, width, scheme) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(width, scheme)
    page.evaluate("for (const x of document.querySelectorAll('.thing')) x.open = x.id < 'c2'")
    page.evaluate(
        "for (const x of document.querySelectorAll('.area, .card details')) x.open = true"
    )
    found = Axe().run(page).response["violations"]

    assert [] == [
        (each["id"], each["nodes"][0]["html"][:200])
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
    assert width == page.evaluate("document.documentElement.scrollWidth")


def test_charts_follow_dark_mode(opened) -> None:
    page = opened()
    text = page.locator("#why1 svg.marks text").first
    light = text.evaluate("x => getComputedStyle(x).fill")
    page.emulate_media(color_scheme="dark")

    assert light != text.evaluate("x => getComputedStyle(x).fill")


def test_the_skip_link_comes_first(opened) -> None:
    page = opened()
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")

    assert "Skip to the content" == first
    assert "main" == page.evaluate("document.activeElement.id")
