"""Legal entities: who issues bills, in which currency and time zone, under which ids."""

import re
from dataclasses import asdict, dataclass, replace

from cloud_service.domain.customers.address_entry import is_stated, settled_address
from cloud_service.domain.invoicing.electronic_address import check_electronic_address
from cloud_service.domain.money import currency_digits
from cloud_service.mail.letter import address as mail_address
from cloud_service.store.audit import log
from cloud_service.store.customers import legal_entities
from cloud_service.store.database.session import Session
from common.errors import ConflictError, InputError, at_field
from common.period import zone

COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class LegalEntityDetails(legal_entities.EntityFields):
    """The fields of a company of the operator, checked as they were typed."""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("a legal entity has a name", path="name")
        with at_field("currency"):
            currency_digits(self.currency)
        with at_field("timezone"):
            zone(self.timezone)
        if self.country and not COUNTRY.fullmatch(self.country):
            raise InputError(f"{self.country!r} is no country", path="country", hint="two capitals, for example KE")
        check_electronic_address(self.electronic_address)
        if self.email:
            with at_field("email"):
                mail_address(self.email)


def add(session: Session, entity: LegalEntityDetails, *, author: str, reason: str = "") -> int:
    """A new legal entity; its number series begin with the first bill. The id."""
    if entity.name in legal_entities.entity_names(session).values():
        raise ConflictError(f"there is a company {entity.name} already", path="name", hint="give it another name")
    entity = replace(entity, **settled_address(entity))
    entity_id = legal_entities.add(session, entity)
    stated = {name: value for name, value in asdict(entity).items() if value and is_stated(entity, name)}
    log.note(session, author, "entity.add", f"legal_entity:{entity_id}", reason=reason, **stated)
    return entity_id


def edit(session: Session, entity_id: int, entity: LegalEntityDetails, *, author: str, reason: str = "") -> list[str]:
    """Change its fields; its currency stays once it has billed. Issued bills keep what they say."""
    before = legal_entities.entity_fields(session, entity_id)
    entity = replace(entity, **settled_address(entity, before))
    if before.currency != entity.currency and legal_entities.has_billed(session, entity_id):
        raise ConflictError("bills are summed up in it: the currency stays", path="currency")
    legal_entities.change(session, entity_id, entity)
    change = log.AuditChange(
        author, "entity.change", f"legal_entity:{entity_id}", asdict(before), asdict(entity), reason
    )
    return log.note_change(session, change)
