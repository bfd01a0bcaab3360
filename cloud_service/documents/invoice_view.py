"""The invoice as finished texts: every number, date and label is written here, so that templates only lay out."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from cloud_service.documents.paper import Bank, InvoicePaper, MeterReading, MonthEnergy, PaperLine, PaperTax, Party
from cloud_service.documents.payment_code import epc_fits, epc_svg, link_svg, spaced_iban
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import Localizer, localizer_for, places_of

PRICE_PLACES_MIN = 2
CHART_MONTHS = 12
_LTR, _END = "\u2066", "\u2069"  # keep a number before its unit in a right-to-left sentence
_HAN_FORMS = {
    "JP": "ja",
    "KR": "ko",
    "CN": "zh",
    "TW": "zh",
    "HK": "zh",
}  # whose strokes a shared character is drawn with


def invoice_view(paper: InvoicePaper, theme: Theme) -> dict[str, Any]:
    """All that a template prints, as JSON: strings, lists of strings, and 0 to 1 heights for the chart."""
    localizer = localizer_for(paper.locale)
    return {
        **_page(paper, theme, localizer),
        "meta": [{"label": label, "value": value} for label, value in _meta(paper, localizer)],
        "summary": _summary(paper, localizer) if theme.shows("summary") else None,
        "groups": _groups(paper, localizer),
        "columns": {**localizer.section("lines"), "amount": f"{localizer.label('lines.amount')} {paper.currency}"},
        "totals": _totals(paper, localizer),
        "chart": _chart(paper, localizer) if theme.shows("chart") and paper.history else None,
        "readings": _readings(paper, localizer) if theme.shows("readings") and paper.readings else None,
        "pay": _pay(paper, theme, localizer) if paper.payable else None,
        "notes": _notes(paper, theme, localizer) if theme.shows("notes") else [],
        "annex": _annex(paper, localizer),
    }


def title(paper: InvoicePaper, localizer: Localizer) -> str:
    """`Electricity invoice`, or what a credit note is called."""
    if paper.kind == "credit_note":
        return localizer.label("title.credit_note")
    known = localizer.section("title")
    return known.get(paper.utility, known["mixed"])


def letterhead(seller: Party, buyer: Party, bank: Bank | None, theme: Theme, localizer: Localizer) -> dict[str, Any]:
    """What every letter has: language, look, the two parties, page numbers, footer."""
    return {
        "language": localizer.language,
        "region": localizer.region,
        "direction": localizer.direction,
        "page_of": localizer.label("page.of", page="{page}", pages="{pages}"),
        "theme": {
            "primary": theme.primary,
            "accent": theme.accent,
            "ink": theme.ink,
            "logo": theme.logo(),
            "logo_uri": svg_uri(theme.logo()),
            "logo_height_mm": theme.logo_height_mm,
            "show_name": theme.show_name,
            "paper": theme.paper,
        },
        "seller": _party(seller),
        "buyer": _party(buyer),
        "footer": _footer(seller, bank, theme, localizer) if theme.shows("footer") else [],
    }


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


def svg_uri(svg: str) -> str:
    """A drawing as a data address, for HTML."""
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def _party(party: Party) -> dict[str, Any]:
    return {
        "name": party.name,
        "address": list(party.address),
        "email": party.email,
        "phone": party.phone,
        "website": party.website,
        "line": " · ".join([party.name, *party.address]),
        "lang": _HAN_FORMS.get(party.country, ""),
    }


def _footer(seller: Party, bank: Bank | None, theme: Theme, localizer: Localizer) -> list[list[str]]:
    """Columns: who, how to reach, where the money goes, the operator's own words."""
    who = [seller.name, *seller.address]
    reach = [seller.email, seller.phone, seller.website]
    if seller.vat_id:
        reach.append(f"{localizer.label('page.vat_id')} {seller.vat_id}")
    money = []
    if bank and theme.shows("bank"):
        money = [bank.holder, f"IBAN {spaced_iban(bank.iban)}", f"BIC {bank.bic}" if bank.bic else ""]
    said = theme.text("footer", localizer.language)
    columns = [who, reach, money, said.splitlines()]
    return [kept for column in columns if (kept := [line for line in column if line])]


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
    yield from paper.references


