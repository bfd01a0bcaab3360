import io
from datetime import date
from decimal import Decimal

import pypdf
import pytest
from sqlalchemy.orm import Session

from cloud_service.flow.account_statement import statement
from cloud_service.flow.collect import pay
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from common.errors import NotFoundError
from common.period import Span
from tests.books.world import build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


def test_a_statement_prints_what_the_ledger_moved(session: Session) -> None:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    rated = [one.rated for one in rate_contracts(session, world.contracts, OCTOBER) if one.rated]
    issue(session, rated, bill_date=date(2026, 11, 2), author="test")
    account = world.accounts[0]
    pay(session, account, Decimal("100.00"), provider="bank", reference="x", day=date(2026, 11, 9), author="test")
    pdf = statement(session, account, date(2026, 11, 1), date(2026, 11, 30))
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)

    for said in ("INV-2026-00001", "118.29", "100.00", "€18.29"):
        assert said in text


def test_an_unknown_account_has_no_statement(session: Session) -> None:
    with pytest.raises(NotFoundError):
        statement(session, 1, date(2026, 11, 1), date(2026, 11, 30))
