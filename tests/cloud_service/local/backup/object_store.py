"""A store that speaks as much of S3 as backups need, by Amazon's API reference: HEAD, GET, PUT, uploads in parts."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

BUCKET, ACCESS_KEY = "backups", "AKIDEXAMPLE"


@dataclass
class ObjectStore:
    """What lies there, by `/bucket/name`; `cuts` loses the last byte of everything that comes."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    parts: dict[int, bytes] = field(default_factory=dict)
    cuts: bool = False


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """The store, serving on loopback."""
    store = ObjectStore()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(store))
    store.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, name="object store")
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(store: ObjectStore) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._send_file(b"")

        def do_GET(self) -> None:
            self._send_file(store.files.get(self._path, b""))

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self._refused():
                return
            part = parse_qs(urlsplit(self.path).query).get("partNumber")
            if part:
                store.parts[int(part[0])] = body
            else:
                store.files[self._path] = body[:-1] if store.cuts else body
            self._answer(200, b"")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if "uploadId" in urlsplit(self.path).query:
                store.files[self._path] = b"".join(store.parts[number] for number in sorted(store.parts))
                self._answer(200, b"<CompleteMultipartUploadResult/>")
            else:
                self._answer(200, b"<R><UploadId>1</UploadId></R>")

        @property
        def _path(self) -> str:
            return urlsplit(self.path).path

        def _refused(self) -> bool:
            """Another key than ours, or another bucket."""
            if ACCESS_KEY not in self.headers.get("Authorization", ""):
                self._answer(403, b"<Error><Code>InvalidAccessKeyId</Code></Error>")
            elif not self._path.startswith(f"/{BUCKET}/"):
                self._answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
            else:
                return False
            return True

        def _send_file(self, body: bytes) -> None:
            if self._refused():
                return
            if self._path not in store.files:
                self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
                return
            whole = store.files[self._path]
            span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if span and body:
                first, last = int(span[1]), min(int(span[2] or len(whole) - 1), len(whole) - 1)
                self._answer(206, body[first : last + 1], span=f"bytes {first}-{last}/{len(whole)}")
            else:
                self._answer(200, body, length=len(whole))

        def _answer(self, status: int, body: bytes, *, length: int | None = None, span: str = "") -> None:
            self.send_response(status)
            self.send_header("ETag", '"e"')
            if span:
                self.send_header("Content-Range", span)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *values: object) -> None:
            """Nothing is said."""

    return Handler
