"""Every sentence of the web goes through the catalogue, and what looks for bare ones finds them."""

from pathlib import Path

import pytest

import cloud_service
from tests.cloud_service.web.bare_sentences import in_script, in_template, in_view, of_folder

ROOT = Path(cloud_service.__file__).parent


def test_no_view_or_template_says_a_sentence_past_the_catalogue() -> None:
    assert [] == of_folder(ROOT / "web")


def test_neither_does_the_page_of_the_simulated_payment_company() -> None:
    page = (ROOT / "payments" / "templates" / "pay.html").read_text(encoding="utf-8")

    assert [] == in_template(page)


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        ('flash(f"{count} bills are sent")', " bills are sent"),
        ('raise InputError(_("no day"), hint="today")', "today"),
        ('Column("number", "Number")', "Number"),
        ('Field("day", _l("Day"), options=(("", "All"),))', "All"),
        ('page = FormPage("Change it", back, _("Keep"))', "Change it"),
        ("for _, label in columns: pass", "_ is the catalogue's name"),
    ],
)
def test_a_bare_sentence_of_a_view_is_found(view: str, sentence: str) -> None:
    assert sentence in [text for _line, text in in_view(view)]


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("<h1>Nothing is open</h1>", "Nothing is open"),
        ('<a title="Go back" href="/">{{ _("Back") }}</a>', "Go back"),
        ('<td>{{ "yes" if row.billed else "no" }}</td>', "yes no"),
        ("<p>{% if late %}{{ days }} days late{% endif %}</p>", "days late"),
        ('{{ facts([("Serial no.", meter.serial)]) }}', "Serial no."),
        ('<td data-label="{{ "Day" if daily else _("Month") }}"></td>', "Day"),
        ("{% for _, label in columns %}{{ label }}{% endfor %}", "_ is the catalogue's name"),
    ],
)
def test_a_bare_sentence_of_a_template_is_found(template: str, sentence: str) -> None:
    assert sentence in in_template(template)


def test_what_is_translated_or_a_code_is_left_alone() -> None:
    assert [] == in_template(
        '<p class="{{ " strong" if total }}" title="{{ _("Sum") }}">{{ _("Sum of %(days)s days", days=days) }}'
        '{% if row.state == "waiting for it" %}{{ icon("up") }}{% endif %} kWh {{ row.kind|label("utility") }}</p>'
    )
    assert [] == list(
        in_view('"""All of it."""\nflash(_("Bill sent."), "success")\nwhere = {"Bill sent": "bills.index"}')
    )


def test_a_sentence_of_a_script_is_found() -> None:
    assert ["The numbers could not be loaded."] == in_script(
        'if (!answer.ok) { box.textContent = "The numbers could not be loaded."; }  const way = "short";'
    )
