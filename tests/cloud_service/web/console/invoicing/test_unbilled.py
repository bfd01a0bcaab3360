"""The page of what is on no bill."""

from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.flow import billing_run as running
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.customers.contract import move_out
from cloud_service.flow.rate import rate_shard
from cloud_service.store.database.session import transaction
from cloud_service.store.invoicing import pending_lines
from cloud_service.store.invoicing.pending_lines import NewLine
from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.flow.surplus import run
from tests.cloud_service.store.invoicing.test_pending_lines import share
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

PAGE = "/bills/unbilled"
SEPTEMBER, OCTOBER = Span(date(2026, 9, 1), date(2026, 10, 1)), Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def connection(fresh: Console) -> str:
    """The address id of V901: left on 1 November, October is billed, September is not; a share waits."""
    with transaction(fresh.engine) as session:
        world: World = build(session)
        world.serial = 900
        world.tenant(start=SEPTEMBER.start)
        world.readings(world.registers[0], Span(SEPTEMBER.start, OCTOBER.end))
        move_out(session, world.contracts[0], OCTOBER.end, author="t")
        run(world, OCTOBER)
        new = NewLine(world.contracts[0], "stairs", "EUR", share("100.00"))
        pending_lines.add(session, [new], reason="Stairs", author="t")
    return str(database_rows(fresh, "SELECT public_id FROM contract WHERE number = 'V901'")[0][0])


def test_the_page_names_days_and_lines_with_what_to_do(fresh: Console, connection: str) -> None:
    page = text_of(fresh.sign_in("root").get(PAGE).text)

    assert "V901" in page
    assert "no run has taken these days up" in page
    assert "the connection has ended: its final bill, or the next run" in page


def test_a_line_that_waits_is_called_in_the_reader_s_language(fresh: Console, connection: str) -> None:
    with transaction(fresh.engine) as session:
        session.execute(
            text(
                """UPDATE pending_line SET line = line || '{"charge": "difference", "label": "Difference to INV-1"}'"""
            )
        )
    page = text_of(fresh.sign_in("root").get(PAGE, headers={"Accept-Language": "de"}).text)

    assert "Differenz zu INV-1" in page
    assert "Difference to" not in page


def test_days_are_billed_from_there_by_a_run_that_is_looked_at_first(fresh: Console, connection: str) -> None:
    clerk = fresh.sign_in("root")
    sent = post(clerk, PAGE, f"{PAGE}/run", connection=connection, **{"from": "2026-09-01"})

    assert 302 == sent.status_code
    rows = database_rows(
        fresh, "SELECT lower(b.during) FROM billing_item b JOIN contract c ON c.id = b.contract_id"
        " WHERE c.number = 'V901' AND b.state = 'waiting'"
    )  # fmt: skip
    assert [(SEPTEMBER.start,)] == [tuple(row) for row in rows]
    assert "is being rated" in text_of(clerk.get(PAGE).text)


def test_days_are_left_unbilled_with_a_reason_and_that_is_undone(fresh: Console, connection: str) -> None:
    clerk = fresh.sign_in("root")
    days = {"connection": connection, "from": "2026-09-01", "until": "2026-10-01"}
    post(clerk, PAGE, f"{PAGE}/leave", **days)
    assert "needs a reason" in text_of(clerk.get(PAGE).text)
    post(clerk, PAGE, f"{PAGE}/leave", **days, reason="flat was a building site")
    assert "flat was a building site" in text_of(clerk.get(PAGE).text)

    ((waived,),) = database_rows(fresh, "SELECT id FROM waived_span")
    post(clerk, PAGE, f"{PAGE}/left/{waived}/undo")
    assert [] == database_rows(fresh, "SELECT 1 FROM waived_span")


def test_what_waits_for_who_moved_out_is_billed_now(fresh: Console, connection: str) -> None:
    clerk = fresh.sign_in("root")
    post(clerk, PAGE, f"{PAGE}/lines/bill", connection=connection)

    assert "is issued" in text_of(clerk.get(PAGE).text)
    assert [] == database_rows(fresh, "SELECT 1 FROM pending_line WHERE invoice_id IS NULL")
    post(clerk, PAGE, f"{PAGE}/lines/bill", connection=connection)
    assert "othing waits for this connection today" in text_of(clerk.get(PAGE).text)


def test_who_approves_a_run_sees_what_it_bills_of_former_tenants(fresh: Console, connection: str) -> None:
    with transaction(fresh.engine) as session:
        entity = session.execute(text("SELECT max(id) FROM legal_entity")).scalar_one()
        planned = running.plan(session, RunPlan(entity, SEPTEMBER, date(2026, 11, 20), "t"))
        rate_shard(session, planned.id)
        running.report(session, planned.id)
    page = text_of(fresh.sign_in("root").get(f"/runs/{planned.public_id}").text)

    assert "Besides, 1 line that waits for a former tenant is issued as a bill of its own: EUR 100.00" in page


def test_a_line_is_taken_back(fresh: Console, connection: str) -> None:
    clerk = fresh.sign_in("root")
    ((line,),) = database_rows(fresh, "SELECT id FROM pending_line WHERE invoice_id IS NULL")
    post(clerk, PAGE, f"{PAGE}/lines/{line}/drop", reason="typed twice")

    assert "The line is taken back." in text_of(clerk.get(PAGE).text)
    assert [] == database_rows(fresh, "SELECT 1 FROM pending_line WHERE invoice_id IS NULL")


def test_other_companies_connections_are_not_found(fresh: Console, connection: str) -> None:
    clerk = fresh.sign_in("billing")
    assert "V901" not in clerk.get(PAGE).text
    for sent in (
        post(clerk, PAGE, f"{PAGE}/run", connection=connection, **{"from": "2026-09-01"}),
        post(clerk, PAGE, f"{PAGE}/lines/bill", connection=connection),
        post(clerk, PAGE, f"{PAGE}/lines/bill", connection="nonsense"),
    ):
        assert 404 == sent.status_code
    with transaction(fresh.engine) as session:
        assert 1 == session.execute(text("SELECT count(*) FROM pending_line WHERE invoice_id IS NULL")).scalar()
