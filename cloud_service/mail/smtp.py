"""Letters to an SMTP relay: one connection for many letters, STARTTLS and sign-in where the settings say so."""

import smtplib
import ssl
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cloud_service.mail.letter import Letter
from cloud_service.mail.mailer import BouncedError, SilentRelayError, UncertainError
from cloud_service.settings import MailSettings
from common.errors import UnavailableError

TIMEOUT_S = 30.0  # for each answer
TAKEN_TIMEOUT_S = 600.0  # for the answer to a whole letter (RFC 5321, 4.5.3.2.6): who gives up earlier sends it twice
REPLIES_MAX = 20
PERMANENT = 500


class _Heard:
    """What the relay said, newest last; and whether it has a whole letter that it said nothing of yet."""

    replies: "deque[str]"
    handed_over = False
    taken_timeout_s = TAKEN_TIMEOUT_S

    def send(self, s: Any) -> None:
        """Send as smtplib does; a whole letter (it ends with a line of one dot) and its answer have more time."""
        whole = isinstance(s, bytes) and s.endswith(b"\r\n.\r\n")
        if whole:
            self.sock.settimeout(self.taken_timeout_s)  # type: ignore[attr-defined]
        super().send(s)  # type: ignore[misc]  # smtplib's, which stands beside this class
        self.handed_over = whole

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply as smtplib does, and keep it for people."""
        code, text = super().getreply()  # type: ignore[misc]  # smtplib's, which stands beside this class
        self.replies.append(f"{code} {text.decode(errors='replace')}")
        if self.handed_over:
            self.handed_over = False
            self.sock.settimeout(self.timeout)  # type: ignore[attr-defined]
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
        taken_timeout_s: float = TAKEN_TIMEOUT_S,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._timeout_s = timeout_s
        self._taken_timeout_s = taken_timeout_s
        self._line: _Line | _TlsLine | None = None
        self.replies: deque[str] = deque(maxlen=REPLIES_MAX)

    def send(self, letter: Letter) -> None:
        """Send one letter; a stale connection is opened anew before anything was handed over."""
        message = letter.as_message(self._settings.sender, self._clock())
        try:
            self._connected().send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            uncertain = self._line is not None and self._line.handed_over
            self.close()
            if uncertain:
                where = f"{self._settings.host}:{self._settings.port}"
                raise UncertainError(
                    "the mail relay has the whole letter and did not say whether it takes it: it may have arrived",
                    path=where, hint="ask the client, or look at the relay's log",
                ) from error  # fmt: skip
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
                if line.handed_over:
                    line.close()  # it would wait for the answer once more
                else:
                    line.quit()
            except (smtplib.SMTPException, OSError):
                line.close()

    def _connected(self) -> "_Line | _TlsLine":
        if self._line is not None and self._answers(self._line):
            return self._line
        self.close()
        line = (_TlsLine if self._settings.tls else _Line)(self._settings, self._timeout_s, self.replies)
        line.taken_timeout_s = self._taken_timeout_s
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
    return SilentRelayError(f"the mail relay does not answer: {error}", path=where, hint="SMTP_HOST, SMTP_PORT")


def _by_code(code: int, text: bytes | str, where: str) -> Exception:
    reply = text.decode(errors="replace") if isinstance(text, bytes) else text
    if code >= PERMANENT:
        return BouncedError(f"{code} {reply}", path=where)
    return UnavailableError(f"{code} {reply}", path=where)
