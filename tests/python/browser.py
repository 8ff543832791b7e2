"""A real browser that opens reports from disk: Debian's Chromium, or the one named by CHROMIUM, driven by Playwright.

Any error, message or request of a page makes its test fail.
"""

import csv
import io
import json
import os
import pathlib
import re

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
COLUMNS = "kind,scope,article,before,raw,after,now,correction,confidence,alternatives,sentence,source,title".split(",")
DATA = re.compile(r'(<script type="application/json" id="data">)(.*?)(</script>)', re.DOTALL)


def with_data(page, data):
    """A page with other data than those that the program put in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    changed, places = DATA.subn(lambda place: place[1] + text + place[3], page)
    assert places == 1
    return changed


def data_of(page):
    """The data of a page."""
    return json.loads(DATA.search(page)[2])


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as launched:
        yield launched


@pytest.fixture
def open_file(browser):
    """Opens a page from disk."""
    contexts, faults = [], []

    def is_local(request):
        return request.url.startswith(("file:", "data:", "blob:"))

    def open_it(path, fragment="", width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("console", lambda message: faults.append(f"console: {message.text}"))
        page.on("request", lambda request: is_local(request) or faults.append(f"request: {request.url}"))
        page.goto(path.as_uri() + fragment)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def open_report(open_file, seed_build, tmp_path):
    """Opens the report that the program writes, with other data."""
    written = (seed_build.folder / "report.html").read_text(encoding="utf-8")

    def open_it(data, fragment="", width=1280, **options):
        path = tmp_path / "report.html"
        path.write_text(with_data(written, data), encoding="utf-8")
        return open_file(path, fragment, width, **options)

    return open_it


def token(page, sentence, number):
    return page.locator(f'[data-sentence="{sentence}"] [data-token="{number}"]')


def correct(page, sentence, number, form, scope="here"):
    token(page, sentence, number).click()
    page.fill("#card [name=other]", form)
    page.select_option("#card [name=scope]", scope)
    page.click("#card .primary")


def download(page):
    page.click("#open-corrections")
    with page.expect_download() as waiting:
        page.click("#download-corrections")
    page.click("#close-corrections")
    assert waiting.value.suggested_filename == "corrections.csv"
    return pathlib.Path(waiting.value.path()).read_bytes()


def rows(content):
    assert content.startswith(b"\xef\xbb\xbf") and content.endswith(b"\r\n")
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert table[0] == COLUMNS
    return [dict(zip(COLUMNS, row, strict=True)) for row in table[1:]]


def scroll_through(page):
    for chart in page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
