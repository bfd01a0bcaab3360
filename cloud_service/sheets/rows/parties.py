"""Clients, accounts and connections of a row: found as they are, or made."""

from cloud_service.flow.customers import client as client_flow
from cloud_service.flow.customers import contract as contract_flow
from cloud_service.sheets.heads.row_values import RowValues
from cloud_service.sheets.rows.addresses import address_fields, as_stored, with_rules
from cloud_service.sheets.rows.entry import SheetEntry
from cloud_service.sheets.rows.made_rows import MadeRows, faults_at, refuse
from cloud_service.store.customers import clients
from cloud_service.store.sheets import references
from cloud_service.store.sheets.references import KnownAccount

CLIENT_COLUMNS = {
    "name": "client", "kind": "client_kind", "email": "email", "phone": "phone", "country": "country",
    "locale": "language", **{name: name for name in (
        "address", "street", "postcode", "city", "region", "address_state", "vat_id", "buyer_reference", "einvoice",
        "electronic_address",
    )},
}  # fmt: skip
TERMS_COLUMNS = {
    "payment_terms_days": "terms_days", "billing_cycle": "cycle", "billing_day": "cycle_day",
    "billing_month": "cycle_month", "billing_year": "cycle_year", "delivery": "delivery",
}  # fmt: skip
ACCOUNT_COLUMNS = TERMS_COLUMNS | {"currency": "currency", "mode": "mode", "number": "account"}


def client_of(entry: SheetEntry, row: RowValues, new_records: MadeRows) -> int | None:
    """The client that a row names: by number, else by name with what else it says of them."""
    if not row.client and not row.client_number:
        return None
    client_id = _known_client(entry, row)
    fields = address_fields({name: getattr(row, key) for name, key in CLIENT_COLUMNS.items()}, CLIENT_COLUMNS)
    if client_id is not None:
        stored = clients.client_fields(entry.session, client_id)
        with faults_at("client", row.client, CLIENT_COLUMNS):
            fields = as_stored(fields, stored)
        if not row.client_number:  # by these they were found, in capitals or not
            fields |= dict.fromkeys(("name", "email", "phone"), "")
        entry.refuse_difference(f"client {stored.name}", stored, fields, CLIENT_COLUMNS)
        return client_id
    if "client" not in entry.makes:
        raise refuse("client_number", row.client_number, "there is no such client")
    if not row.client:
        raise refuse("client", "", f"there is no client {row.client_number}, and the row has no name for a new one")
    with faults_at("client", row.client, CLIENT_COLUMNS | {"number": "client_number"}):
        given = with_rules({name: value for name, value in fields.items() if value}, entry.company.country)
        number = entry.numbers.take("client", row.client_number) if row.client_number else entry.numbers.client()
        details = client_flow.ClientDetails(**{"locale": entry.company.locale} | given)
        client_id = client_flow.add_client(
            entry.session, entry.entity_id, details, author=entry.author, number=number, reason=entry.reason
        )
    return new_records.add("client", client_id, f"client {row.client}")


def _known_client(entry: SheetEntry, row: RowValues) -> int | None:
    if row.client_number:
        return references.client_of_number(entry.session, entry.entity_id, row.client_number)
    alike = references.clients_like(entry.session, entry.entity_id, row.client, row.email, row.phone)
    if len(alike) > 1:
        raise refuse("client", row.client, "several clients have this name", "fill in the client's number")
    return alike[0] if alike else None


def account_of(
    entry: SheetEntry, row: RowValues, client_id: int | None, point_id: int | None, new_records: MadeRows
) -> int | None:
    """The account that a row names by number, else the client's only one in the currency, else a new one."""
    if client_id is None and not row.account:
        return None
    currency = row.currency
    if not currency and point_id is not None:
        currency = entry.place_of(point_id).currency
    accounts = references.known_accounts(
        entry.session, entry.entity_id, number=row.account, client_id=None if row.account else client_id,
        currency="" if row.account else currency or entry.company.currency,
    )  # fmt: skip
    if len(accounts) > 1:
        numbers = f"{accounts[0].number} and {accounts[1].number}"
        raise refuse("account", "", f"the client has accounts {numbers}", "say which")
    if accounts:
        _refuse_other_account(entry, row, accounts[0], client_id)
        return accounts[0].id
    if "account" not in entry.makes:
        raise refuse("account", row.account, "there is no such account")
    if client_id is None:
        raise refuse("client", "", f"there is no account {row.account}, and the row names no client for a new one")
    return _open_account(entry, row, client_id, currency or entry.company.currency, new_records)


