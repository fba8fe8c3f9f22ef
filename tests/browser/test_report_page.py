"""The report page in a real browser: it reads, sorts, filters, colours, and stays at home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from mtpipe.evaluator import Settings, evaluate, line_comparison, named_apart, parse_reference, read_outputs
from mtpipe.report import Evaluation, EvaluationReport
from mtpipe.writer.report_html import render_html
from tests.score_corpus import corpus

pytestmark = pytest.mark.slow
Open = Callable[[Path], webdriver.Chrome]


def _evaluation(folder: Path, language: str, systems: int) -> Evaluation:
    made = corpus(language, 45, seed=41, systems=systems)
    reference = folder / f"ref.{language}"
    reference.write_text("\n".join(made.references[0]) + "\n", encoding="utf-8")
    outputs = []
    for number, texts in enumerate(made.systems):
        path = folder / f"news.{'abc'[number]}.{language}"
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        roles = ("title",) + ("body",) * 44
        flags = ((),) * 40 + (("loop",),) * 5
        sources = tuple(f"الجملة رقم {line} عن Marseille." for line in range(45))
        output = replace(
            read_outputs(str(path))[0], roles=roles, flags=flags, sources=sources, source_language="ar"
        )
        outputs.append(output)
    comparison = line_comparison(named_apart(outputs), [parse_reference(str(reference))], target=language)
    return evaluate(comparison, Settings(metrics=("BLEU", "chrF2"), resamples=100, trials=200))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    parts = (_evaluation(folder, "en", 2), _evaluation(folder, "ar", 1))
    path = folder / "report.html"
    report = EvaluationReport("Two parts", "2026-11-28 12:00 UTC", "0.1.0", "", parts)
    path.write_text(render_html(report), encoding="utf-8")
    return path


def _shown(driver: webdriver.Chrome, selector: str) -> list[WebElement]:
    return [element for element in driver.find_elements(By.CSS_SELECTOR, selector) if element.is_displayed()]


def _control(driver: webdriver.Chrome, name: str) -> WebElement:
    return _shown(driver, f'[data-control="{name}"]')[0]


def _rows(driver: webdriver.Chrome) -> list[WebElement]:
    return _shown(driver, "table.segments tbody tr")


def test_it_runs_without_errors_and_fetches_nothing(opened: Open, page: Path) -> None:
    driver = opened(page)
    assert driver.get_log("browser") == []  # type: ignore[no-untyped-call]
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert len(_rows(driver)) == 20
    assert "45 of 45 rows" in _control(driver, "count").text


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_nothing_runs_off_the_page(opened: Open, page: Path, width: int, height: int) -> None:
    driver = opened(page)
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.get(page.resolve().as_uri())
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    cells = _shown(driver, "table.segments .text")
    assert all(cell.rect["x"] >= 0 and cell.rect["x"] + cell.rect["width"] <= width for cell in cells[:12])
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_arabic_reads_from_the_right_and_latin_stays_whole(opened: Open, page: Path) -> None:
    driver = opened(page)
    cell = _shown(driver, 'table.segments td[data-name="Source"] .text')[0]
    assert cell.value_of_css_property("direction") == "rtl"
    assert cell.get_attribute("lang") == "ar"
    assert cell.value_of_css_property("text-align") == "right"
    english = _shown(driver, 'table.segments td[data-name="Reference"] .text')[0]
    assert english.value_of_css_property("direction") == "ltr"


def test_tabs_show_one_evaluation_at_a_time(opened: Open, page: Path) -> None:
    driver = opened(page)
    first, second = _shown(driver, ".tabs button")
    assert "English" in first.text and "Arabic" in second.text
    second.click()
    assert second.get_attribute("aria-selected") == "true"
    hypothesis = _shown(driver, 'table.segments td[data-name="Translation"] .text')[0]
    assert hypothesis.value_of_css_property("direction") == "rtl"


def test_sorting_by_score_and_by_gain(opened: Open, page: Path) -> None:
    driver = opened(page)
    Select(_control(driver, "system")).select_by_visible_text("a")
    Select(_control(driver, "sort")).select_by_visible_text("worst first")
    scores = [float(element.text.split()[-1]) for element in _shown(driver, ".segments .who span[title]")]
    assert scores == sorted(scores) and len(scores) == 20
    Select(_control(driver, "system")).select_by_visible_text("all systems")
    Select(_control(driver, "sort")).select_by_visible_text("b gains most")
    first = [float(element.text.split()[-1]) for element in _shown(driver, ".segments .who span[title]")][:2]
    assert first[1] >= first[0]


def test_search_role_and_flag_filter(opened: Open, page: Path) -> None:
    driver = opened(page)
    _control(driver, "search").send_keys("الجملة رقم 7 ")
    assert [row.text.split()[0] for row in _rows(driver)] == ["8"]
    _control(driver, "search").clear()
    _control(driver, "search").send_keys("no such words")
    assert "No segment fits" in _rows(driver)[0].text
    _control(driver, "search").clear()
    _control(driver, "search").send_keys(" ")
    Select(_control(driver, "role")).select_by_visible_text("title")
    assert len(_rows(driver)) == 1
    Select(_control(driver, "role")).select_by_visible_text("every role")
    Select(_control(driver, "flag")).select_by_visible_text("loop")
    assert len(_rows(driver)) == 5
    assert all("loop" in row.text for row in _rows(driver))


def test_pages_turn_and_colours_switch(opened: Open, page: Path) -> None:
    driver = opened(page)
    assert _shown(driver, ".segments mark.x")
    on = _control(driver, "on")
    driver.execute_script("arguments[0].click()", on)
    assert _rows(driver)[0].text.split()[0] == "21"
    Select(_control(driver, "colour")).select_by_visible_text("shared n-grams")
    assert _shown(driver, ".segments mark.g4") and not _shown(driver, ".segments mark.x")
    Select(_control(driver, "colour")).select_by_visible_text("none")
    assert not [
        mark
        for mark in _shown(driver, ".segments mark")
        if "0, 0, 0, 0" not in mark.value_of_css_property("background-color")
    ]


def test_a_link_to_a_row_opens_its_page(opened: Open, page: Path) -> None:
    driver = opened(page)
    driver.get(page.resolve().as_uri() + "#e0s42")
    driver.refresh()
    assert driver.find_element(By.ID, "e0s42").is_displayed()


def test_the_score_table_sorts(opened: Open, page: Path) -> None:
    driver = opened(page)
    head = _shown(driver, "table.sortable thead th button")[1]
    driver.execute_script("arguments[0].click()", head)
    values = [
        float(cell.text.split()[0]) for cell in _shown(driver, "table.sortable tbody tr td:nth-child(2)")
    ]
    assert values == sorted(values)
