from cloud_service.app import create_app
from cloud_service.settings import Settings
from tests.cloud_service.web.conftest import Console


def test_it_is_alive_without_a_database_and_ready_only_with_one(console: Console) -> None:
    assert {"status": "ready"} == console.visitor().get("/readyz").json
    url = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    down = create_app(Settings(database_url=url, owner_url=url, secret_key="k" * 40, payment_provider="")).test_client()

    assert {"installation": "", "status": "ok"} == down.get("/healthz").json
    answer = down.get("/readyz")
    assert 503 == answer.status_code
    assert answer.json is not None
    assert "refused" in answer.json["reason"]
