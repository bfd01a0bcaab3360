"""The invoice as finished texts: every number, date and label is written here, so that templates only lay out."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from cloud_service.documents.invoice_lines import advances_table, line_groups, totals
from cloud_service.documents.letterhead import letterhead
from cloud_service.documents.metering.energy_chart import energy_charts
from cloud_service.documents.metering.readings_table import annex_table, readings_table
from cloud_service.documents.metering.supply_point_ids import supply_point_id_name
from cloud_service.documents.paper import InvoicePaper, UtilityUse
from cloud_service.documents.payment_section import payment_section
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import Localizer, localizer_for, places_of

_LTR, _END = "\u2066", "\u2069"  # keep a number before its unit in a right-to-left sentence


def invoice_view(paper: InvoicePaper, theme: Theme) -> dict[str, Any]:
    """All that a template prints, as JSON: strings, lists of strings, and 0 to 1 heights for the chart."""
    localizer = localizer_for(paper.locale)
    return {
        **_page(paper, theme, localizer),
        "meta": [{"label": label, "value": value} for label, value in _meta(paper, localizer)],
        "summary": _summary(paper, localizer) if theme.shows("summary") else None,
        "groups": line_groups(paper, localizer),
        "columns": {**localizer.section("lines"), "amount": f"{localizer.label('lines.amount')} {paper.currency}"},
        "advances": advances_table(paper, localizer),
        "totals": totals(paper, localizer),
        "chart": energy_charts(paper, localizer) if theme.shows("chart") else None,
        "readings": readings_table(paper, localizer) if theme.shows("readings") and paper.readings else None,
        "pay": payment_section(paper, theme, localizer) if paper.payable else None,
        "notes": _notes(paper, theme, localizer) if theme.shows("notes") else [],
        "annex": annex_table(paper, localizer),
    }


def title(paper: InvoicePaper, localizer: Localizer) -> str:
    """`Electricity invoice`, or what a credit note is called."""
    if paper.kind == "credit_note":
        return localizer.label("title.credit_note")
    if paper.is_advance:
        return localizer.label("title.advance")
    titles = localizer.section("title")
    name = titles.get(paper.utility, titles["mixed"])
    return name if paper.ended_on is None else localizer.label("title.final", title=name)


def _page(paper: InvoicePaper, theme: Theme, localizer: Localizer) -> dict[str, Any]:
    name = title(paper, localizer)
    return {
        **letterhead(paper.seller, paper.buyer, paper.bank, theme, localizer),
        "title": name,
        "heading": f"{name} {localizer.period(paper.first_day, paper.last_day)}",
        "number": paper.number,
        "continued": localizer.label(
            "page.continued", title=name, number=paper.number, date=localizer.day(paper.bill_date)
        ),
        "intro": theme.text("intro", localizer.language),
        "closing": theme.text("closing", localizer.language),
    }


def _meta(paper: InvoicePaper, localizer: Localizer) -> Iterator[tuple[str, str]]:
    """The box beside the address."""
    credit = paper.kind == "credit_note"
    yield localizer.label("meta.credit_number" if credit else "meta.number"), paper.number
    yield localizer.label("meta.bill_date"), localizer.day(paper.bill_date)
    if paper.payable:
        yield localizer.label("meta.due_date"), localizer.day(paper.due_date)
    if paper.corrects:
        yield localizer.label("meta.corrects"), paper.corrects
    if paper.buyer.number:
        yield localizer.label("meta.client"), paper.buyer.number
    if paper.account:
        yield localizer.label("meta.account"), paper.account
    yield localizer.label("meta.period"), f"{localizer.day(paper.first_day)} – {localizer.day(paper.last_day)}"
    if paper.buyer.vat_id:
        yield localizer.label("meta.buyer_vat_id"), paper.buyer.vat_id
    for point in paper.supply_points:
        name = supply_point_id_name(paper.seller.country, point.utility) or localizer.label("meta.supply_point")
        yield f"{name} ({point.name})" if len(paper.supply_points) > 1 else name, point.grid_id


def _summary(paper: InvoicePaper, localizer: Localizer) -> list[dict[str, str]]:
    """The answer first: what is due and when, and how much was used."""
    cards = [_due_card(paper, localizer)]
    if paper.uses:
        cards.append(_use_card(paper.uses, paper, localizer))
    return cards


def _use_card(uses: Sequence[UtilityUse], paper: InvoicePaper, localizer: Localizer) -> dict[str, str]:
    """What was used: of one utility with its mean a day, of several a line each."""
    label = localizer.label("summary.use")
    if len(uses) > 1:
        each = [f"{localizer.utility(use.utility)} {quantity_text(use, localizer)}" for use in uses]
        return {"label": label, "value": "", "note": "\n".join(each)}
    use = uses[0]
    daily = (use.quantity / paper.days).quantize(
        Decimal("0.1") if abs(use.quantity) >= paper.days else Decimal("0.001")
    )
    per_day = localizer.label(
        "summary.per_day", energy=f"{_LTR}{localizer.plain(daily.normalize())} {localizer.unit(use.unit, daily)}{_END}"
    )
    return {"label": label, "value": quantity_text(use, localizer), "note": per_day}


def quantity_text(use: UtilityUse, localizer: Localizer) -> str:
    """`81.5 m³`."""
    return f"{localizer.number(use.quantity, places_of(use.quantity, 3))} {localizer.unit(use.unit, use.quantity)}"


def _due_card(paper: InvoicePaper, localizer: Localizer) -> dict[str, str]:
    if paper.payable:
        by = localizer.label("summary.by", date=localizer.day(paper.due_date))
        return {
            "label": localizer.label("summary.due"),
            "value": localizer.money(paper.due, paper.currency),
            "note": by,
        }
    amount = localizer.money(abs(paper.total), paper.currency)
    if paper.settled and paper.total > 0:
        return {
            "label": localizer.label("summary.paid_by_credit"),
            "value": amount,
            "note": localizer.label("summary.nothing_due"),
        }
    if paper.total == 0:
        return {"label": localizer.label("summary.nothing_due"), "value": amount, "note": ""}
    note = "" if paper.ended_on else localizer.label("summary.credit_stays")
    return {"label": localizer.label("summary.credit"), "value": amount, "note": note}


def _notes(paper: InvoicePaper, theme: Theme, localizer: Localizer) -> list[str]:
    notes = [paper.reason] if paper.reason else []
    if paper.settled and not paper.payable:
        notes.append(localizer.label("page.prepaid_note"))
    if paper.is_advance:
        notes.append(localizer.label("advances.note"))
    if paper.kind == "invoice" and paper.total < 0:
        which = "page.credit_at_end_note" if paper.ended_on else "page.credit_bill_note"
        notes.append(localizer.label(which, amount=localizer.money(-paper.total, paper.currency)))
    if paper.ended_on is not None and paper.kind == "invoice":
        notes.append(localizer.label("page.final_note", date=localizer.day(paper.ended_on)))
    if paper.kind == "credit_note":
        notes.append(localizer.label("page.credit_note_note"))
    closing = theme.text("closing", localizer.language)
    return [*notes, closing] if closing else notes
