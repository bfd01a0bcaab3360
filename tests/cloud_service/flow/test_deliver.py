"""Invoices become one document and one letter each, whatever the relay answers."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pypdf
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cloud_service.documents import invoice_pdf
from cloud_service.documents.einvoice import hybrid_pdf
from cloud_service.documents.paper import InvoicePaper
from cloud_service.documents.theme import Theme
from cloud_service.flow import deliver
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.mail import BouncedError, Outbox, SilentRelayError, UncertainError
from cloud_service.store.database.session import transaction
from cloud_service.store.delivery import outgoing
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from common.errors import InputError, NotFoundError, UnavailableError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
PUBLIC = "https://energy.example"


def clock() -> datetime:
    return NOON


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    return world


def bill(world: World) -> list[WrittenInvoice]:
    outcomes = rate_contracts(world.session, world.contracts, OCTOBER)
    issued = issue(world.session, [o.rated for o in outcomes if o.rated], bill_date=date(2026, 11, 2), author="test")
    world.session.commit()
    return issued


def deliveries(world: World) -> list[Any]:
    world.session.rollback()
    rows = world.session.execute(
        text("SELECT id, state, attempts, error, sent_at, message_id FROM delivery ORDER BY id")
    )
    return list(rows)


def run(engine: Engine, world: World, outbox: Outbox, ids: list[int] | None = None) -> list[deliver.DeliveryOutcome]:
    ids = ids or [row.id for row in deliveries(world)]
    return deliver.deliver(lambda: transaction(engine), ids, outbox, clock, public_url=PUBLIC)


def test_each_invoice_is_mailed_once_with_its_pdf(world: World, engine: Engine) -> None:
    issued = bill(world)
    outbox = Outbox()
    first, again = run(engine, world, outbox), run(engine, world, outbox)
    rows = deliveries(world)

    assert ["sent", "sent"] == [one.state for one in first]
    assert ["gone", "gone"] == [one.state for one in again]
    assert [("sent", 1, NOON)] * 2 == [(row.state, row.attempts, row.sent_at) for row in rows]
    assert [f"invoice-{one.public_id}" for one in issued] == [
        letter.message_id.rpartition("@")[0] for letter in outbox.letters
    ]
    letter = outbox.letters[0]
    assert ["INV-2026-00001.pdf"] == [file.filename for file in letter.attachments]
    assert "118.29" in letter.text or "118,29" in letter.text
    assert f"{PUBLIC}/pay/{issued[0].public_id}" in letter.html


def test_the_pdf_says_the_amounts_of_the_database(world: World) -> None:
    issued = bill(world)
    file = deliver.document(world.session, issued[0].id, public_url=PUBLIC)
    pages = pypdf.PdfReader(io.BytesIO(file.body)).pages
    said = "\n".join(page.extract_text() for page in pages).replace("\u00a0", " ")

    assert "INV-2026-00001" in said
    assert "298" in said
    assert "118.29" in said or "118,29" in said
    assert hashlib.sha256(file.body).digest() == file.sha256


def test_a_document_is_made_once_and_stays_when_the_theme_changes(world: World, engine: Engine, owner: Any) -> None:
    issued = bill(world)
    with transaction(engine) as session:
        first = deliver.document(session, issued[0].id, public_url=PUBLIC)
    owner.execute("""UPDATE legal_entity SET theme = '{"primary": "#ff0000"}'""")
    with transaction(engine) as session:
        again = deliver.document_by_public_id(session, issued[0].public_id, public_url="https://moved.example")
        other = deliver.document(session, issued[1].id, public_url=PUBLIC)

    assert (first.id, first.body) == (again.id, again.body)
    assert first.id != other.id


def test_the_database_refuses_to_change_a_document(world: World, engine: Engine) -> None:
    issued = bill(world)
    with transaction(engine) as session:
        deliver.document(session, issued[0].id, public_url=PUBLIC)

    with pytest.raises(DBAPIError), transaction(engine) as session:
        session.execute(text("UPDATE document SET body = 'x'"))


def test_a_refusal_for_now_is_tried_again_later_and_then_sent(world: World, engine: Engine) -> None:
    bill(world)
    outbox = Outbox()
    outbox.refusals = [UnavailableError("451 greylisted")]
    states = [one.state for one in run(engine, world, outbox)]
    rows = deliveries(world)
    jobs = world.session.execute(
        text("SELECT args, scheduled_at FROM procrastinate_jobs WHERE scheduled_at IS NOT NULL")
    ).all()

    assert ["waiting", "sent"] == states
    assert ("waiting", 1, "451 greylisted") == (rows[0].state, rows[0].attempts, rows[0].error)
    assert [({"deliveries": [rows[0].id]}, NOON + timedelta(minutes=1))] == [tuple(job) for job in jobs]

    assert ["sent"] == [one.state for one in run(engine, world, outbox, [rows[0].id])]
    assert ("sent", 2, "") == (deliveries(world)[0].state, deliveries(world)[0].attempts, deliveries(world)[0].error)


def test_a_bounce_is_recorded_and_never_tried_again(world: World, engine: Engine) -> None:
    bill(world)
    outbox = Outbox()
    outbox.refusals = [BouncedError("550 no such mailbox")]
    run(engine, world, outbox)
    again = run(engine, world, outbox, [deliveries(world)[0].id])

    assert "bounced" == deliveries(world)[0].state
    assert "550 no such mailbox" in deliveries(world)[0].error
    assert ["gone"] == [one.state for one in again]
    assert 1 == len(outbox.letters)


def test_after_many_tries_it_is_given_up_and_named(world: World, engine: Engine) -> None:
    bill(world)
    outbox = Outbox()
    outbox.refusals = [UnavailableError("421 busy")] * deliver.RETRIES_MAX
    first = deliveries(world)[0].id
    states = [run(engine, world, outbox, [first])[0].state for _ in range(deliver.RETRIES_MAX)]

    assert ["waiting"] * (deliver.RETRIES_MAX - 1) + ["failed"] == states


def test_pauses_grow_and_stay_within_a_working_day() -> None:
    pauses = [deliver.pause(attempts) for attempts in range(deliver.RETRIES_MAX)]

    assert timedelta(minutes=1) == pauses[0]
    assert sorted(pauses) == pauses
    assert timedelta(hours=6) == pauses[-1]


def test_one_address_that_is_none_keeps_no_other_letter_back(world: World, engine: Engine, owner: Any) -> None:
    bill(world)
    owner.execute("UPDATE delivery SET recipient = 'nobody' WHERE id = (SELECT min(id) FROM delivery)")
    outbox = Outbox()

    assert ["failed", "sent"] == [one.state for one in run(engine, world, outbox)]
    assert 1 == len(outbox.letters)


def test_a_message_that_another_worker_holds_is_left_to_it(world: World, engine: Engine) -> None:
    bill(world)
    first = deliveries(world)[0].id
    outbox = Outbox()
    with transaction(engine) as session:
        session.execute(text("SELECT 1 FROM delivery WHERE id = :id FOR UPDATE"), {"id": first})

        assert ["gone"] == [one.state for one in run(engine, world, outbox, [first])]
    assert [] == outbox.letters


def test_a_crash_before_the_commit_sends_the_same_message_id_again(world: World, engine: Engine) -> None:
    bill(world)
    first = deliveries(world)[0].id
    outbox = Outbox()

    @contextmanager
    def crashing() -> Iterator[Session]:
        with transaction(engine) as session:
            yield session
            if outbox.letters:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver.deliver(crashing, [first], outbox, clock, public_url=PUBLIC)
    run(engine, world, outbox, [first])

    assert 2 == len(outbox.letters)
    assert 1 == len({letter.message_id for letter in outbox.letters})


def test_a_letter_that_cannot_be_made_keeps_no_other_back_and_is_given_up_after_some_tries(
    world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill(world)
    first = deliveries(world)[0].id
    make = invoice_pdf.render

    def fails(paper: InvoicePaper, theme: Theme) -> bytes:
        if paper.number.endswith("00001"):
            raise ZeroDivisionError("a fault of ours")
        return make(paper, theme)

    monkeypatch.setattr(invoice_pdf, "render", fails)
    outbox = Outbox()

    assert ["waiting", "sent"] == [one.state for one in run(engine, world, outbox)]
    assert (1, "something went wrong here (ZeroDivisionError: a fault of ours); the log has more") == (
        deliveries(world)[0].attempts, deliveries(world)[0].error,
    )  # fmt: skip
    states = [run(engine, world, outbox, [first])[0].state for _ in range(deliver.FAULTS_MAX - 1)]
    assert ["waiting"] * (deliver.FAULTS_MAX - 2) + ["failed"] == states


def test_letters_behind_a_relay_that_is_silent_do_not_wait_for_it_one_by_one(world: World, engine: Engine) -> None:
    bill(world)
    outbox = Outbox()
    outbox.refusals = [SilentRelayError("the mail relay does not answer"), AssertionError("nobody asks again")]

    assert ["waiting", "waiting"] == [one.state for one in run(engine, world, outbox)]
    assert [1, 1] == [row.attempts for row in deliveries(world)]
    assert 1 == len(outbox.refusals)


def test_a_letter_that_may_have_arrived_is_sent_once_more_and_then_left_to_a_person(
    world: World, engine: Engine
) -> None:
    bill(world)
    first = deliveries(world)[0].id
    outbox = Outbox()
    outbox.refusals = [UncertainError("it may have arrived")] * 12

    assert ["waiting", "failed"] == [run(engine, world, outbox, [first])[0].state for _ in range(2)]
    assert "it may have arrived" == deliveries(world)[0].error


def test_a_database_that_is_away_is_no_try_of_a_letter(
    world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill(world)

    def away(*_arguments: object) -> None:
        raise psycopg.errors.AdminShutdown("terminating connection")

    monkeypatch.setattr(outgoing, "mark_sent", away)
    with pytest.raises(psycopg.errors.AdminShutdown):
        run(engine, world, Outbox())
    assert [0, 0] == [row.attempts for row in deliveries(world)]


def test_an_unknown_invoice_has_no_document(session: Session) -> None:
    with pytest.raises(NotFoundError):
        deliver.document(session, 1, public_url=PUBLIC)


def make_company(owner: Any, einvoice: str) -> None:
    owner.execute("UPDATE client SET kind = 'company', address = E'Street 1\n20457 Hamburg'")
    owner.execute("UPDATE legal_entity SET vat_id = 'DE123456789'")
    owner.execute("UPDATE legal_entity SET theme = jsonb_build_object('einvoice', %s::text)", [einvoice])


def test_a_company_s_bill_carries_its_e_invoice_where_the_seller_wants_it(world: World, owner: Any) -> None:
    world.session.commit()
    make_company(owner, "factur-x")
    issued = bill(world)
    file = deliver.document(world.session, issued[0].id, public_url=PUBLIC)
    xml = deliver.einvoice(world.session, issued[0].id)

    assert xml.body == hybrid_pdf.embedded(file.body)
    assert b"118.29" in xml.body
    assert ("INV-2026-00001.xml", "application/xml") == (xml.filename, xml.media_type)


def test_a_person_s_bill_is_plain(world: World, owner: Any) -> None:
    world.session.commit()
    owner.execute("""UPDATE legal_entity SET theme = '{"einvoice": "factur-x"}'""")
    issued = bill(world)

    with pytest.raises(InputError):
        hybrid_pdf.embedded(deliver.document(world.session, issued[0].id, public_url=PUBLIC).body)


@pytest.mark.parametrize(
    ("kind", "lack"),
    [
        ("einvoice_cii", ""),
        ("einvoice_ubl", ""),
        ("xrechnung_cii", "the seller needs a telephone number"),
        ("xrechnung_ubl", "the seller needs a telephone number"),
        ("peppol_ubl", "an electronic address of Peppol"),
    ],
)
def test_e_invoices_of_each_kind_are_made_once_or_say_what_they_lack(
    world: World, owner: Any, kind: str, lack: str
) -> None:
    world.session.commit()
    make_company(owner, "")
    issued = bill(world)
    if lack:
        with pytest.raises(InputError, match=lack):
            deliver.einvoice(world.session, issued[0].id, kind)
        return
    first = deliver.einvoice(world.session, issued[0].id, kind)

    assert first == deliver.einvoice(world.session, issued[0].id, kind)
    (check,) = first.checks
    assert ("EN16931" in check["rules"], 64, []) == (True, len(check["sha256"]), check["warnings"])
    assert check["version"][0].isdigit()


def test_the_e_invoice_that_a_client_wants_goes_with_the_letter(world: World, engine: Engine, owner: Any) -> None:
    world.session.commit()
    make_company(owner, "")
    owner.execute("UPDATE client SET einvoice = 'einvoice_ubl' WHERE number = 'C1'")
    owner.execute("UPDATE client SET einvoice = 'factur_x' WHERE number = 'C2'")
    bill(world)
    outbox = Outbox()
    run(engine, world, outbox)

    beside, inside = sorted(outbox.letters, key=lambda letter: letter.recipient)
    assert ["INV-2026-00001.pdf", "INV-2026-00001.xml"] == [file.filename for file in beside.attachments]
    assert b"<cbc:CustomizationID>urn:cen.eu:en16931:2017<" in beside.attachments[1].body
    assert ["INV-2026-00002.pdf"] == [file.filename for file in inside.attachments]
    assert hybrid_pdf.embedded(inside.attachments[0].body)


def test_a_name_that_no_font_can_draw_has_its_e_invoice_beside_the_pdf(
    world: World, engine: Engine, owner: Any
) -> None:
    world.session.commit()
    make_company(owner, "factur-x")
    owner.execute("UPDATE client SET name = 'Sun 🌞 & Co'")
    bill(world)
    outbox = Outbox()
    states = [one.state for one in run(engine, world, outbox)]

    assert (["sent", "sent"], ["INV-2026-00001.pdf", "INV-2026-00001.xml"]) == (
        states,
        [file.filename for file in outbox.letters[0].attachments],
    )
    assert "Sun 🌞 &amp; Co" in outbox.letters[0].attachments[1].body.decode()


def test_an_unknown_kind_of_e_invoice_is_refused_with_those_that_there_are(world: World) -> None:
    with pytest.raises(NotFoundError, match="xrechnung_ubl"):
        deliver.einvoice(world.session, bill(world)[0].id, "fatturapa")


def test_a_bill_that_cannot_carry_its_e_invoice_is_not_sent_without_it(
    world: World, engine: Engine, owner: Any
) -> None:
    world.session.commit()
    make_company(owner, "")
    owner.execute("UPDATE client SET country = ''")
    bill(world)
    make_company(owner, "factur-x")  # wished for after the bill was issued
    outbox = Outbox()
    done = run(engine, world, outbox)

    assert ["failed", "failed"] == [one.state for one in done]
    assert "the buyer needs a country" in done[0].error
    assert [] == outbox.letters
