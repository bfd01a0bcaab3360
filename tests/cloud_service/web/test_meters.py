from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.test_dashboard import text_of

AUDIT = "SELECT actor, action, before, after FROM audit WHERE subject LIKE 'meter:%' ORDER BY id DESC LIMIT 1"


def test_a_register_is_taken_off_the_bills_and_put_back_with_its_audit(fresh: Console) -> None:
    page = f"/meters/{fresh.ids['M-1']}"
    billing = fresh.sign_in("billing")
    assert "import kWh Import Index Yes Stop billing" in text_of(billing.get(page).text)

    assert 302 == post(billing, page, f"{page}/registers", name="import").status_code

    seen = text_of(billing.get(page).text)
    assert "import is not billed from now on" in seen
    assert "import kWh Import Index No Bill" in seen
    with transaction(fresh.engine) as session:
        row = session.execute(text(AUDIT)).one()
    assert ("register.change", {"import": "billed"}, {"import": "not billed"}) == (row.action, row.before, row.after)
    post(billing, page, f"{page}/registers", name="import", billed="yes")
    assert "import kWh Import Index Yes" in text_of(billing.get(page).text)


def test_support_sees_what_is_billed_and_cannot_change_it(console: Console) -> None:
    page = f"/meters/{console.ids['M-1']}"
    support = console.sign_in("support")

    assert "Stop billing" not in support.get(page).text
    assert 404 == post(support, page, f"{page}/registers", name="import").status_code
