import re

import pytest
from flask.testing import FlaskClient

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.routes import PAGES


@pytest.mark.parametrize("path", [*PAGES, "/healthz", "/static/console.css", "/bills.csv"])
def test_every_answer_has_the_headers_that_keep_browsers_safe(console_root: FlaskClient, path: str) -> None:
    headers = console_root.get(path).headers
    policy = headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert ("nosniff", "DENY", "same-origin") == (
        headers["X-Content-Type-Options"],
        headers["X-Frame-Options"],
        headers["Referrer-Policy"],
    )


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_script_or_style_inside_or_anything_from_elsewhere(console_root: FlaskClient, path: str) -> None:
    page = console_root.get(path).text

    assert [] == re.findall(r"<style|<script(?![^>]*\bsrc=)[^>]*>", page)
    assert [] == re.findall(r"<[^>]+\s(?:style|on[a-z]+)=", page)
    assert [] == re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', page)
    assert [] == re.findall(r"hx-on|hx-vals=.js:|hx-trigger=\"[^\"]*\[", page)


def test_pages_of_people_are_not_kept_by_browsers_and_files_are(console: Console, admin: FlaskClient) -> None:
    assert "no-store" == admin.get("/bills").headers["Cache-Control"]
    sheet = re.search(r'href="(/static/console.css\?v=[^"]+)"', admin.get("/bills").text)
    assert sheet is not None
    assert "immutable" in console.visitor().get(sheet[1]).headers["Cache-Control"]
