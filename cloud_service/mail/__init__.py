"""Letters out: what a letter is, who takes it, and how a refusal is told apart from a delay."""

from cloud_service.mail.letter import Attachment, Letter
from cloud_service.mail.mailer import BouncedError, Mailer, Outbox, SilentRelayError, UncertainError
from cloud_service.mail.smtp import SmtpMailer
from cloud_service.settings import MailSettings

__all__ = [
    "Attachment",
    "BouncedError",
    "Letter",
    "MailSettings",
    "Mailer",
    "Outbox",
    "SilentRelayError",
    "SmtpMailer",
    "UncertainError",
]
