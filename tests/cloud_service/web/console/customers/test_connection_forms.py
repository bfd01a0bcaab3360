from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import CONNECTION, connection_form, database_rows, send_as_clerk


def test_another_payer_and_another_tariff_from_a_day_on(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    post(clerk, "/clients/new", "/clients/new", name="Owner", kind="person", locale="en", currency="KES",
         mode="postpaid", day="2026-11-01", billing_cycle="monthly", billing_day="1", payment_terms_days="14",
         delivery="email", account_number="A-9")  # fmt: skip
    assert (
        302
        == send_as_clerk(
            fresh, connection_form(fresh, "owner"), account="A-9", day="2026-12-01", reason="sold"
        ).status_code
    )
    (new,) = database_rows(fresh, CONNECTION, number="K-1-20261201")
    assert ("A-9", "T-K-1") == (new.account, new.code)

    wrong = send_as_clerk(fresh, connection_form(fresh, "tariff", "K-2"), tariff="T-K-1", day="2026-12-01")
    assert (422, True) == (wrong.status_code, "The tariff is in KES, the account in EUR" in wrong.text)


def test_support_may_look_and_not_write(console: Console) -> None:
    support = console.sign_in("support")

    assert "Move out" not in support.get(f"/connections/{console.ids['K-1']}").text
    for verb in ("move-out", "owner", "tariff", "meter"):
        assert 404 == support.get(connection_form(console, verb)).status_code
    for verb in ("move-out", "owner", "tariff", "meter"):
        assert (
            404 == console.sign_in("billing").get(connection_form(console, verb, "K-3")).status_code
        )  # of another entity
