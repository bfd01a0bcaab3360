"""Letters to an SMTP relay: one connection for many letters, STARTTLS and sign-in where the settings say so."""

import smtplib
import ssl
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from cloud_service.mail.letter import Letter
from cloud_service.mail.mailer import BouncedError
from cloud_service.settings import MailSettings
from common.errors import UnavailableError

TIMEOUT_S = 30.0
REPLIES_MAX = 20
PERMANENT = 500


class _Heard:
    """What the relay said, newest last."""

    replies: "deque[str]"

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply as smtplib does, and keep it for people."""
        code, text = super().getreply()  # type: ignore[misc]  # smtplib's, which stands beside this class
        self.replies.append(f"{code} {text.decode(errors='replace')}")
        return code, text


class _Line(_Heard, smtplib.SMTP):
    """Plain text, or STARTTLS after the greeting."""

    def __init__(self, settings: MailSettings, timeout_s: float, replies: "deque[str]") -> None:
        self.replies = replies
        super().__init__(settings.host, settings.port, timeout=timeout_s)


class _TlsLine(_Heard, smtplib.SMTP_SSL):
    """TLS from the first byte."""

    def __init__(self, settings: MailSettings, timeout_s: float, replies: "deque[str]") -> None:
        self.replies = replies
        context = ssl.create_default_context()
        super().__init__(settings.host, settings.port, timeout=timeout_s, context=context)


class SmtpMailer:
    """A relay reached by smtplib. Not for several threads at once: each worker has its own."""

    def __init__(
        self,
        settings: MailSettings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._timeout_s = timeout_s
        self._line: smtplib.SMTP | None = None
        self.replies: deque[str] = deque(maxlen=REPLIES_MAX)

    def send(self, letter: Letter) -> None:
        """Send one letter; a stale connection is opened anew before anything was handed over."""
        message = letter.as_message(self._settings.sender, self._clock())
        try:
            self._connected().send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise _error_for_people(error, self._settings) from error

    def greet(self) -> str:
        """Connect and sign in without sending anything; what the relay said last."""
        try:
            self._connected().noop()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise _error_for_people(error, self._settings) from error
        return self.replies[-1]

    def close(self) -> None:
        """Say goodbye; a relay that is gone already is no fault."""
        line, self._line = self._line, None
        if line is not None:
            try:
                line.quit()
            except (smtplib.SMTPException, OSError):
                line.close()

    def _connected(self) -> smtplib.SMTP:
        if self._line is not None and self._answers(self._line):
            return self._line
        self.close()
        line = (_TlsLine if self._settings.tls else _Line)(self._settings, self._timeout_s, self.replies)
        self._line = line
        if self._settings.starttls:
            line.starttls(context=ssl.create_default_context())
        if self._settings.username:
            line.login(self._settings.username, self._settings.password)
        return line

    @staticmethod
    def _answers(line: smtplib.SMTP) -> bool:
        try:
            return line.noop()[0] == 250  # noqa: PLR2004 - SMTP "OK"
        except (smtplib.SMTPException, OSError):
            return False


def _error_for_people(error: Exception, settings: MailSettings) -> Exception:
    """Our error for the library's: refused for good, or worth another try."""
    where = f"{settings.host}:{settings.port}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return UnavailableError("the mail relay refuses our sign-in", path=where, hint="SMTP_USERNAME, SMTP_PASSWORD")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _by_code(code, text, where)
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, error.smtp_error, where)
    return UnavailableError(f"the mail relay does not answer: {error}", path=where, hint="SMTP_HOST, SMTP_PORT")


def _by_code(code: int, text: bytes | str, where: str) -> Exception:
    reply = text.decode(errors="replace") if isinstance(text, bytes) else text
    if code >= PERMANENT:
        return BouncedError(f"{code} {reply}", path=where)
    return UnavailableError(f"{code} {reply}", path=where)
