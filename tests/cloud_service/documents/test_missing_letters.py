"""What a font lacks is said by name; what prints nothing anyway is not missed."""

import pytest

from cloud_service.documents.missing_letters import is_seen, sentence_of


@pytest.mark.parametrize(
    ("letter", "seen"), [("ف", True), ("A", True), ("\u200b", False), ("\u00ad", False), (" ", False)]
)
def test_only_letters_that_print_are_missed(letter: str, *, seen: bool) -> None:
    assert seen == is_seen(letter)


def test_the_first_ones_are_named_and_the_others_counted() -> None:
    sentence = sentence_of(map(chr, range(0x0628, 0x0628 + 13)))

    assert "ب (arabic letter beh), " in sentence
    assert " and 3 more: name a font-family" in sentence
