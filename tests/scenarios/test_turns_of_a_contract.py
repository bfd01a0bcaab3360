"""Every turn of a contract's life by pages alone, from the start page by menu and links; money is reckoned by hand."""

import pytest
from sqlalchemy import Engine

from tests.scenarios.letting_office import LettingOffice, open_office, reckoned
from tests.scenarios.page_reader import PageReader


@pytest.fixture
def office(engine: Engine, database_url: str) -> LettingOffice:
    return open_office(engine, database_url)


def take_on(page: PageReader, name: str, account: str) -> PageReader:
    """A new client with an account, from the menu."""
    return (
        page.click("Clients")
        .click("New client")
        .send(
            "Add the client", name=name, account_number=account, email=f"{account.lower()}@example.com", currency="EUR"
        )
    )


def first_tenant(office: LettingOffice, who: str = "billing") -> PageReader:
    """Ada moves into Flat 1 on 12 October: the new meter M-1 shows 100."""
    page = take_on(office.person(who), "Ada", "A-1").click("Next: a connection")
    assert "A-1" == page.shown("account")
    page.send(
        "Add the connection", new_point="Flat 1", site="Hof", serial="M-1", register="import", opening="100",
        number="V-1", tariff="home", day="2026-10-12",
    )  # fmt: skip
    assert "Connection V-1 begins on 2026-10-12." in page.text
    return page


def connection(page: PageReader, number: str) -> PageReader:
    return page.click("Connections").click(number)


def read(office: LettingOffice, page: PageReader, number: str, at: str, index: str) -> PageReader:
    """The meter of a connection is read by hand, from the connection's page."""
    connection(page, number)
    meter = next(link for link in page.html.iter("a") if (link.get("href") or "").startswith("/meters/"))
    page.open(meter.get("href")).click("Enter a reading")
    page.send("Keep the reading", at=at, value=index, reason="read")
    if "Please look once more" in page.text:
        page.send("Keep the reading", confirmed=page.html.xpath('//*[@name="confirmed"]')[0].get("value"))
    assert "The reading is kept" in page.text, page.text
    office.work()
    return page


def bill_month(office: LettingOffice, page: PageReader, first: str, until: str) -> PageReader:
    """A billing run from the menu, approved when it is rated."""
    page.click("Billing runs").click("Run billing")
    page.send("Rate all connections", **{"from": first, "until": until, "bill_date": f"{office.now:%Y-%m-%d}"})
    return approve(office, page)


def approve(office: LettingOffice, page: PageReader) -> PageReader:
    office.work()
    page.open(page.address)
    assert "parked" not in page.text, page.text
    page.send("Approve and issue")
    office.work()
    return page.open(page.address)


def newest_bill(page: PageReader, number: str) -> PageReader:
    """The newest bill of a connection, by its page."""
    connection(page, number)
    bills = [link for link in page.html.iter("a") if (link.get("href") or "").startswith("/bills/")]
    return page.open(bills[0].get("href"))


def total(page: PageReader) -> str:
    return page.amount("BILL AMOUNT")


@pytest.mark.parametrize("who", ["admin", "billing"])
def test_a_first_period_that_begins_in_the_middle_of_a_month(office: LettingOffice, who: str) -> None:
    page = first_tenant(office, who)
    assert "100.000 kWh" in page.text  # the last index stands on the connection's page
    office.at("2026-11-02")
    read(office, page, "V-1", "2026-11-01T00:00", "250")
    bill_month(office, page, "2026-10-01", "2026-11-01")

    assert reckoned("150", 20) == total(newest_bill(page, "V-1"))


@pytest.mark.parametrize("at", ["2026-11-15T10:30", "2026-11-15T00:00"])
def test_a_meter_is_exchanged_for_a_new_one(office: LettingOffice, at: str) -> None:
    page = first_tenant(office)
    office.at("2026-11-15")
    read(office, page, "V-1", "2026-11-01T00:00", "250")
    read(office, page, "V-1", "2026-11-15T00:00", "318")  # the very day, in one case the very moment
    connection(page, "V-1").click("Exchange meter")
    assert "Last: 318.000 kWh, 2026-11-15 00:00." in page.text
    closing = "320" if at.endswith("10:30") else "318"
    page.send("Exchange", at=at, **{"closing.import": closing, "serial": "M-2", "opening.import": "5"})
    assert "Meter M-2 hangs at Flat 1." in page.text
    office.at("2026-12-02")
    read(office, page, "V-1", "2026-12-01T00:00", "65")
    bill_month(office, page, "2026-11-01", "2026-12-01")

    used = int(closing) - 250 + 60
    assert reckoned(str(used), 30) == total(newest_bill(page, "V-1"))


