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
    assert 404 == admin.get(f"/bills/{console.ids['INV-1']}/einvoice_cii").status_code
