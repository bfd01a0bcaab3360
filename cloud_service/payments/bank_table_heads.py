"""The columns of a bank's table by their heads, as banks of many countries write them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cloud_service.domain.receivables.bank_schemes import valid_iban
from common.errors import InputError

HEADS = {  # of a line -> what banks call it, the surest first
    "day": "bookingdate booked buchungstag buchungsdatum buchung postingdate transactiondate trandate txndate"
    " completiontime completeddate datecomptabilisation dateop datedoperation datecomptable boekdatum boekingsdatum"
    " datetransaction date dateutc day datum valuedate valuedt valuta valutadatum",
    "amount": "amount amt betrag umsatz bedrag montant montantoperation montantdeloperation amountinaccountcurrency"
    " betrageur bedrageur importe",
    "came_in": "paidin moneyin credit creditamount creditamt cr haben gutschrift bij deposit deposits depositamount"
    " depositamt received",
    "went_out": "withdrawn paidout moneyout debit debitamount debitamt dr soll belastung lastschrift af withdrawal"
    " withdrawals withdrawalamount withdrawalamt",
    "currency": "currency ccy wahrung waehrung whg munt devise",
    "payer": "payer payername beguenstigterzahlungspflichtiger begunstigterzahlungspflichtiger auftraggeber"
    " auftraggeberempfanger begunstigterauftraggeber zahlungspflichtiger zahlungspflichtiger"
    " namezahlungsbeteiligter zahlungsbeteiligter partner partnername counterparty naamtegenpartij naamomschrijving"
    " otherpartyinfo sender from name",
    "bank_reference": "bankreference transactionid receiptno receipt zkbreferenz buchungsreferenz"
    " transaktionsnr volgnr",
    "payer_iban": "payeriban kontonummeriban ibankontonummer ibanzahlungsbeteiligter partneriban tegenrekening"
    " tegenrekeningibanbban iban kontonummer",
    "account": "account ouraccount auftragskonto ibanauftragskonto ibankontoinhaber rekening ibanbban"
    " bezeichnungauftragskonto accountnumber",
    "status": "transactionstatus status state info buchungsstatus",
    "direction": "sollhaben debitcredit cdtdbtind drcr crdr afbij transactiontype type umsatztyp",
    "mandate": "mandatsreferenz mandatsid mandateid machtigingskenmerk",
    "original": "lastschriftursprungsbetrag",
    "linked": "linkedtransactionid",
    "return_reason": "redenretour",
}
TEXTS = frozenset(
    "text details description transactiondescription bankdescription beschreibung verwendungszweck zahlungszweck"  # noqa: SIM905 - a list of words reads best as words
    " zahlungsreferenz avisierungstext remittance remittanceinformation narrative narration memo notes notesandtags"
    " purpose particulars label libelle libellecompletoperation libelleoperation libellecomplet transactionremarks"
    " mededelingen omschrijving beschreibung1 beschreibung2 beschreibung3 omschrijving1 omschrijving2 omschrijving3"
    " acno".split()
)
KINDS = frozenset("buchungstext buchungsinfo umsatzart transactiontype type subcategory reasontype".split())  # noqa: SIM905
REFERENCES = (
    "reference paymentreference customerreference kundenreferenz endtoendid betalingskenmerk transactiereferentie"
)
NEEDED = "a head line with day and amount (or money in), better also text, payer, currency, reference"
HEAD_WITHIN = 40  # lines of a preamble
CURRENCIES = "EUR|CHF|USD|GBP|INR|KES|AUD|NOK|SEK|DKK|PLN|CZK|HUF|€|£|₹|Euros?"
CURRENCY = re.compile(rf"(?:\(|\s)(?:in\s+)?({CURRENCIES})\s*\)?$", re.IGNORECASE)
SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "EURO": "EUR", "EUROS": "EUR"}
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


@dataclass(frozen=True, slots=True)
class TableHead:
    """Where the columns of a table are, and what stands above them."""

    places: Mapping[str, int]
    texts: tuple[int, ...]
    kinds: tuple[int, ...]  # columns that say what sort of booking it is
    below: int  # first row of the table
    currency: str = ""
    account: str = ""

    def text(self, row: Sequence[str], further: str) -> str:
        """What a row says: what the payer wrote, or else what sort of booking it is."""
        cells = [cell_of(row, place) for place in self.texts]
        if not any(cells):
            cells = [cell_of(row, place) for place in self.kinds]
        return " ".join(filter(None, dict.fromkeys([*cells, further])))

    def kind(self, row: Sequence[str]) -> str:
        """What sort of booking a row is, in the bank's words."""
        return " ".join(cell_of(row, place) for place in self.kinds)


def table_head(rows: Sequence[Sequence[str]]) -> TableHead:
    """The columns of a table; refused where there is no head."""
    for number, row in enumerate(rows[:HEAD_WITHIN]):
        keys = [_key(cell) for cell in row]
        places = {name: place for name, heads in HEADS.items() if (place := _place(keys, heads)) is not None}
        if (place := _place(keys, REFERENCES)) is not None:
            places["more_text"] = place
        if "day" in places and ("amount" in places or "came_in" in places):
            texts = tuple(place for place, key in enumerate(keys) if key in TEXTS)
            kinds = tuple(place for place, key in enumerate(keys) if key in KINDS)
            money = [row[places[name]] for name in ("amount", "came_in") if name in places]
            currency = next(filter(None, map(_currency, money)), "")
            return TableHead(places, texts, kinds, number + 1, currency, _account_above(rows[:number]))
    raise InputError(
        "no bank statement in it", hint=f"ask the bank for camt.053 or camt.054 files, MT940, or a table: {NEEDED}"
    )


def cell_of(row: Sequence[str], place: int) -> str:
    """A cell; nothing where the row is shorter."""
    return row[place] if place < len(row) else ""


def _place(keys: Sequence[str], heads: str) -> int | None:
    return next((keys.index(head) for head in heads.split() if head in keys), None)


def _key(head: str) -> str:
    plain = re.sub(r"\([^)]*\)", "", CURRENCY.sub("", head.strip()))
    plain = unicodedata.normalize("NFKD", plain.casefold().replace("ß", "ss"))
    return re.sub(r"[^a-z0-9]", "", plain)


def _currency(head: str) -> str:
    match = CURRENCY.search(head.strip())
    return SIGNS.get(match[1].upper(), match[1].upper()) if match else ""


def _account_above(preamble: Sequence[Sequence[str]]) -> str:
    """Our account, where what stands above the table names one."""
    plain = {re.sub(r"[\s=\"']", "", cell).upper() for row in preamble for cell in row}
    accounts = {cell for cell in plain if IBAN.fullmatch(cell) and valid_iban(cell)}
    return accounts.pop() if len(accounts) == 1 else ""
