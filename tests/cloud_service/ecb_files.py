"""Files as the European Central Bank publishes them, and a machine that gives them out."""

import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DAYS = {
    date(2026, 11, 27): {"USD": "1.1624", "JPY": "181.35", "GBP": "0.8761", "TRY": "49.2011"},
    date(2026, 11, 26): {"USD": "1.1600", "JPY": "181.00", "GBP": "0.8750"},
    date(2026, 11, 25): {"USD": "1.1547", "JPY": "180.10", "GBP": "0.8801"},
}
HEADS = ("USD", "JPY", "GBP", "TRY")


def xml(days: dict[date, dict[str, str]] = DAYS) -> bytes:
    cubes = "".join(f'<Cube time="{day}">{_cubes(rates)}</Cube>' for day, rates in days.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
        ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>'
        f"<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender><Cube>{cubes}</Cube>"
        "</gesmes:Envelope>"
    ).encode()


def _cubes(rates: dict[str, str]) -> str:
    return "".join(f'<Cube currency="{code}" rate="{rate}"/>' for code, rate in rates.items())


def history_csv(days: dict[date, dict[str, str]] = DAYS) -> bytes:
    rows = [f"{day},{','.join(rates.get(code, 'N/A') for code in HEADS)}," for day, rates in days.items()]
    return "\n".join([f"Date,{','.join(HEADS)},", *rows, ""]).encode()


def daily_csv() -> bytes:
    return b"Date, USD, JPY, GBP, TRY, \n27 November 2026, 1.1624, 181.35, 0.8761, 49.2011, \n"


def zipped(content: bytes, name: str = "eurofxref-hist.csv", *further: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in (name, *further):
            archive.writestr(each, content)
    return packed.getvalue()


class FileServer(ThreadingHTTPServer):
    """Gives out `files`; what was asked for stands in `asked`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.files: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def give(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        self.files[path] = (status, headers, body)


class _Answers(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, headers, body = self.server.files.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


@contextmanager
def file_server() -> Iterator[FileServer]:
    server = FileServer()
    thread = threading.Thread(target=server.serve_forever, name="files")
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
