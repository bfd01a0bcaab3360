"""What a booking of ISO 20022 and its details say: names, texts, amounts, and whether a payment came back."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cloud_service.domain.receivables.bank_line_names import bank_names, is_name
from cloud_service.payments.xml_paths import children, text_at

AMOUNT = re.compile(r"\+?[0-9]{1,18}(\.[0-9]{1,5})?")
RETURNS = frozenset({"RRTN", "RPCR", "UPDD", "PRDD", "ARET"})  # sub-families of bank transactions
RETURN_CODES = re.compile(r"(?:^|\+)(?:108|109|159)(?:\+|$)")  # of German banks


def names_of(node: Any, detail: Any, *, alone: bool) -> tuple[str, ...]:
    """The bank's names of a line; that of the booking is none of a part's."""
    whole = text_at(node, "AcctSvcrRef")
    own = text_at(detail, "Refs/AcctSvcrRef")
    return bank_names(
        [
            ("bank", own if own != whole or alone else ""),
            ("bank", whole if alone else ""),
            ("tx", text_at(detail, "Refs/TxId")),
            ("uetr", text_at(detail, "Refs/UETR")),
        ]
    )


def is_return(node: Any, details: list[Any]) -> bool:
    """Whether a payment came back: a tenant's that we had, or ours."""
    if text_at(node, "RvslInd") in ("true", "1"):
        return True
    for each in [node, *details]:
        code = text_at(each, "BkTxCd/Prtry/Cd")
        if text_at(each, "BkTxCd/Domn/Fmly/SubFmlyCd") in RETURNS or RETURN_CODES.search(code):
            return True
    return any(next(children(detail, "RtrInf"), None) is not None for detail in details)


def remittance(details: list[Any]) -> str:
    """What the payer wrote, wherever the standard has a place for it."""
    places = (
        "RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/AddtlRmtInf",
    )  # fmt: skip
    texts = [node.text or "" for detail in details for place in places for node in children(detail, place)]
    if not any(map(str.strip, texts)):
        texts = [text_at(detail, "AddtlTxInf") for detail in details]
    return " ".join(" ".join(texts).split())


def end_to_end(detail: Any) -> str:
    """The payer's name of a payment, unless it is a word for none."""
    identification = text_at(detail, "Refs/EndToEndId")
    return identification if is_name(identification) else ""


def own_amount(detail: Any, sign: int, currency: str) -> Decimal | None:
    """What a part of a batch says of itself, in the currency of the booking."""
    own_sign = {"CRDT": 1, "DBIT": -1}.get(text_at(detail, "CdtDbtInd"), sign)
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        if next(children(detail, path), None) is not None:
            amount, own_currency = amount_of(detail, path)
            if own_currency in ("", currency):
                return own_sign * amount
    return None


def amount_of(node: Any, path: str) -> tuple[Decimal, str]:
    """An amount with its currency, as a path of a booking has it."""
    element = next(children(node, path), None)
    if element is None:
        raise ValueError("it has no amount")
    if not AMOUNT.fullmatch((element.text or "").strip()):
        raise ValueError(f"{element.text!r} is no amount")
    return Decimal(element.text.strip()), str(element.get("Ccy") or "")


def count_payments(node: Any, details: Sequence[Any], whole: Decimal, currency: str) -> int:
    """How many payments a booking holds that is not taken apart: by what it says, or because one is not all of it."""
    counts = [text_at(batch, "NbOfTxs") for batch in children(node, "NtryDtls/Btch")]
    count = max(1, len(details), sum(int(text) for text in counts if text.isdecimal()))
    if count == 1 and details and whole > 0:
        own = next(children(details[0], "Amt"), None) is not None and own_amount(details[0], 1, currency)
        return 2 if own and own < whole else 1
    return count


def charged_return(node: Any, details: Sequence[Any], amount: Decimal, currency: str) -> Decimal | None:
    """What a returned payment had been, where the bank took its charges with it; None where nothing says that."""
    for detail in details if len(details) == 1 else ():
        for path in ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt", "Amt"):
            if next(children(detail, path), None) is not None:
                original, own_currency = amount_of(detail, path)
                if own_currency in ("", currency) and original < abs(amount):
                    return original
    charges = _charges(details[0] if len(details) == 1 else node)
    return abs(amount) - charges if 0 < charges < abs(amount) else None


def _charges(node: Any) -> Decimal:
    if next(children(node, "Chrgs/TtlChrgsAndTaxAmt"), None) is not None:
        return amount_of(node, "Chrgs/TtlChrgsAndTaxAmt")[0]
    return sum((amount_of(record, "Amt")[0] for record in children(node, "Chrgs/Rcrd")), Decimal(0))