def _summary(paper: InvoicePaper, localizer: Localizer) -> list[dict[str, str]]:
    """The answer first: what is due and when, and how much was used."""
    cards = [_due_card(paper, localizer)]
    if paper.energy is not None:
        unit = paper.energy_unit
        daily = (paper.energy / paper.days).quantize(Decimal("0.1"))
        per_day = localizer.label("summary.per_day", energy=f"{_LTR}{localizer.plain(daily)} {unit}{_END}")
        used = f"{localizer.number(paper.energy, places_of(paper.energy, 3))} {unit}"
        cards.append({"label": localizer.label("summary.energy"), "value": used, "note": per_day})
    return cards


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
    return {"label": localizer.label("summary.credit"), "value": amount, "note": ""}


def _groups(paper: InvoicePaper, localizer: Localizer) -> list[dict[str, Any]]:
    """Lines below the name of their meter or supply point; equal units and all prices share their count of places."""
    places = _shared_places((line.unit, line.quantity) for line in paper.lines)
    price_places = max([PRICE_PLACES_MIN, *(places_of(line.price) for line in paper.lines if line.price is not None)])

    def row(line: PaperLine) -> dict[str, str]:
        return {
            "label": line.label,
            "note": line.note or (localizer.period(*line.days) if line.days else ""),
            "quantity": localizer.number(line.quantity, places[line.unit]),
            "unit": localizer.unit(line.unit, line.quantity),
            "price": "" if line.price is None else localizer.number(line.price, price_places),
            "amount": localizer.amount(line.amount, paper.currency),
        }

    return [
        {"name": name, "lines": [row(line) for line in lines]}
        for name, lines in groupby(paper.lines, key=lambda line: line.group)
    ]


def _shared_places(quantities: Iterable[tuple[str, Decimal]]) -> dict[str, int]:
    """For each unit the places that its most precise quantity needs."""
    places: dict[str, int] = {}
    for unit, quantity in quantities:
        places[unit] = max(places.get(unit, 0), places_of(quantity))
    return places


def _totals(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any]:
    rows = [{"label": localizer.label("lines.net"), "value": localizer.money(paper.net, paper.currency)}]
    for tax in paper.taxes:
        label = localizer.label(
            "lines.tax", label=_tax_name(tax, localizer), base=localizer.money(tax.base, paper.currency)
        )
        rows.append({"label": label, "value": localizer.money(tax.amount, paper.currency)})
    local = ""
    if paper.local_total is not None and paper.local_rate is not None and paper.local_currency != paper.currency:
        local = localizer.label(
            "lines.local",
            amount=localizer.money(paper.local_total, paper.local_currency),
            rate=localizer.plain(paper.local_rate.normalize()),
            currency=paper.local_currency,
            local_currency=paper.currency,
        )
    label = localizer.label("lines.credit_total" if paper.kind == "credit_note" else "lines.total")
    left = []
    if paper.settled and paper.payable:
        left = [
            {"label": localizer.label("lines.settled"), "value": localizer.money(-paper.settled, paper.currency)},
            {"label": localizer.label("summary.due"), "value": localizer.money(paper.due, paper.currency)},
        ]
    total = localizer.money(paper.total, paper.currency)
    return {"rows": rows, "label": label, "value": total, "local": local, "left": left}


def _tax_name(tax: PaperTax, localizer: Localizer) -> str:
    """`VAT 16 %`; a label that tells its rate already is left as it is."""
    told = f"{tax.percent.normalize():f}" in tax.label.replace(",", ".")
    return tax.label if told else f"{tax.label} {localizer.percent(tax.percent)}"


def _chart(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any]:
    """Bars of the last twelve months, as shares of the highest."""
    months = _last_months(paper)
    top = max([item.energy for item in months] + [Decimal(0)])
    values = [localizer.number(item.energy, 0) if item in paper.history else "" for item in months]
    names = [localizer.month_short(item.month) for item in months]
    spoken = ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
    return {
        "title": f"{localizer.label('chart.title', months=str(len(months)))} ({paper.energy_unit})",
        "alt": localizer.label("chart.alt", values=f"{spoken} {paper.energy_unit}"),
        "bars": [
            {
                "name": name,
                "year": str(item.month.year) if at == 0 or item.month.month == 1 else "",
                "value": value,
                "height": float(round(item.energy / top, 4)) if top else 0.0,
                "billed": item.billed,
            }
            for at, (item, name, value) in enumerate(zip(months, names, values, strict=True))
        ],
    }


