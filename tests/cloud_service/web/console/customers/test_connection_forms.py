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


def test_support_may_look_and_not_write(console: Console) -> None:
    support = console.sign_in("support")

    assert "Move out" not in support.get(f"/connections/{console.ids['K-1']}").text
    for verb in ("move-out", "owner", "tariff", "meter"):
        assert 404 == support.get(address_of(console, verb)).status_code
    for verb in ("move-out", "owner", "tariff", "meter"):
        assert 404 == console.sign_in("billing").get(address_of(console, verb, "K-3")).status_code  # of another entity