def test_a_meter_is_taken_down_and_hung_up_elsewhere(office: LettingOffice) -> None:
    page = first_tenant(office)
    office.at("2026-10-20")
    connection(page, "V-1").click("Flat 1").click("Take the meter down")
    page.send("Take it down", at="2026-10-20T09:00", **{"closing.import": "90"})
    assert "does not follow the reading 100" in page.text  # below its first index
    page.send("Take it down", at="2026-10-20T09:00", **{"closing.import": "130"})
    page.click("Hang it up elsewhere").click("Flat 1").click("Hang a meter up")
    page.send("Hang it up", meter="M-1", opening="130", at="2026-10-20T11:00")
    assert "Meter M-1 hangs at Flat 1." in page.text
    office.at("2026-11-02")
    read(office, page, "V-1", "2026-11-01T00:00", "250")
    bill_month(office, page, "2026-10-01", "2026-11-01")

    assert reckoned("150", 20) == total(newest_bill(page, "V-1"))


def leave(page: PageReader, number: str, day: str, index: str) -> PageReader:
    connection(page, number).click("Move out")
    page.send(
        "End the connection", day=day, street="New Street 5", postcode="20095", city="Hamburg",
        country="DE", reason="moved", **{"closing.import": index},
    )  # fmt: skip
    return page


def test_a_move_out_with_its_last_index_final_bill_and_deposit(office: LettingOffice) -> None:
    page = first_tenant(office)
    page.click("A-1").click("Money in")
    page.send("Book it", kind="deposit", amount="200.00", reference="D-1", day="2026-10-12")
    office.at("2026-10-28")
    leave(page, "V-1", "2026-10-27", "160")
    assert "Nobody pays for the days after." in page.text
    page.click("Make the final bill").send("Rate it")
    approve(office, page)
    page = newest_bill(page, "V-1")

    owed = reckoned("60", 15)
    assert owed == total(page)
    assert "New Street 5" in page.text
    connection(page, "V-1")
    assert "All days are billed." in page.text
    page.click("Give it back").send("Release the deposit")
    left = f"{200 - float(owed):.2f}"
    assert left == page.amount("Credit")  # the deposit settled the final bill first
    page.click("Pay back")
    assert left == page.shown("amount")
    page.send("Book the payout", reference="P-1")
    assert "0.00" == page.amount("Credit")


def test_an_odd_last_index_needs_a_word_and_nothing_is_stored_before(office: LettingOffice) -> None:
    page = first_tenant(office)
    office.at("2026-10-28")
    leave(page, "V-1", "2026-10-27", "60")
    assert (422, "60") == (page.status, page.shown("closing.import"))
    assert office.value("SELECT upper(during) FROM contract WHERE number = 'V-1'") is None
    leave(page, "V-1", "2026-10-30", "160")
    assert "A reading cannot be of a day to come" in page.text


def test_the_owner_pays_while_a_flat_is_empty_until_the_next_tenant(office: LettingOffice) -> None:
    page = first_tenant(office)
    take_on(page, "Owner", "A-9")
    take_on(page, "Ben", "A-2")
    office.at("2026-10-28")
    leave(page, "V-1", "2026-10-27", "160")
    page.click("Let the owner pay")
    assert "2026-10-27" == page.shown("since")  # it is empty now
    page.send("Let the owner pay", account="A-9", tariff="home")
    connection(page, "V-1")
    assert "the owner, while empty" in page.text
    office.at("2026-11-20")
    page.click("Next tenant")
    assert ("Hof: Flat 1", True) == (page.shown("point"), "tariff=home" in page.address)
    page.send("Add the connection", account="A-2", tariff="home", number="V-2", day="2026-11-12")
    assert "Connection V-2 begins on 2026-11-12." in page.text
    read(office, page, "V-2", "2026-11-12T00:00", "168")
    office.at("2026-12-02")
    read(office, page, "V-2", "2026-12-01T00:00", "210")
    bill_month(office, page, "2026-10-01", "2026-11-01")
    bill_month(office, page, "2026-11-01", "2026-12-01")

    assert reckoned("42", 19) == total(newest_bill(page, "V-2"))
    connection(page, "V-2").click("Flat 1").click("Flat 1-VAC-20261027")
    assert "first day without it: 2026-11-12" in page.text  # ended by itself
    owner = office.value(
        "SELECT sum(i.energy) FROM invoice i JOIN account a ON a.id = i.account_id WHERE a.number = 'A-9'"
    )
    assert 8_000 == owner  # 168 - 160 kWh, on two bills of 5 and 11 days


