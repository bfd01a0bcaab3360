"""Added rules become files once a process: their text is asked for only where it is not there yet."""

from cloud_service.documents.einvoice.rules.added_rules import rule_sets, stylesheet_file
from cloud_service.store.delivery.einvoice_rules import NewRules


class Stored(NewRules):
    id = 7


def test_the_text_of_rules_is_asked_for_once() -> None:
    rules = Stored("peppol", "ubl", "rules", "1", "<asked-for-once/>")
    asked: list[int] = []

    def text(rules_id: int) -> str:
        asked.append(rules_id)
        return rules.stylesheet

    first, second = rule_sets([rules], text), rule_sets([rules], text)

    assert ([7], first) == (asked, second)
    assert rules.stylesheet == first[0].stylesheet.read_text()
    assert rules.sha256.hex() == first[0].sha256


def test_a_stylesheet_is_kept_whole() -> None:
    assert "<whole/>" == stylesheet_file("f" * 64, "<whole/>").read_text()
