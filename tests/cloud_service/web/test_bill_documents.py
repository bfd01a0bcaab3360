from flask.testing import FlaskClient

from tests.cloud_service.web.conftest import Console


def test_a_pdf_is_made_once_and_shown_in_its_page(console: Console, admin: FlaskClient) -> None:
    where = f"/bills/{console.ids['INV-1']}/invoice_pdf"
    first, second = admin.get(where), admin.get(where)

    assert first.data.startswith(b"%PDF-")
    assert first.data == second.data
    assert ("application/pdf", 'inline; filename="INV-1.pdf"') == (
        first.mimetype,
        first.headers["Content-Disposition"],
    )


def test_a_document_is_saved_as_a_file_where_that_is_asked_for(console: Console, admin: FlaskClient) -> None:
    answer = admin.get(f"/bills/{console.ids['INV-1']}/invoice_pdf?save=1")

    assert 'attachment; filename="INV-1.pdf"' == answer.headers["Content-Disposition"]


def test_a_kind_of_document_that_nobody_made_does_not_exist(console: Console, admin: FlaskClient) -> None:
    assert 404 == admin.get(f"/bills/{console.ids['INV-1']}/annex").status_code


def test_an_e_invoice_is_made_when_it_is_asked_for_or_says_what_it_lacks(console: Console, admin: FlaskClient) -> None:
    where = f"/bills/{console.ids['INV-1']}/einvoice_ubl"
    lacking = admin.get(where)
    page = admin.get(lacking.headers["Location"]).text

    assert (302, f"/bills/{console.ids['INV-1']}") == (lacking.status_code, lacking.headers["Location"])
    assert "An e-invoice (einvoice_ubl) cannot be made: the seller needs a country" in page
    assert all(f"/{kind}?save=1" in page for kind in ("einvoice_ubl", "einvoice_cii", "xrechnung_ubl", "peppol_ubl"))
