"""A client's statement of account as a letter: the ledger's movements of some days, printed."""

from datetime import date

from cloud_service.documents import statement_pdf
from cloud_service.documents.from_invoice import bank_of, party_of, reader_of
from cloud_service.documents.statement_pdf import Booking, StatementPaper
from cloud_service.documents.theme import read_theme
from cloud_service.store import delivering, payers, reports
from cloud_service.store.session import Session


def statement(session: Session, account_id: int, first_day: date, last_day: date) -> bytes:
    """The PDF of the movements from `first_day` to `last_day`, both included; NotFoundError for an unknown account."""
    found = reports.statement(session, account_id, first_day, last_day)
    party = payers.parties(session, [account_id], last_day)[account_id]
    paper = StatementPaper(
        account=str(party.buyer["account"]),
        currency=found.currency,
        locale=reader_of(party.buyer, party.seller),
        first_day=first_day,
        last_day=last_day,
        seller=party_of(party.seller),
        buyer=party_of(party.buyer),
        opening=found.opening,
        bookings=[Booking(row.day, row.kind, row.text, row.amount, row.balance) for row in found.movements],
        closing=found.closing,
        bank=bank_of(party.seller, found.currency),
    )
    return statement_pdf.render(paper, read_theme(delivering.theme(session, party.entity_id)))
