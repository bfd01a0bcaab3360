"""One e-mail as a value, and its bytes on the wire: plain text and HTML, attachments, no header smuggled in."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from common.errors import InputError

_CONTROL = {chr(code) for code in range(32)} | {"\x7f"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the text."""

    filename: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """An outgoing mail. `message_id` comes from what it is about, so that sending it again is seen to be the same."""

    message_id: str
    recipient: str
    recipient_name: str
    subject: str
    text: str
    html: str = ""
    reply_to: str = ""
    sender_name: str = ""
    language: str = ""
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        for name in ("message_id", "recipient", "recipient_name", "subject", "reply_to", "sender_name"):
            if _CONTROL & set(getattr(self, name)):
                raise InputError("a line break or control character in a header", path=name)
        address(self.recipient)

    def as_message(self, sender: str, now: datetime) -> EmailMessage:
        """The MIME message from `sender`; automatic answers are asked not to come back."""
        message = EmailMessage(policy=SMTP)
        message["From"] = address(sender, self.sender_name)
        message["To"] = address(self.recipient, self.recipient_name)
        if self.reply_to:
            message["Reply-To"] = address(self.reply_to)
        message["Subject"] = self.subject
        message["Message-ID"] = f"<{self.message_id}>"
        message["Date"] = format_datetime(now)
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(self.text)
        if self.html:
            message.add_alternative(self.html, subtype="html")
        for file in self.attachments:
            kind, _, subtype = file.media_type.partition("/")
            message.add_attachment(file.body, maintype=kind, subtype=subtype, filename=file.filename)
        if self.language:  # last: each part that is added takes the Content- headers of the message with it
            message["Content-Language"] = self.language
        return message


def address(spec: str, name: str = "") -> Address:
    """A mailbox, or an InputError that names what is wrong with it."""
    try:
        parsed = Address(display_name=name, addr_spec=spec)
    except Exception as error:  # the standard library raises several private kinds here
        raise InputError(f"{spec!r} is not an e-mail address", path="recipient") from error
    if not parsed.domain or not parsed.username:
        raise InputError(f"{spec!r} is not an e-mail address", path="recipient")
    return parsed
