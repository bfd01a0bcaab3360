"""A letter with defaults; tests change only what they are about."""

from cloud_service.mail import Attachment, Letter


def letter(**changes: object) -> Letter:
    fields: dict[str, object] = {
        "message_id": "invoice-1@nordlicht.example",
        "recipient": "juergen@example.org",
        "recipient_name": "Jürgen Größmann",
        "subject": "Ihre Rechnung RE-1 über 649,93 €",
        "text": "Guten Tag",
        "html": "<p>Guten Tag</p>",
        "sender_name": "Nordlicht Energie GmbH",
        "attachments": (Attachment("Rechnung Größmann 北京.pdf", "application/pdf", b"%PDF-1.7 \x00\xff"),),
    }
    return Letter(**{**fields, **changes})  # type: ignore[arg-type]  # the builder takes any field
