import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from cloud_service.store.lists.invoices import STATES as BILL_STATES
from cloud_service.web.language.state_labels import STATES, as_written, state_label

SPRITE = Path(__file__).parents[4] / "cloud_service" / "web" / "static" / "vendor" / "icons.svg"


def test_every_icon_of_a_state_is_in_the_sprite() -> None:
    icons = set(re.findall(r'id="([a-z0-9-]+)"', SPRITE.read_text()))

    assert set() == {label.icon for label in STATES.values()} - icons


def test_every_state_of_a_bill_has_its_badge() -> None:
    assert set() == set(BILL_STATES) - set(STATES)


@pytest.mark.parametrize(("state", "word", "tone"), [("paid", "Paid", "success"), ("overdue", "Overdue", "danger")])
def test_a_badge_says_the_state_in_a_word_and_a_colour(state: str, word: str, tone: str) -> None:
    app = Flask("states")
    Babel(app)
    with app.test_request_context():
        assert (word, tone) == (str(state_label(state).label), state_label(state).tone)


def test_a_state_that_nobody_named_is_shown_as_it_is_written() -> None:
    assert "half baked" in str(as_written("half_baked")).lower()
