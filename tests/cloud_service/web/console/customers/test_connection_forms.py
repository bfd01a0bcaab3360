from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, send_as_clerk

CONNECTION = (
    "SELECT k.number, s.name || ': ' || p.name AS point, a.number AS account, t.code, m.serial, n.opening, k.during"
    " FROM contract k JOIN service_point p ON p.id = k.service_point_id JOIN site s ON s.id = p.site_id"
    " JOIN account a ON a.id = k.account_id JOIN tariff_assignment g ON g.contract_id = k.id"
    " JOIN tariff t ON t.id = g.tariff_id LEFT JOIN meter_mount n ON n.service_point_id = p.id AND upper_inf(n.during)"
    " LEFT JOIN meter m ON m.id = n.meter_id WHERE k.number = :number"
)


def address_of(fresh: Console, verb: str, number: str = "K-1") -> str:
    return f"/connections/{fresh.ids[number]}/{verb}"


def test_moving_out_ends_the_contract_and_the_owner_pays_from_then_on(fresh: Console) -> None:
    empty = f"/points/{fresh.ids['Lake House 1']}/vacancy"
    assert 302 == send_as_clerk(fresh, empty, account="A-1", tariff="T-K-1").status_code
    answer = send_as_clerk(fresh, address_of(fresh, "move-out"), day="2026-11-15", reason="gone")

    assert 302 == answer.status_code, answer.text
    (left,) = database_rows(fresh, CONNECTION, number="K-1")
    assert "2026-11-15" == str(left.during.upper)
    (vacant,) = database_rows(fresh, CONNECTION, number="Lake House 1-VAC-20261115")
    assert ("A-1", "T-K-1") == (vacant.account, vacant.code)


def test_days_that_are_billed_are_not_given_up(fresh: Console) -> None:
    answer = send_as_clerk(fresh, address_of(fresh, "move-out"), day="2026-11-05")

    assert (422, True) == (answer.status_code, "are billed already" in answer.text)


def test_another_payer_and_another_tariff_from_a_day_on(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    post(clerk, "/clients/new", "/clients/new", name="Owner", kind="person", locale="en", currency="KES",
         mode="postpaid", day="2026-11-01", billing_cycle="monthly", billing_day="1", payment_terms_days="14",
         delivery="email", account_number="A-9")  # fmt: skip
    assert (
        302
        == send_as_clerk(fresh, address_of(fresh, "owner"), account="A-9", day="2026-12-01", reason="sold").status_code
    )
    (new,) = database_rows(fresh, CONNECTION, number="K-1-20261201")
    assert ("A-9", "T-K-1") == (new.account, new.code)

    wrong = send_as_clerk(fresh, address_of(fresh, "tariff", "K-2"), tariff="T-K-1", day="2026-12-01")
    assert (422, True) == (wrong.status_code, "The tariff is in KES, the account in EUR" in wrong.text)


def test_a_meter_is_exchanged_with_its_last_and_first_index(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("INSERT INTO meter (serial, name) VALUES ('M-88', 'm88')"))
    where = address_of(fresh, "meter")
    missing = send_as_clerk(fresh, where, at="2026-11-16T10:30", meter="m88")
    assert (422, True) == (missing.status_code, 'id="e-closing.import"' in missing.text)

    form = {"at": "2026-11-16T10:30", "meter": "m88", "opening.import": "0", "closing.import": "4711.25"}
    answer = send_as_clerk(fresh, where, **form)

    assert 302 == answer.status_code, answer.text
    mounts = database_rows(
        fresh, "SELECT n.closing, n.opening, lower(n.during) AS since FROM meter_mount n"
        " JOIN contract k ON k.service_point_id = n.service_point_id WHERE k.number = 'K-1' ORDER BY 3",
    )  # fmt: skip
    assert [{"import": 4_711_250}, {}] == [mount.closing for mount in mounts]
    assert {"import": 0} == mounts[1].opening
    assert "2026-11-16 07:30" == f"{mounts[1].since:%Y-%m-%d %H:%M}"  # Nairobi is three hours ahead


def test_an_index_that_cannot_be_is_refused_at_its_field_and_nothing_is_exchanged(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("INSERT INTO meter (serial, name) VALUES ('M-88', 'm88')"))
        session.execute(
            text(
                "UPDATE meter_mount SET opening = '{\"import\": 5000000}' WHERE service_point_id ="
                " (SELECT service_point_id FROM contract WHERE number = 'K-1')"
            )
        )
    typo = {"at": "2026-11-16T10:30", "meter": "m88", "opening.import": "0", "closing.import": "47.25"}

    answer = send_as_clerk(fresh, address_of(fresh, "meter"), **typo)

    assert (422, True) == (answer.status_code, 'id="e-closing.import"' in answer.text)
    assert "The final index 47.25 kWh of register import does not follow the reading 5000 of" in answer.text
    assert [] == database_rows(
        fresh, "SELECT 1 FROM meter_mount n JOIN meter m ON m.id = n.meter_id WHERE m.name = 'm88'"
    )


def test_the_only_register_of_the_new_meter_takes_the_first_index_whatever_it_is_called(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("INSERT INTO meter (serial, name) VALUES ('M-88', 'm88')"))
        session.execute(text("INSERT INTO register (meter_id, name, unit) SELECT max(id), 'E1', 'kWh' FROM meter"))
    form = {"at": "2026-11-16T10:30", "meter": "m88", "opening.import": "12", "closing.import": "4711.25"}

    assert 302 == send_as_clerk(fresh, address_of(fresh, "meter"), **form).status_code
    (new,) = database_rows(
        fresh, "SELECT n.opening FROM meter_mount n JOIN meter m ON m.id = n.meter_id WHERE m.name = 'm88'"
    )
    assert {"E1": 12_000} == new.opening


def test_support_may_look_and_not_write(console: Console) -> None:
    support = console.sign_in("support")

    assert "Move out" not in support.get(f"/connections/{console.ids['K-1']}").text
    for verb in ("move-out", "owner", "tariff", "meter"):
        assert 404 == support.get(address_of(console, verb)).status_code
    for verb in ("move-out", "owner", "tariff", "meter"):
        assert 404 == console.sign_in("billing").get(address_of(console, verb, "K-3")).status_code  # of another entity
