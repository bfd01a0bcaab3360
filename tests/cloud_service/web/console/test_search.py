from flask.testing import FlaskClient

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import text_of


def test_an_exact_number_jumps_straight_there_and_words_list_what_fits(console: Console, admin: FlaskClient) -> None:
    assert f"/bills/{console.ids['INV-2']}" == admin.get("/search?q=inv-2").location
    assert f"/meters/{console.ids['M-1']}" == admin.get("/search?q=M-1").location
    page = text_of(admin.get("/search?q=amina").text)
    assert "Amina Wanjiku" in page
    assert "INV-1" in page
