"""Builder of bank statements: camt.053 in the versions banks send."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

VERSIONS = ("02", "08")


@dataclass
class Part:
    """One payment inside a booking."""

    amount: str
    remittance: str = ""
    end_to_end_id: str = "NOTPROVIDED"
    payer: str = "Jürgen Größmann"
    reason: str = ""


@dataclass
class Entry:
    """A booking; `parts` more than one is a batch."""

    amount: str
    parts: list[Part] = field(default_factory=list)
    reference: str = ""
    day: str = "2026-11-09"
    credit: bool = True
    status: str = "BOOK"
    currency: str = "EUR"
    reversal: bool = False


def entry(amount: str, remittance: str, **changes: object) -> Entry:
    return Entry(amount, [Part(amount, remittance)], **changes)  # type: ignore[arg-type]  # any field


def statement(*entries: Entry, version: str = "08", iban: str = "DE02120300000000202051") -> bytes:
    body = "".join(_entry(one, version) for one in entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr><Stmt><Id>S1</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>"
        f"{body}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _entry(one: Entry, version: str) -> str:
    status = one.status if version == "02" else f"<Cd>{one.status}</Cd>"
    details = "".join(_part(part, one.currency, version, len(one.parts) > 1) for part in one.parts)
    reference = f"<AcctSvcrRef>{one.reference}</AcctSvcrRef>" if one.reference else ""
    return (
        f'<Ntry><Amt Ccy="{one.currency}">{one.amount}</Amt><CdtDbtInd>{"CRDT" if one.credit else "DBIT"}</CdtDbtInd>'
        f"{'<RvslInd>true</RvslInd>' if one.reversal else ''}<Sts>{status}</Sts><BookgDt><Dt>{one.day}</Dt></BookgDt>"
        f"{reference}<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def _part(part: Part, currency: str, version: str, batch: bool) -> str:
    amount = f'<Amt Ccy="{currency}">{part.amount}</Amt>'
    amount = (f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>" if version == "02" else amount) if batch else ""
    name = f"<Nm>{escape(part.payer)}</Nm>"
    payer = name if version == "02" else f"<Pty>{name}</Pty>"
    reason = f"<RtrInf><Rsn><Cd>{part.reason}</Cd></Rsn></RtrInf>" if part.reason else ""
    return (
        f"<TxDtls><Refs><EndToEndId>{escape(part.end_to_end_id)}</EndToEndId></Refs>{amount}"
        f"<RltdPties><Dbtr>{payer}</Dbtr><DbtrAcct><Id><IBAN>GB82WEST12345698765432</IBAN></Id></DbtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{escape(part.remittance)}</Ustrd></RmtInf>{reason}</TxDtls>"
    )
