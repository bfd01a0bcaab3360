import io
import re

from flask.testing import FlaskClient

from tests.cloud_service.flow.invoicing.test_einvoice_rules import XRECHNUNG, zipped
from tests.cloud_service.web.conftest import Console, post, token
from tests.cloud_service.web.pages import database_rows, text_of

PAGE = "/settings/e-invoices"


def send(person: FlaskClient, content: bytes, name: str = "kosit.zip") -> str:
    """The page after a ZIP file was sent."""
    fields = {"csrf_token": token(person.get(PAGE).text), "file": (io.BytesIO(content), name)}
    return text_of(person.post(PAGE, data=fields, follow_redirects=True).text)


def test_rules_are_added_seen_with_version_and_hash_and_removed(fresh: Console) -> None:
    root = fresh.sign_in("root")
    norm = root.get(PAGE).text
    added = send(root, zipped(XRECHNUNG))
    (row,) = database_rows(fresh, "SELECT encode(sha256, 'hex') AS sha256 FROM einvoice_rules")

    assert 2 == len(re.findall(r'<bdi class="num" title="[0-9a-f]{64}">', norm))
    assert "part of the product" in text_of(norm)
    assert "In use now: XRechnung-UBL-validation 7.1." in added
    assert f"XRechnung (KoSIT) UBL XRechnung-UBL-validation 7.1 {row.sha256[:12]}" in added
    assert 302 == post(root, PAGE, f"{PAGE}/xrechnung/remove").status_code
    assert "Not in use any more: XRechnung-UBL-validation." in text_of(root.get(PAGE).text)
    assert 302 == post(root, PAGE, f"{PAGE}/xrechnung/remove").status_code
    assert "no rules of xrechnung were added" in text_of(root.get(PAGE).text).lower()


def test_what_is_no_file_of_rules_is_refused_at_the_field(fresh: Console) -> None:
    root = fresh.sign_in("root")

    assert "is no ZIP" in send(root, b"no zip").replace("not a ZIP", "is no ZIP")
    assert "Choose a file" in send(root, b"", "")
    assert [] == database_rows(fresh, "SELECT id FROM einvoice_rules")


def test_who_looks_after_one_company_sees_them_and_changes_nothing(console: Console) -> None:
    admin = console.sign_in("admin")
    page = admin.get(PAGE).text

    assert "part of the product" in text_of(page)
    assert "ZIP file" not in page
    file = {"file": (io.BytesIO(zipped(XRECHNUNG)), "kosit.zip"), "csrf_token": token(admin.get("/settings/mail").text)}
    assert "looks after all companies" in text_of(admin.post(PAGE, data=file).text)
    assert "XRechnung-UBL-validation" not in text_of(console.sign_in("root").get(PAGE).text)
    assert 403 == post(admin, "/settings/mail", f"{PAGE}/peppol/remove").status_code
    assert 404 == console.sign_in("billing").get(PAGE).status_code
