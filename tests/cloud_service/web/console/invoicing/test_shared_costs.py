import json
from decimal import Decimal

from sqlalchemy import text

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of


def test_a_cost_is_shared_to_the_cent_after_it_was_looked_at(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    document = {
        "label": "Stairs", "currency": "KES",
        "components": [{"by": "area", "weight": "0.7"}, {"by": "equal", "weight": "0.3"}],
        "members": [{"contract": "K-1", "area": "50"}, {"contract": "K-2", "area": "100"}],
    }  # fmt: skip
    theirs = document | {"members": [{"contract": "K-1", "area": "1"}, {"contract": "K-3", "area": "1"}]}
    refused = post(clerk, "/shared/new", "/shared/new", name="stairs", document=json.dumps(theirs))
    assert (422, True) == (refused.status_code, "there is no contract K-3" in refused.text)  # of another entity
    wrong = post(clerk, "/shared/new", "/shared/new", name="stairs", document='{"label": 3}')
    assert (422, True) == (wrong.status_code, 'id="e-document"' in wrong.text)
    foreign = post(clerk, "/shared/new", "/shared/new", name="stairs", document=json.dumps(document))
    assert (422, True) == (foreign.status_code, "contract K-2 is billed in EUR, the cost is in KES" in foreign.text)
    with fresh.engine.begin() as connection:
        connection.execute(text("UPDATE account SET currency = 'KES' WHERE number = 'A-2'"))
    assert 302 == post(clerk, "/shared/new", "/shared/new", name="stairs", document=json.dumps(document)).status_code

    (split,) = database_rows(fresh, "SELECT id FROM cost_split")
    form = {"split": str(split.id), "cost": "100.01", "from": "2026-10-01", "until": "2026-11-01"}
    preview = post(clerk, "/shared", "/shared", do="try", **form)
    # 70.01 by 50 : 100 = 23.34 + 46.67; 30.00 in two: 15.00 each
    assert "38.34" in text_of(preview.text)
    assert "61.67" in text_of(preview.text)
    assert [] == database_rows(fresh, "SELECT 1 FROM pending_line")
    assert 302 == post(clerk, "/shared", "/shared", do="keep", **form).status_code
    assert Decimal("100.01") == sum(row.amount for row in database_rows(fresh, "SELECT amount FROM pending_line"))
    twice = post(clerk, "/shared", "/shared", do="keep", **form)
    assert (422, True) == (twice.status_code, "were written before" in twice.text)

    back = f"/shared/{split.id}/take-back"
    assert (
        302 == post(clerk, "/shared", back, **{"from": "2026-10-01", "until": "2026-11-01"}, reason="wrong").status_code
    )
    assert [] == database_rows(fresh, "SELECT 1 FROM pending_line")
    assert 302 == post(clerk, "/shared", back, **{"from": "2026-10-01", "until": "2026-11-01"}, reason="x").status_code
    assert "has shared nothing from 2026-10-01" in clerk.get("/shared").text
    assert (
        404
        == post(clerk, "/shared", "/shared/999/take-back", **{"from": "2026-10-01", "until": "2026-11-01"}).status_code
    )


def test_shares_of_a_dinar_have_its_three_places(fresh: Console) -> None:
    with fresh.engine.begin() as connection:
        connection.execute(text("UPDATE account SET currency = 'TND' WHERE number = 'A-1'"))
    clerk = fresh.sign_in("billing")
    document = {
        "label": "Lift", "currency": "TND", "components": [{"by": "equal"}], "members": [{"contract": "K-1"}],
    }  # fmt: skip
    post(clerk, "/shared/new", "/shared/new", name="lift", document=json.dumps(document))
    (split,) = database_rows(fresh, "SELECT id FROM cost_split")
    form = {"split": str(split.id), "cost": "7.125", "from": "2026-10-01", "until": "2026-11-01"}

    preview = post(clerk, "/shared", "/shared", do="try", **form).text

    assert "TND 7.125 would be shared" in text_of(preview)
    assert 'data-label="Share">7.125<' in preview
    post(clerk, "/shared", "/shared", do="keep", **form)
    assert "TND 7.125" in text_of(clerk.get("/shared").text)
