import socket
import subprocess
import sys
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from cloud_service.mail import Letter, SmtpMailer
from cloud_service.mail.sink import keep_letters
from cloud_service.settings import MailSettings
from common.errors import ConflictError, UnavailableError
from deploy.bench.free_port import free_port


def test_the_sink_is_a_process_that_writes_letters_as_files_and_stops_on_a_signal(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "cloud_service.mail.sink", "--port", str(port), "--folder", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as sink:
        send_when_up(MailSettings(port=port), Letter("invoice-1@x.example", "a@b.example", "Ä", "Rechnung", "Text"))
        sink.terminate()
        assert 0 == sink.wait(10)
    files = list(tmp_path.iterdir())
    message = message_from_bytes(files[0].read_bytes(), policy=default)

    assert [".eml"] == [file.suffix for file in files]
    assert "Rechnung" == message["Subject"]
    assert "a@b.example" in files[0].name


def test_a_port_that_is_taken_is_said_with_its_option(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConflictError, match="is taken") as refused:
        keep_letters(tmp_path, taken.getsockname()[1], ready=lambda: None)

    assert "--port" == refused.value.path


def send_when_up(settings: MailSettings, letter: Letter) -> None:
    mailer = SmtpMailer(settings)
    for _ in range(100):
        try:
            mailer.send(letter)
        except UnavailableError:
            time.sleep(0.1)
        else:
            mailer.close()
            return
    raise AssertionError("the sink does not answer")
