"""A browser without a screen: it follows links by their words and sends forms with what stands in them, as a person."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import lxml.html
from flask.testing import FlaskClient


@dataclass
class PageReader:
    """One person's window: `page` is what it shows, `text` what is read there."""

    client: FlaskClient
    address: str = "/"
    html: Any = None
    status: int = 0

    @property
    def text(self) -> str:
        """The words of the page on one line."""
        for hidden in self.html.xpath("//script|//style|//svg"):
            hidden.drop_tree()
        return " ".join(" ".join(self.html.itertext()).split())

    def open(self, address: str) -> "PageReader":
        """Type an address: only where a person begins."""
        return self._show(self.client.get(address, follow_redirects=True))

    def click(self, label: str) -> "PageReader":
        """Follow the link of these words; the first where there are several."""
        links = [link for link in self.html.iter("a") if label == " ".join(link.text_content().split())]
        assert links, f"no link {label!r} on {self.address}: {sorted(set(self._links()))}"
        return self.open(links[0].get("href"))

    def send(self, button: str, **typed: Any) -> "PageReader":
        """Fill in the form that has this button, and press it; what is not typed stays as it is there."""
        form = next((form for form in self.html.forms if button in form.text_content()), None)
        assert form is not None, f"no button {button!r} on {self.address}"
        unknown = set(typed) - set(form.fields.keys())
        assert not unknown, f"{self.address} has no fields {unknown}, it has {sorted(form.fields.keys())}"
        fields = dict(form.form_values()) | {name: str(value) for name, value in typed.items()}
        to = form.get("action") or self.address
        headers = {"Referer": f"http://localhost{self.address}"}
        if (form.get("method") or "get").lower() == "get":
            return self._show(self.client.get(to, query_string=fields, follow_redirects=True))
        return self._show(self.client.post(to, data=fields, headers=headers, follow_redirects=True))

    def shown(self, field: str) -> str:
        """What stands in a field."""
        return str(self.html.xpath(f'//*[@name="{field}"]')[0].get("value") or "")

    def amount(self, after: str) -> str:
        """The first amount behind some words of the page, without grouping."""
        match = re.search(re.escape(after) + r"\D*?(-?[\d,]+\.\d\d)", self.text)
        assert match, f"no amount after {after!r}: {self.text}"
        return match[1].replace(",", "")

    def _show(self, answer: Any) -> "PageReader":
        self.status = answer.status_code
        parts = urlsplit(answer.request.url)
        self.address = parts.path + (f"?{parts.query}" if parts.query else "")
        self.html = lxml.html.fromstring(answer.text)
        return self

    def _links(self) -> list[str]:
        return [" ".join(link.text_content().split()) for link in self.html.iter("a")]
