"""The same bookings as a bank tells them in each of its formats, written from one list."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

IBAN = "DE02120300000000202051"
FRAMES = {
    "camt.052": ("BkToCstmrAcctRpt", "Rpt"),
    "camt.053": ("BkToCstmrStmt", "Stmt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


@dataclass(frozen=True)
class Told:
    """A booking as a bank tells of it; negative money went out."""

    amount: str
    text: str
    reference: str = ""
    entry_number: str = ""
    day: str = "2026-11-20"
    payer: str = "Some Payer"
    end_to_end: str = "NOTPROVIDED"
    status: str = "BOOK"
    extra: str = ""  # XML within the booking
    dated: bool = True


def camt(
    *bookings: Told, form: str = "camt.053", name: str = "1", written: str = "2026-11-21T06:00:00",
    balances: tuple[str, str] | None = None, days: tuple[str, str] | None = None,
) -> bytes:  # fmt: skip
    outer, inner = FRAMES[form]
    period = f"<FrToDt><FrDtTm>{days[0]}T00:00:00</FrDtTm><ToDtTm>{days[1]}T23:59:59</ToDtTm></FrToDt>" if days else ""
    sums = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        for code, amount in zip(("OPBD", "CLBD"), balances or (), strict=bool(balances))
    )
    return (
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:{form}.001.08'><{outer}><GrpHdr><MsgId>M1</MsgId>"
        f"<CreDtTm>{written}</CreDtTm></GrpHdr><{inner}><Id>{name}</Id><CreDtTm>{written}</CreDtTm>{period}"
        f"<Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{sums}{''.join(map(_entry, bookings))}</{inner}>"
        f"</{outer}></Document>"
    ).encode()


def _entry(told: Told) -> str:
    dates = f"<BookgDt><Dt>{told.day}</Dt></BookgDt><ValDt><Dt>{told.day}</Dt></ValDt>" if told.dated else ""
    return (
        f"<Ntry>{f'<NtryRef>{told.entry_number}</NtryRef>' if told.entry_number else ''}"
        f"<Amt Ccy='EUR'>{told.amount.lstrip('-')}</Amt>"
        f"<CdtDbtInd>{'DBIT' if told.amount.startswith('-') else 'CRDT'}</CdtDbtInd>{told.extra}"
        f"<Sts><Cd>{told.status}</Cd></Sts>{dates}"
        f"{f'<AcctSvcrRef>{told.reference}</AcctSvcrRef>' if told.reference else ''}"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{told.end_to_end}</EndToEndId></Refs><RltdPties><Dbtr>"
        f"<Pty><Nm>{escape(told.payer)}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{escape(told.text)}</Ustrd></RmtInf>"
        "</TxDtls></NtryDtls></Ntry>"
    )


def swift(*bookings: Told, name: str = "00324/001", opening: str = "0,00", account: str = IBAN) -> bytes:
    """MT940, as German banks write it."""
    cents = sum(int(line.amount.replace(".", "")) for line in bookings) + int(opening.replace(",", ""))
    lines = [":20:STARTUMSE", f":25:{account}", f":28C:{name}", f":60F:C261119EUR{opening}"]
    for line in bookings:
        year, month, day = line.day[2:].split("-")
        mark = "D" if line.amount.startswith("-") else "C"
        reference = f"//{line.reference}" if line.reference else ""
        lines += [
            f":61:{year}{month}{day}{month}{day}{mark}{line.amount.lstrip('-').replace('.', ',')}NTRFNONREF{reference}",
            f":86:166?00GUTSCHRIFT?20SVWZ+{line.text[:22]}?21{line.text[22:49]}?32{line.payer}",
        ]
    lines.append(f":62F:C261120EUR{cents // 100},{cents % 100:02}")
    return "\r\n".join([*lines, "-", ""]).encode()


def table(*bookings: Told, account: str = IBAN) -> bytes:
    """A table as online banking offers it."""
    rows = ["Auftragskonto;Buchungstag;Valutadatum;Verwendungszweck;Zahlungsbeteiligter;Betrag;Waehrung"]
    rows += [
        f"{account};{line.day};{line.day};{line.text};{line.payer};{line.amount.replace('.', ',')};EUR"
        for line in bookings
    ]
    return "\n".join(rows).encode()


def intraday(*bookings: Told) -> bytes:
    return camt(*bookings, form="camt.052", name="R1", written="2026-11-20T12:00:00")


def notice(*bookings: Told) -> bytes:
    return camt(*bookings, form="camt.054", name="N1", written="2026-11-20T18:00:00")


FORMS = {"camt.052": intraday, "camt.053": camt, "camt.054": notice, "mt940": swift, "csv": table}
