import re

import pytest
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import CONNECTION, database_rows, send_as_clerk

MOVE_IN = {
    "point": "", "new_point": "Lake House 2", "site": "Lake House", "utility": "electricity", "grid_id": "KE77",
    "meter": "", "serial": "M-77", "maker": "Test", "register": "import", "opening": "12.5", "multiplier": "1",
    "number": "", "account": "A-1", "tariff": "T-K-1", "day": "2026-11-01", "until": "", "reason": "moved in",
}  # fmt: skip


def test_one_form_makes_point_meter_mount_contract_and_tariff(fresh: Console) -> None:
    answer = send_as_clerk(fresh, "/connections/new", **MOVE_IN)

    assert 302 == answer.status_code, answer.text
    (connection,) = database_rows(fresh, CONNECTION, number="K-4")
    assert ("Lake House: Lake House 2", "A-1", "T-K-1", "M-77", {"import": 12500}) == tuple(connection)[1:6]
    actions = [row.action for row in database_rows(fresh, "SELECT action FROM audit ORDER BY id DESC LIMIT 4")]
    assert ["meter.mount", "meter.add", "contract.move_in", "point.add"] == actions


def test_nothing_is_kept_of_a_connection_whose_last_part_is_refused(fresh: Console) -> None:
    answer = send_as_clerk(fresh, "/connections/new", **MOVE_IN | {"number": "K-1"})

    assert (422, True) == (answer.status_code, 'id="e-number"' in answer.text)
    assert "Another connection has this number" in answer.text
    for table, name in (("service_point", "Lake House 2"), ("meter", "M-77")):
        assert [] == database_rows(fresh, f"SELECT 1 FROM {table} WHERE name = :name", name=name)


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"new_point": "", "point": "Lake House 1"}, "point", "move the tenant out first"),
        ({"point": "Lake House 1"}, "point", "name one that is free, or a new one"),
        ({"new_point": "Lake House 1"}, "new_point", "Lake House has a service point Lake House 1 already"),
        ({"account": "A-99"}, "account", "there is no account A-99"),
        ({"account": "Z-1"}, "account", "there is no account Z-1"),  # of another legal entity
        ({"account": "A-2"}, "tariff", "the tariff is in KES, the account in EUR"),
        ({"serial": "", "meter": ""}, "meter", "no meter hangs there"),
        ({"serial": "", "meter": "meter-M-2"}, "meter", "the meter is mounted elsewhere in this time"),
        ({"serial": "", "meter": "meter-M-3"}, "meter", "there is no meter"),  # of another legal entity
        ({"opening": "1.2345"}, "opening", "at most three decimals"),
        ({"until": "2026-10-01"}, "until", "is not after"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(
    fresh: Console, wrong: dict[str, str], field: str, message: str
) -> None:
    answer = send_as_clerk(fresh, "/connections/new", **MOVE_IN | wrong)

    assert 422 == answer.status_code
    assert f'id="e-{field}"' in answer.text, answer.text
    assert message.lower() in answer.text.lower()


def test_two_who_move_in_at_once_are_told_by_the_constraint(fresh: Console) -> None:
    """The check before is passed by both; the database refuses the second."""
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE contract SET during = '[2026-12-01,)' WHERE number = 'K-1'"))
        session.execute(text("UPDATE tariff_assignment SET during = '[2026-12-01,)'"))
    answer = send_as_clerk(
        fresh, "/connections/new", **MOVE_IN | {"new_point": "", "serial": "", "point": "Lake House 1"}
    )

    assert 422 == answer.status_code
    assert "The service point has another contract in these days" in answer.text
    assert 'id="e-point"' in answer.text
    assert "service_point_id" not in answer.text  # our ids help nobody


def test_the_next_tenant_is_offered_the_tariff_of_the_one_who_left(console: Console) -> None:
    clerk = console.sign_in("billing")
    codes = re.findall(r'<option value="(T-[^"]+)"', clerk.get("/connections/new").text)
    last = codes[-1]

    page = clerk.get(f"/connections/new?point=Kilo+House%3A+K-1&day=2026-11-10&tariff={last}").text

    assert 1 < len(set(codes))
    assert [last] == re.findall(r'<option value="(T-[^"]+)" selected', page)
