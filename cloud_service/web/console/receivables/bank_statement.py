"""A bank statement: uploaded, looked at line by line, booked; what is not certain is given to an account by hand."""

import base64
import binascii
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.returned_payments import ReceivedPayment, amount_returned
from cloud_service.domain.receivables.statement_sums import StatementGap, statement_gaps
from cloud_service.flow import collect, match_transfers
from cloud_service.flow.collect import PaymentBooking
from cloud_service.flow.match_transfers import BookedMeanwhile, MatchedLine
from cloud_service.store.customers import clients
from cloud_service.store.database.errors import REFUSALS
from cloud_service.store.lookups.ids_by_name import account_id
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import ngettext
from common.errors import InputError, at_field

blueprint = Blueprint("bank_statement", __name__)
FILE_MAX = 5 * 2**20
BY_HAND_MAX = 300  # a form has at most 1000 fields; what is left over is asked for when these are booked
TEMPLATE = "console/bank_statement.html"
HINT = _l(
    "A camt.052, camt.053, camt.054 or MT940 file, or a table (CSV) with day, amount, text."
    " What was told before is booked once."
)


@dataclass(frozen=True, slots=True)
class StatementPreview:
    """The lines of a file with what would become of each; the file itself packed for the form to bring it back."""

    lines: Sequence[MatchedLine] = ()
    gaps: Sequence[StatementGap] = ()
    packed_file: str = ""
    by_hand: Mapping[int, str] = field(default_factory=dict)  # line -> form field that may name its account or payment


@blueprint.route("/payments/statement", methods=["GET", "POST"])
@access(May.COLLECT)
def read() -> Any:
    """The file is looked at first; the second button books what is certain and what was given to an account."""
    form = Form((Field("file", _("Bank statement"), "file", HINT, required=not request.form.get("kept")),))
    page = FormPage(_("Bank statement"), (_("Payments"), url_for("payments.index")), _("Book these"), icon="cash")

    def do() -> str:
        with at_field("file"):
            content = _statement_file(form)
            lines = list(match_transfers.match_lines(session(), match_transfers.lines_of(io.BytesIO(content)), scope()))
        if request.form.get("do") == "book" and form["file"] is None:
            lines = _book_transfers(form, lines)
        gaps = statement_gaps([transfer.line for transfer in lines])
        preview = StatementPreview(
            lines, gaps, base64.b64encode(zlib.compress(content)).decode(), _fields_by_hand(lines)
        )
        accounts = clients.account_names(session(), scope())
        return render_template(TEMPLATE, form=form, page=page, accounts=accounts, preview=preview)

    return answer(form, page, do, template=TEMPLATE, preview=StatementPreview())


def _statement_file(form: Form) -> bytes:
    """The file that is chosen, or the one that was looked at: it comes back packed in the form, nothing is stored."""
    if form["file"] is not None:
        content: bytes = form["file"].stream.read(FILE_MAX + 1)
    elif request.form.get("kept"):
        try:
            content = zlib.decompressobj().decompress(base64.b64decode(request.form["kept"]), FILE_MAX + 1)
        except (binascii.Error, ValueError, zlib.error):
            raise InputError(_("the file was lost on its way"), hint=_("choose it again")) from None
    else:
        raise InputError(_("choose a file"))
    if len(content) > FILE_MAX:
        raise InputError(
            _("the file has more than %(size)s MB", size=FILE_MAX // 2**20), hint=_("ask the bank for one a day")
        )
    return content


def _fields_by_hand(lines: Sequence[MatchedLine]) -> dict[int, str]:
    """Line -> field of those that may be given to an account, or take a payment back."""
    questions = [(n, f"to.{n}") for n, transfer in enumerate(lines) if transfer.by_hand or transfer.offered]
    return dict(questions[:BY_HAND_MAX])


def _book_transfers(form: Form, lines: Sequence[MatchedLine]) -> list[MatchedLine]:
    """Book line by line, each in a transaction of its own: one that is refused stays alone. What is left after it."""
    meanwhile = match_transfers.BookedMeanwhile(session())
    session().commit()
    booked = 0
    for number, transfer in enumerate(lines):
        answer_given = request.form.get(f"to.{number}", "").strip()
        try:
            booked += _book_line(transfer, answer_given, meanwhile)
            session().commit()
        except REFUSALS as error:
            session().rollback()
            form.errors[f"to.{number}"] = form.sentence(error)
    if form.errors:
        form.errors[""] = _("What was refused stands beside its line; the others are booked.")
    flash(
        ngettext(
            "%(booked)s of %(num)s line is booked now.", "%(booked)s of %(num)s lines are booked now.", len(lines),
            booked=booked,
        ),
        "success",
    )  # fmt: skip
    return list(match_transfers.match_lines(session(), [transfer.line for transfer in lines], scope()))


def _book_line(transfer: MatchedLine, answer_given: str, meanwhile: BookedMeanwhile) -> bool:
    """Book one line; False where it is left, or somebody else was faster."""
    offered = {str(payment.payment_id): payment for payment in transfer.offered}
    returned = transfer.taken_back or offered.get(answer_given)
    if returned is None and transfer.match is None and not (transfer.by_hand and answer_given):
        return False
    meanwhile.refuse_told(session(), transfer.line)
    done = _take_back(transfer.line, returned) if returned else _receive(transfer, answer_given)
    meanwhile.note_own(done.payment_id)
    return done.outcome == "booked"


def _take_back(line: BankLine, payment: ReceivedPayment) -> PaymentBooking:
    return collect.give_back(
        session(), payment.payment_id, amount_returned(line), reference=line.reference, day=line.booked_on,
        author=actor(), kind="chargeback", line=line,
    )  # fmt: skip


def _receive(transfer: MatchedLine, account_number: str) -> PaymentBooking:
    line, match = transfer.line, transfer.match
    account = match.account_id if match else account_id(session(), account_number, scope())
    return collect.pay(
        session(), account, line.amount, provider="bank", reference=line.reference, day=line.booked_on, author=actor(),
        to=match.amounts if match else None, currency=line.currency, line=line,
    )  # fmt: skip