def test_a_first_index_of_a_meter_that_hangs_there_is_read_from_it(office: LettingOffice) -> None:
    page = first_tenant(office)
    take_on(page, "Ben", "A-2")
    office.at("2026-11-20")
    leave(page, "V-1", "2026-10-27", "160")
    page.click("Next tenant")
    new = {"account": "A-2", "tariff": "home", "number": "V-2"}
    page.send("Add the connection", opening="155", day="2026-11-01", **new)
    assert (422, True) == (page.status, "This does not fit the readings of M-1" in page.text)
    page.send("Add the connection", opening="164", day="2026-11-01", **new)
    read(office, page, "V-2", "2026-11-11T00:00", "264")
    connection(page, "V-2").click("Move out").send("End the connection", day="2026-11-11")
    page.click("Make the final bill").send("Rate it")
    approve(office, page)

    assert reckoned("100", 10) == total(newest_bill(page, "V-2"))


def test_a_tenant_moves_in_on_the_day_on_which_the_meter_was_hung_up(office: LettingOffice) -> None:
    page = take_on(office.person("billing"), "Ada", "A-1").click("Service points").click("New service point")
    page.send("Add the service point", site="Hof", name="Flat 1", utility="electricity")
    page.click("Flat 1").click("Hang a meter up")
    page.send("Hang it up", serial="M-1", register="import", opening="100", at="2026-10-12T10:30")
    page.click("New connection").send("Add the connection", account="A-1", tariff="home", number="V-1")
    assert "Connection V-1 begins on 2026-10-12." in page.text
    office.at("2026-11-02")
    read(office, page, "V-1", "2026-11-01T00:00", "250")
    bill_month(office, page, "2026-10-01", "2026-11-01")

    assert reckoned("150", 20) == total(newest_bill(page, "V-1"))


def test_an_owner_who_leaves_is_not_followed_by_the_owner(office: LettingOffice) -> None:
    page = first_tenant(office)
    take_on(page, "Owner", "A-9")
    office.at("2026-11-20")
    leave(page, "V-1", "2026-10-27", "160")
    page.click("Let the owner pay").send("Let the owner pay", account="A-9", tariff="home")
    page.click("When empty").send("Let the owner pay", nobody="yes")
    assert "Nobody pays while Flat 1 is empty." in page.text
    page.click("Flat 1-VAC-20261027").click("Move out").send("End the connection", day="2026-11-10")

    assert "Nobody pays for the days after." in page.text


def test_a_wrong_bill_is_credited_and_billed_anew_after_a_look(office: LettingOffice) -> None:
    page = first_tenant(office)
    office.at("2026-11-02")
    read(office, page, "V-1", "2026-11-01T00:00", "520")  # 250 with a slip
    bill_month(office, page, "2026-10-01", "2026-11-01")
    newest_bill(page, "V-1").click("Record a payment").send("Book it", amount="100.00", reference="B-1")
    newest_bill(page, "V-1").click("Credit and bill anew")
    assert "By the readings, prices and days that are known now the bill is the same." in page.text
    page.click("M-1").click("Correct")
    page.send("Keep the correction", value="250", reason="misread")
    page.send("Keep the correction", confirmed=page.html.xpath('//*[@name="confirmed"]')[0].get("value"))
    newest_bill(page, "V-1").click("Credit and bill anew")  # the worker has not seen it yet

    wrong, right = reckoned("420", 20), reckoned("150", 20)
    assert (wrong, right) == (page.amount("Billed, to be credited"), page.amount("The new bill"))
    assert f"{float(right) - float(wrong):.2f}" == page.amount("Difference")
    assert "420.000 kWh 150.000 kWh" in page.text
    assert 0 == office.value("SELECT count(*) FROM invoice WHERE kind = 'credit_note'")  # only looked at
    page.send("Issue both", reason="")
    assert (422, True) == (page.status, "Fill this in" in page.text)
    shown = page.shown("seen")
    page.html.xpath('//*[@name="seen"]')[0].set("value", "1.00")
    page.send("Issue both", reason="misread")  # something else was shown
    assert (422, True) == (page.status, "The readings or prices changed in between" in page.text)
    assert shown == page.shown("seen")
    page.send("Issue both", reason="misread")
    assert "INV-2026-00001 is credited by CN-2026-00001 and billed anew as INV-2026-00002." in page.text
    assert "Billed anew as INV-2026-00002" in page.text
    page.click("Open INV-2026-00002")
    assert right == total(page)
    assert f"{float(right) - 100:.2f}" == page.amount("OUTSTANDING") or float(right) < 100
    assert "Takes the place of bill INV-2026-00001" in page.text
    page.click("Bills")
    for number in ("INV-2026-00001", "INV-2026-00002", "CN-2026-00001"):
        assert number in page.text
    assert "150.00" == page.amount("ENERGY kWh")
    letters = office.value("SELECT string_agg(kind, ' ' ORDER BY id) FROM delivery WHERE kind <> 'reminder'")
    assert "invoice credit_note invoice" == letters


