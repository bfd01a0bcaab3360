from flask.testing import FlaskClient

from cloud_service.web.access import public
from tests.cloud_service.web.conftest import Console


def test_an_error_is_a_page_for_people_and_json_for_programs(console: Console, admin: FlaskClient) -> None:
    assert "There is no such page" in admin.get("/nowhere").text
    as_json = admin.get("/nowhere", headers={"Accept": "application/json"}).json
    assert as_json is not None
    assert as_json == {"error": {"code": "404", "hint": as_json["error"]["hint"], "message": "There is no such page"}}


def test_an_unforeseen_fault_tells_nothing_of_its_inside(fresh: Console) -> None:
    @public
    def breaks() -> str:
        raise ValueError("secret number 4711")

    fresh.app.config["TESTING"] = False
    fresh.app.add_url_rule("/breaks", "breaks", breaks)
    answer = fresh.visitor().get("/breaks")

    assert 500 == answer.status_code
    assert "Something went wrong here" in answer.text
    assert "4711" not in answer.text
