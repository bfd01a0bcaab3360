"""Legal entities: who issues bills, in which currency and time zone, and where the money goes."""

from dataclasses import asdict, dataclass

from cloud_service.documents.payment_code import valid_iban
from cloud_service.domain.money import currency_digits
from cloud_service.mail.letter import address as mail_address
from cloud_service.store.audit import log
from cloud_service.store.customers import legal_entities
from cloud_service.store.database.session import Session
from common.errors import ConflictError, InputError, at_field
from common.period import zone


@dataclass(frozen=True, slots=True)
class LegalEntityDetails:
    """A company of the operator, as it is printed on bills; amounts are summed up in its currency."""

    name: str
    currency: str
    timezone: str
    address: str = ""
    country: str = ""
    vat_id: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    locale: str = "en"

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("a legal entity has a name", path="name")
        with at_field("currency"):
            currency_digits(self.currency)
        with at_field("timezone"):
            zone(self.timezone)
        if self.email:
            with at_field("email"):
                mail_address(self.email)


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Where money in one currency goes."""

    holder: str
    iban: str
    currency: str
    bic: str = ""

    def __post_init__(self) -> None:
        if not valid_iban(self.plain_iban):
            raise InputError(f"{self.iban!r} is no IBAN: its check digits do not fit", path="iban")
        with at_field("currency"):
            currency_digits(self.currency)

    @property
    def plain_iban(self) -> str:
        """As it is kept: without spaces, in capitals."""
        return "".join(self.iban.split()).upper()


def add(session: Session, facts: LegalEntityDetails, *, author: str, reason: str = "") -> int:
    """A new legal entity; its number series begin with the first bill."""
    entity_id = legal_entities.add(session, asdict(facts))
    known = {name: value for name, value in asdict(facts).items() if value}
    log.note(session, author, "entity.add", f"legal_entity:{entity_id}", reason=reason, **known)
    return entity_id


def edit(session: Session, entity_id: int, facts: LegalEntityDetails, *, author: str, reason: str = "") -> list[str]:
    """Change what is known of it; its currency stays once it has billed. Issued bills keep what they say."""
    before, after = legal_entities.entity_fields(session, entity_id), asdict(facts)
    if before["currency"] != facts.currency and legal_entities.has_billed(session, entity_id):
        raise ConflictError("bills are summed up in it: the currency stays", path="currency")
    legal_entities.change(session, entity_id, after)
    return log.note_change(
        session, log.AuditChange(author, "entity.change", f"legal_entity:{entity_id}", before, after, reason)
    )


def add_bank(session: Session, entity_id: int, bank: BankDetails, *, author: str, reason: str = "") -> None:
    """A bank account, printed on bills in its currency from then on."""
    facts = asdict(bank) | {"iban": bank.plain_iban}
    legal_entities.add_bank(session, entity_id, facts)
    log.note(session, author, "entity.bank", f"legal_entity:{entity_id}", reason=reason, **facts)
