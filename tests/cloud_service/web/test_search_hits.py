from flask.testing import FlaskClient


def test_pages_are_found_by_their_name(admin: FlaskClient) -> None:
    assert 'href="/audit"' in admin.get("/search?q=audit").text.partition('id="found"')[2]