def _last_months(paper: InvoicePaper) -> list[MonthEnergy]:
    """Twelve months up to the newest; those that nothing is known of are empty."""
    known = {item.month.replace(day=1): item for item in paper.history}
    last = max(known)
    count = last.year * 12 + last.month - 1
    firsts = [date(at // 12, at % 12 + 1, 1) for at in range(count - CHART_MONTHS + 1, count + 1)]
    return [known.get(first, MonthEnergy(first, Decimal(0))) for first in firsts]


def _readings(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any]:
    """One row a register; the columns of indexes and factors are there where any register has them."""
    known = [(item.unit, value) for item in paper.readings for value in _values(item)]
    places = _shared_places(known)
    names = ["meter", "register"]
    names += ["previous", "current"] if any(item.current is not None for item in paper.readings) else []
    names += ["multiplier"] if any(item.multiplier != 1 for item in paper.readings) else []
    names.append("consumption")

    def cell(item: MeterReading, name: str) -> str:
        value = getattr(item, name)
        if isinstance(value, str):
            return value
        if value is None or (name == "multiplier" and value == 1):
            return ""
        if name == "multiplier":
            return localizer.plain(value.normalize())
        text = localizer.number(value, places[item.unit])
        if name == "current":
            return f"{text} ({localizer.label('readings.estimated' if item.estimated else 'readings.actual')})"
        return f"{text} {item.unit}" if name == "consumption" else text

    return {
        "title": localizer.label("readings.title"),
        "head": [localizer.label(f"readings.{name}") for name in names],
        "rows": [[cell(item, name) for name in names] for item in paper.readings],
    }


def _values(item: MeterReading) -> list[Decimal]:
    return [value for value in (item.previous, item.current, item.consumption) if value is not None]


def _pay(paper: InvoicePaper, theme: Theme, localizer: Localizer) -> dict[str, Any]:
    amount = localizer.money(paper.due, paper.currency)
    reference = paper.number
    transfer = []
    if paper.bank and theme.shows("bank"):
        facts = [("holder", paper.bank.holder), ("iban", spaced_iban(paper.bank.iban)), ("bic", paper.bank.bic)]
        facts.append(("reference", reference))
        transfer = [{"label": localizer.label(f"pay.{name}"), "value": value} for name, value in facts if value]
    codes = _codes(paper, localizer) if theme.shows("qr") else []
    said = theme.text("payment", localizer.language)
    return {
        "title": localizer.label("pay.title"),
        "please": localizer.label("pay.please", amount=amount, date=localizer.day(paper.due_date)),
        "said": said,
        "url": paper.pay_url,
        "button": localizer.label("mail.pay", amount=amount),
        "transfer": transfer,
        "codes": codes,
        "alt": localizer.label("pay.qr_alt", amount=amount, reference=reference),
    }


def _codes(paper: InvoicePaper, localizer: Localizer) -> list[dict[str, str]]:
    codes = []
    if paper.bank is not None and epc_fits(paper.bank, paper.due, paper.currency):
        svg = epc_svg(paper.bank, paper.due, paper.number)
        codes.append({"svg": svg, "caption": localizer.label("pay.scan_bank"), "name": "EPC-QR"})
    if paper.pay_url:
        codes.append({"svg": link_svg(paper.pay_url), "caption": localizer.label("pay.scan_link"), "name": "URL"})
    return codes


def _notes(paper: InvoicePaper, theme: Theme, localizer: Localizer) -> list[str]:
    notes = [paper.reason] if paper.reason else []
    if paper.settled and not paper.payable:
        notes.append(localizer.label("page.prepaid_note"))
    if paper.kind == "credit_note":
        notes.append(localizer.label("page.credit_note_note"))
    closing = theme.text("closing", localizer.language)
    return [*notes, closing] if closing else notes


def _annex(paper: InvoicePaper, localizer: Localizer) -> dict[str, Any] | None:
    if paper.annex is None:
        return None
    values = [value for row in paper.annex.rows for value in row.values]
    places = max([0, *(places_of(value, 3) for value in values)])
    sums = [sum((row.values[at] for row in paper.annex.rows), Decimal(0)) for at in range(len(paper.annex.columns))]
    return {
        "title": localizer.label("annex.title"),
        "head": [localizer.label("annex.at"), *paper.annex.columns],
        "rows": [
            [
                f"{localizer.day(row.start.date())} {row.start:%H:%M}",
                *(localizer.number(value, places) for value in row.values),
            ]
            for row in paper.annex.rows
        ],
        "sums": [localizer.label("annex.total"), *(localizer.number(value, places) for value in sums)],
    }
