"""Whether the e-invoice can be made without which a bill must not leave, asked before it has a number."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloud_service.documents.einvoice.checked import checked_einvoice
from cloud_service.documents.einvoice.rules.added_rules import AddedRules, rule_sets
from cloud_service.documents.einvoice.rules.rule_set import RuleSet
from cloud_service.documents.einvoice.wish import check_look, required_kind
from cloud_service.documents.from_invoice import paper_of
from cloud_service.documents.theme import read_theme
from cloud_service.domain.invoicing.draft_preview import as_issued
from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.domain.invoicing.issued_invoice import IssuedInvoice
from common.errors import InputError


@dataclass(frozen=True, slots=True)
class EinvoiceCheck:
    """What is asked of bills: the look of a company by its id, and the rules that the operator added."""

    theme_of: Callable[[int], Mapping[str, Any]]
    rules_in_use: Callable[[], Iterable[AddedRules]]
    stylesheet: Callable[[int], str]

    def check(self, drafts: Sequence[Draft]) -> None:
        """Refuse drafts whose client wants an e-invoice that the rules do not take."""
        themes = {entity: read_theme(self.theme_of(entity)) for entity in {each.account.entity_id for each in drafts}}
        for each in drafts:
            kind = required_kind(each.account.buyer, themes[each.account.entity_id])
            if kind is not None:
                check_look(each.account.buyer, themes[each.account.entity_id])
                checked_einvoice(paper_of(as_issued(each)), kind, self._added())

    def takes(self, invoice: IssuedInvoice) -> bool:
        """Whether an invoice that was issued could leave with the e-invoice that its client wants."""
        kind = required_kind(invoice.buyer, read_theme(self.theme_of(invoice.legal_entity_id)))
        try:
            return kind is None or bool(checked_einvoice(paper_of(invoice), kind, self._added()))
        except InputError:
            return False

    def _added(self) -> list[RuleSet]:
        return rule_sets(self.rules_in_use(), self.stylesheet)