def _open_account(entry: SheetEntry, row: RowValues, client_id: int, currency: str, new_records: MadeRows) -> int:
    with faults_at("account", row.account, ACCOUNT_COLUMNS):
        given = {name: getattr(row, column) for name, column in TERMS_COLUMNS.items()}
        without_mail = {"delivery": "post"} if "client" in entry.makes and not row.email else {}
        terms = client_flow.AccountTerms(**without_mail | {n: v for n, v in given.items() if v not in ("", None)})
        number = entry.numbers.take("account", row.account) if row.account else entry.numbers.account(client_id)
        new = client_flow.NewAccount(currency, row.start or entry.today, number, row.mode or "postpaid", terms)
        account_id = client_flow.open_account(entry.session, client_id, new, author=entry.author, reason=entry.reason)
    return new_records.add("account", account_id, f"account in {currency}")


def _refuse_other_account(entry: SheetEntry, row: RowValues, account: KnownAccount, client_id: int | None) -> None:
    if client_id is not None and account.client_id != client_id:
        raise refuse("account", row.account, f"this account is of client {account.client}")
    if row.currency and row.currency != account.currency:
        raise refuse("currency", row.currency, f"account {account.number} is in {account.currency}")
    stored = clients.account_terms(entry.session, account.id)
    fields = {name: getattr(row, column) for name, column in TERMS_COLUMNS.items()}
    entry.refuse_difference(f"account {account.number}", stored, fields, TERMS_COLUMNS)


def contract_of(
    entry: SheetEntry, row: RowValues, point_id: int | None, account_id: int | None, new_records: MadeRows
) -> None:
    """The connection of a row, where it says who is supplied since when."""
    if account_id is None or point_id is None:
        if row.start is not None or row.tariff:
            column = "client" if account_id is None else "point"
            raise refuse(column, "", "a connection needs a client, a service point, a first day and a tariff")
        return
    if row.start is None:
        raise refuse("start", "", "it is not said since when the client is supplied", "the first day")
    if not row.tariff:
        raise refuse("tariff", "", "it is not said by which tariff", "its code or name")
    if row.end is not None and row.end <= row.start:
        raise refuse("end", row.end, f"this is not after {row.start}", "the first day without it")
    tariff_id = tariff_named(entry, row)
    there = references.contract_between(entry.session, point_id, row.start, row.end)
    ends_vacancy = there is not None and _gives_way(there, row)
    if there is not None and not ends_vacancy:
        _refuse_other_contract(entry, row, there, account_id, tariff_id)
        return
    number = entry.numbers.take("contract", row.contract) if row.contract else entry.numbers.contract()
    columns = {"number": "contract", "until": "end", "account": "account", "tariff": "tariff"}
    with faults_at("point", row.point, columns):
        move = contract_flow.MoveIn(number, point_id, account_id, tariff_id, row.start, row.end)
        contract_id = contract_flow.move_in(entry.session, move, author=entry.author, reason=entry.reason)
    new_records.add("contract", contract_id, f"connection {number}")
    if there is not None:
        new_records.add("vacancy", there.id, f"{there.number} of the owner ends")


def tariff_named(entry: SheetEntry, row: RowValues) -> int:
    """The tariff of a row, by code or name."""
    if row.tariff in entry.tariffs:
        return entry.tariffs[row.tariff]
    tariffs = references.known_tariffs(entry.session, entry.entity_id, row.tariff)
    if not tariffs:
        raise refuse("tariff", row.tariff, "there is no such tariff", "its code or name; make it first")
    if len(tariffs) > 1 and tariffs[0].code != row.tariff:
        raise refuse("tariff", row.tariff, "several tariffs have this name", f"{tariffs[0].code} or {tariffs[1].code}")
    entry.tariffs[row.tariff] = tariffs[0].id
    return tariffs[0].id


def _gives_way(there: references.KnownContract, row: RowValues) -> bool:
    """Whether the owner's contract for days without a tenant ends where the tenant of the row moves in for good.

    Only one that lasts, for that is what it is again when the import is taken back.
    """
    return there.vacancy and there.end is None and row.end is None and row.start is not None and there.start < row.start


def _refuse_other_contract(
    entry: SheetEntry, row: RowValues, there: references.KnownContract, account_id: int, tariff_id: int
) -> None:
    """A connection that is there is the row's own, or in its way."""
    since = f"connection {there.number} of {there.client} runs there since {there.start}"
    if there.vacancy:
        raise refuse("point", row.point, f"{since}, for days without a tenant", "move the tenant in on its page")
    if there.start != row.start or there.account_id != account_id:
        hint = entry.row_that_made("contract", there.id)
        column = "start" if there.account_id == account_id else "client"
        raise refuse(column, getattr(row, column), since, hint or "move the tenant out first, or give an end")
    if row.contract and row.contract != there.number:
        raise refuse("contract", row.contract, since)
    if row.end is not None and row.end != there.end:
        raise refuse("end", row.end, f"{since} until {there.end or 'further notice'}")
    if tariff_id != there.tariff_id:
        raise refuse("tariff", row.tariff, f"{since} by another tariff")
