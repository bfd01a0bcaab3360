from flask.testing import FlaskClient


def test_pages_are_found_by_their_name(admin: FlaskClient) -> None:
    assert 'href="/audit"' in admin.get("/search?q=audit").text.partition('id="found"')[2]


def test_a_bill_is_found_with_its_amount(admin: FlaskClient) -> None:
    assert "KES 100.00" in admin.get("/search?q=Wanjiku").text.partition('id="found"')[2]
