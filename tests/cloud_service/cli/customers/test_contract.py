"""Who is supplied where, by commands."""

from common.errors import InputError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal


def test_every_verb_of_a_contract_answers_as_json(operator: World) -> None:
    call("meter", "add", "88")
    call("client", "add", "Owner")
    call("account", "open", "C2", "--currency", "EUR", "--day", "2026-01-01")
    call("contract", "vacancy", "House: Flat 1", "--account", "A2", "--tariff", "flat")
    call("contract", "exchange-meter", "--point", "Flat 1", "--meter", "88", "--at", "2026-10-16T10:30+02:00",
         "--closing", "import=500")  # fmt: skip
    call("contract", "cycle", "A1", "quarterly")
    call("contract", "mode", "A1", "prepaid", "--day", "2026-11-01")
    new = call("contract", "owner", "V1", "--account", "A2", "--day", "2026-11-01", "--reason", "sold")
    assert new["contract"] > 0
    call("contract", "tariff", "V1-20261101", "--tariff", "flat", "--day", "2026-12-01", "--reason", "asked")
    call("contract", "move-out", "V1-20261101", "--day", "2027-01-01")

    days = {row["number"]: (row["since"], row["until"]) for row in call("contract", "list")}
    assert ("2026-11-01", "2027-01-01") == days["V1-20261101"]
    assert ("2027-01-01", None) == days["Flat 1-VAC-20270101"]


def test_an_hour_that_is_there_twice_and_an_index_without_register_are_refused(operator: World) -> None:
    exchange = ("contract", "exchange-meter", "--point", "Flat 1", "--meter", "m1", "--at")

    assert "twice or not at all" in str(refusal(*exchange, "2026-10-25T02:30"))
    assert "is no time" in str(refusal(*exchange, "noon"))
    assert "'500' is not REGISTER=INDEX" in str(refusal(*exchange, "2026-10-16T10:30+02:00", "--closing", "500"))


def test_a_contract_begins_and_ends_in_words(operator: World) -> None:
    assert "contract V1 ends on 2027-01-01\n" == printed("contract", "move-out", "V1", "--day", "2027-01-01")
    assert isinstance(refusal("contract", "move-out", "V1", "--day", "tomorrow"), InputError)
    assert "contract V1 ends on 2026-12-20\n" == printed("contract", "change-end", "V1", "--day", "2026-12-20")
    assert "contract V1 goes on\n" == printed("contract", "change-end", "V1", "--stays")
    assert isinstance(refusal("contract", "change-end", "V1", "--stays"), InputError)  # it has no end