def test_a_move_out_that_was_entered_for_the_wrong_day_is_billed_anew(office: LettingOffice) -> None:
    page = first_tenant(office)
    office.at("2026-10-28")
    leave(page, "V-1", "2026-10-27", "160")
    page.click("Make the final bill").send("Rate it")
    approve(office, page)
    connection(page, "V-1").click("Another day").send("Change it", day="2026-10-22")
    assert (422, True) == (page.status, "are billed already by INV-2026-00001" in page.text)
    newest_bill(page, "V-1").click("Credit the bill").send("Issue the credit note", reason="left earlier")
    connection(page, "V-1").click("Another day").send("Change it", day="2026-10-22")
    assert "V-1 ends on 2026-10-22." in page.text
    read(office, page, "V-1", "2026-10-22T00:00", "140")
    connection(page, "V-1").click("Final bill now").send("Rate it")
    approve(office, page)

    assert reckoned("40", 10) == total(newest_bill(page, "V-1"))


def test_a_tenant_who_stays_after_all_is_billed_on(office: LettingOffice) -> None:
    page = first_tenant(office)
    office.at("2026-10-28")
    leave(page, "V-1", "2026-10-27", "160")
    page.click("Make the final bill").send("Rate it")
    approve(office, page)
    connection(page, "V-1").click("Another day").send("Change it", stays="yes")
    assert "V-1 goes on." in page.text
    assert "Move out" in page.text
    office.at("2026-11-02")
    read(office, page, "V-1", "2026-11-01T00:00", "181")
    bill_month(office, page, "2026-10-01", "2026-11-01")

    assert reckoned("21", 5) == total(newest_bill(page, "V-1"))


@pytest.mark.parametrize(("rule", "net"), [("actual_days", "101.00"), ("none", "93.00")])
def test_a_month_between_two_readings_is_shared_over_a_new_price_by_the_tariffs_rule(
    office: LettingOffice, rule: str, net: str
) -> None:
    """310 kWh of 31 days, 0.30 up to the 15th and 0.35 then: 150 and 160 by days, or all of it by the first price."""
    energy = {"kind": "energy", "label": "Energy", "prorate": rule}
    charges = [energy | {"price": "0.30", "until": "2026-10-16"}, energy | {"price": "0.35", "from": "2026-10-16"}]
    office.publish({"id": "rising", "name": "Rising", "currency": "EUR", "charges": charges})
    office.at("2026-11-02")
    page = take_on(office.person("billing"), "Ada", "A-1").click("Next: a connection")
    page.send(
        "Add the connection", new_point="Flat 1", site="Hof", serial="M-1", register="import", opening="100",
        number="V-1", tariff="rising", day="2026-10-01",
    )  # fmt: skip
    read(office, page, "V-1", "2026-11-01T00:00", "410")
    bill_month(office, page, "2026-10-01", "2026-11-01")

    assert net == total(newest_bill(page, "V-1"))


def test_a_flat_like_this_one_has_its_site_tariff_and_the_next_number(office: LettingOffice) -> None:
    page = first_tenant(office)
    take_on(page, "Ben", "A-2")
    connection(page, "V-1").click("New connection like this one")
    assert ("Flat 2", "import", "1") == (page.shown("new_point"), page.shown("register"), page.shown("multiplier"))
    page.send("Add the connection", serial="M-2", opening="7", account="A-2", number="V-2")
    assert "Connection V-2 begins on 2026-10-12." in page.text
    assert "Home" in page.text
