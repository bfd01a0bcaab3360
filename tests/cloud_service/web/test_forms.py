from datetime import date, datetime
from decimal import Decimal

import pytest

from cloud_service.web.forms import Field, Form, parse_day
from cloud_service.web.language.locale import LANGUAGES
from common.errors import ConflictError, InputError
from tests.cloud_service.web.conftest import Console

FIELDS = (
    Field("name", "Name", required=True, longest=10),
    Field("email", "E-mail", "email"),
    Field("day", "Day", "date"),
    Field("at", "At", "moment"),
    Field("amount", "Amount", "amount"),
    Field("count", "Count", "number"),
    Field("mode", "Plan", "choice", options=(("postpaid", "Postpaid"), ("prepaid", "Prepaid"))),
    Field("protected", "Protected", "tick"),
)


def sent(console: Console, **typed: str) -> Form:
    form = Form(FIELDS)
    with console.app.test_request_context("/", method="POST", data={"name": "Amina", "mode": "prepaid", **typed}):
        form.read()
    return form


def test_a_form_reads_each_kind_of_field_as_its_value(console: Console) -> None:
    form = sent(
        console, email="a@b.example", day="2026-11-20", at="2026-11-20T10:30", amount="1,234.50", count="7",
        protected="yes",
    )  # fmt: skip

    assert {} == form.errors
    assert {
        "name": "Amina", "email": "a@b.example", "day": date(2026, 11, 20),
        "at": datetime.fromisoformat("2026-11-20T10:30"),
        "amount": Decimal("1234.50"), "count": 7, "mode": "prepaid", "protected": True,
    } == form.values  # fmt: skip


def test_an_empty_field_is_nothing_and_a_text_is_empty(console: Console) -> None:
    form = sent(console)

    assert (None, None, "", False) == (form["day"], form["amount"], form["email"], form["protected"])


@pytest.mark.parametrize(
    ("key", "typed", "fault"),
    [
        ("name", "", "Fill this in"),
        ("name", "Amina Wanjiku", "At most 10 characters"),
        ("name", "A\x07", "There is a control character in it"),
        ("email", "amina", "'amina' is not an e-mail address"),
        ("day", "20.11.2026", "'20.11.2026' is not a day (for example 2026-11-20)"),
        ("at", "noon", "'noon' is not a day and time (for example 2026-11-20T10:30)"),
        ("amount", "much", "'much' is not a number (for example 1,234.5)"),
        ("amount", "12,50", "'12,50' is not a number (for example 1,234.5)"),
        ("amount", "Infinity", "'Infinity' is not a number (for example 1,234.5)"),
        ("count", "1.5", "'1.5' is not a whole number"),
        ("mode", "barter", "Choose one of the list"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(console: Console, key: str, typed: str, fault: str) -> None:
    assert {key: fault} == sent(console, **{key: typed}).errors


def test_a_refusal_stands_at_the_field_it_names_and_at_the_top_where_it_names_none(console: Console) -> None:
    form = Form(FIELDS)
    with console.app.test_request_context():
        form.refuse(ConflictError("there is one already", path="--email"))
        form.refuse(ConflictError("days overlap", path="meter"))

    assert {"email": "There is one already", "": "meter: Days overlap"} == form.errors


def test_fields_stand_under_their_headings_in_their_order() -> None:
    form = Form((Field("a", "A", group="One"), Field("b", "B", group="One"), Field("c", "C", group="Two")))

    assert [("One", ["a", "b"]), ("Two", ["c"])] == [
        (heading, [field.key for field in fields]) for heading, fields in form.groups()
    ]


@pytest.mark.parametrize("typed", ["", "tomorrow"])
def test_a_single_day_of_a_page_names_itself_in_its_error(console: Console, typed: str) -> None:
    with console.app.test_request_context(), pytest.raises(InputError) as error:
        parse_day(typed, "day")

    assert "day" == error.value.path


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", ["12.5", "8238.31", "1234567.125", "-3.2", "0.000000000001", "100"])
def test_what_stands_in_a_field_is_read_back_as_the_same_number(console: Console, language: str, number: str) -> None:
    written = {"Accept-Language": language}
    with console.app.test_request_context(headers=written):
        shown = Form(FIELDS, {"amount": Decimal(number)}).shown("amount")
    form = Form(FIELDS)
    with console.app.test_request_context(
        "/", method="POST", headers=written, data={"name": "Amina", "mode": "prepaid", "amount": shown}
    ):
        form.read()

    assert Decimal(number) == form["amount"]


PLACES = (
    ("AT", "Austria"), ("AU", "Australia"), ("Europe/Vienna", "Europe/Vienna"), ("US/Pacific", "US/Pacific"),
    ("Canada/Pacific", "Canada/Pacific"), ("America/Buenos_Aires", "America/Buenos Aires"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("AT", "AT"), ("at", "AT"), (" austria ", "AT"), ("Vienna", "Europe/Vienna"),
        ("buenos aires", "America/Buenos_Aires"), ("Pacific", "Pacific"), ("Aus", "Aus"), ("Mars", "Mars"),
    ],
)  # fmt: skip
def test_a_code_is_understood_by_a_name_that_only_it_has(console: Console, typed: str, code: str) -> None:
    form = Form((Field("place", "Place", "code", options=PLACES),))
    with console.app.test_request_context("/", method="POST", data={"place": typed}):
        assert form.read()

    assert code == form["place"]
