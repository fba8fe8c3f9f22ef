"""The side-by-side page in a real browser, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.actions.action_builder import ActionBuilder

from mtpipe.cli import run
from mtpipe.data import Flag, Hypothesis, Passport, Role, Translation
from mtpipe.writer import write_translations
from tests.conftest import EXAMPLE, make_document

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "example.html"
    assert run(["translate", str(EXAMPLE), "--output", str(path), "--quiet"]) == 0
    return path


def boxes(driver: Chrome, selector: str) -> list[dict[str, Any]]:
    """Return the rectangles of all elements that match, in page coordinates."""
    found: list[dict[str, Any]] = driver.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map(e => { const r = e.getBoundingClientRect();"
        "return {left: r.left, right: r.right, top: r.top + scrollY, bottom: r.bottom + scrollY,"
        "direction: getComputedStyle(e).direction, lang: e.lang, align: getComputedStyle(e).textAlign}; })",
        selector,
    )
    return found


def ground(driver: Chrome) -> str:
    return str(driver.execute_script("return getComputedStyle(document.body).backgroundColor"))


def test_wide_three_columns_in_line(opened: Callable[[Path], Chrome], page: Path) -> None:
    driver = opened(page)
    driver.set_window_size(1400, 900)
    cells = boxes(driver, ".paragraph .cell")
    assert len(cells) == 54 * 3
    for row in range(54):
        arabic, english, french = cells[3 * row : 3 * row + 3]
        assert arabic["right"] <= english["left"] < english["right"] <= french["left"]
        assert abs(arabic["top"] - english["top"]) < 2
        assert abs(english["top"] - french["top"]) < 2
        # The French credit reads as French, wherever it stands.
        assert arabic["direction"] == ("ltr" if arabic["lang"] == "fr" else "rtl")
        assert (english["direction"], french["direction"]) == ("ltr", "ltr")
        assert arabic["align"] == "right"
    tops = [cell["top"] for cell in cells[::3]]
    assert tops == sorted(tops)
    assert driver.get_log("browser") == []  # type: ignore[no-untyped-call]


def test_narrow_stacks_the_columns_and_never_scrolls_sideways(
    opened: Callable[[Path], Chrome], page: Path
) -> None:
    driver = opened(page)
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True},
    )
    try:
        cells = boxes(driver, ".paragraph .cell")
        for row in range(54):
            arabic, english, french = cells[3 * row : 3 * row + 3]
            assert arabic["bottom"] <= english["top"] < english["bottom"] <= french["top"]
        width = driver.execute_script("return document.documentElement.scrollWidth")
        assert width <= 390
        label = driver.execute_script(
            "return getComputedStyle(document.querySelectorAll('.paragraph .cell')[1], '::before').content"
        )
        assert label == '"English"'
    finally:
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_foreign_runs_keep_their_order_inside_arabic(opened: Callable[[Path], Chrome], page: Path) -> None:
    driver = opened(page)
    driver.set_window_size(1400, 900)
    # The date line: within its isolated run the year stands left of the time.
    left, right = driver.execute_script(
        "const t = document.querySelector('.date .cell[dir=rtl] bdi').firstChild;"
        "const at = (i) => { const r = document.createRange(); r.setStart(t, i); r.setEnd(t, i + 1);"
        "return r.getBoundingClientRect().left; };"
        "return [at(0), at(t.length - 1)]"
    )
    assert left < right


def test_a_foreign_paragraph_reads_in_its_own_order(opened: Callable[[Path], Chrome], tmp_path: Path) -> None:
    french = "Il a dit : « Oui ! » (puis il partit) ; et les autres..."
    document = make_document([("عنوان المقال هنا", "ar", Role.TITLE), (french, "fr", Role.BODY)])
    hypotheses = (Hypothesis("title"), Hypothesis(french, flags=(Flag.OTHER_LANGUAGE,)))
    passport = Passport("m", "made", "1", "CC0", "0" * 64, ("en",))
    path = tmp_path / "foreign.html"
    path.write_text(write_translations([Translation(document, "en", hypotheses, passport)], "html"), "utf-8")
    driver = opened(path)
    driver.set_window_size(1400, 900)
    for column in (1, 2):
        lefts = driver.execute_script(
            "const p = document.querySelectorAll('#s2 .cell')[arguments[0] - 1];"
            "const walk = document.createTreeWalker(p, NodeFilter.SHOW_TEXT); const found = [];"
            "while (walk.nextNode()) { const t = walk.currentNode; if (t.parentElement.closest('.flag')) continue;"
            "for (let i = 0; i < t.length; i++) { const r = document.createRange(); r.setStart(t, i);"
            "r.setEnd(t, i + 1); const b = r.getBoundingClientRect(); if (b.width) found.push([b.top, b.left]); } }"
            "return found;",
            column,
        )
        assert len(lefts) > 40
        assert lefts == sorted(lefts), "every character stands right of the one before it, or on a lower line"


def test_an_anchor_on_every_row_that_shows_itself(opened: Callable[[Path], Chrome], page: Path) -> None:
    driver = opened(page)
    driver.set_window_size(1400, 900)
    before = driver.execute_script("return getComputedStyle(document.getElementById('s20')).backgroundColor")
    driver.execute_script("document.querySelector('#s20 .number').click()")
    after = driver.execute_script("return getComputedStyle(document.getElementById('s20')).backgroundColor")
    assert driver.current_url.endswith("#s20")
    assert before != after
    anchors = driver.execute_script(
        "return [...document.querySelectorAll('.number')].map(e => e.getAttribute('href'))"
    )
    assert anchors == [f"#s{n}" for n in range(1, 55)]


def test_dark_and_print(opened: Callable[[Path], Chrome], page: Path) -> None:
    driver = opened(page)
    light = ground(driver)
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    )
    dark = ground(driver)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})
    printed = ground(driver)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    assert len({light, dark, printed}) == 3
    assert printed == "rgb(255, 255, 255)"


def test_the_page_names_its_source_and_model(opened: Callable[[Path], Chrome], page: Path) -> None:
    driver = opened(page)
    facts = driver.execute_script("return document.querySelector('.facts').innerText")
    for wanted in ("article.ar.txt", "SHA-256", "Model (en, fr)", "Apache-2.0", "Translated"):
        assert wanted in facts
    requests = driver.execute_script("return performance.getEntriesByType('resource').length")
    assert requests == 0


def test_a_word_lights_up_its_counterparts_in_the_other_columns(
    opened: Callable[[Path], Chrome], tmp_path: Path
) -> None:
    document = make_document([("وصل الوفد أمس", "ar", Role.BODY)])
    passport = Passport("m", "made", "1", "CC0", "0" * 64, ("en", "fr"))
    columns = [
        Translation(document, code, (Hypothesis(text, -1.0, links=links),), passport)
        for code, text, links in (
            ("en", "The delegation arrived yesterday", ((0, 2), (1, 0), (1, 1), (2, 3))),
            ("fr", "La délégation est arrivée hier", ((0, 2), (0, 3), (1, 1), (2, 4))),
        )
    ]
    path = tmp_path / "links.html"
    path.write_text(write_translations(columns, "html"), "utf-8")
    driver = opened(path)
    driver.set_window_size(1400, 900)
    left, top = driver.execute_script(
        "const t = document.querySelectorAll('#s1 .cell')[1].firstChild, r = document.createRange();"
        "r.setStart(t, 6); r.setEnd(t, 8); const b = r.getBoundingClientRect();"
        "return [b.left + 2, b.top + b.height / 2]"
    )
    pointer = ActionBuilder(driver)
    pointer.pointer_action.move_to_location(int(left), int(top))  # type: ignore[no-untyped-call]
    pointer.perform()
    lit = driver.execute_script("return [...document.querySelectorAll('.lit')].map(e => e.textContent)")
    assert lit == ["الوفد", "The", "delegation", "délégation"]
    assert driver.get_log("browser") == []  # type: ignore[no-untyped-call]
