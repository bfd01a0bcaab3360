"""Static files from memory: named by their hash so that they may be kept forever, compressed once at the start."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, url_for

from cloud_service.web.access import public

FOLDER = Path(__file__).parent / "static"
SQUEEZED = {".css", ".js", ".svg", ".txt", ".json"}
FOREVER = "public, max-age=31536000, immutable"
mimetypes.add_type("font/woff2", ".woff2")

blueprint = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file with its tag."""

    body: bytes
    squeezed: bytes
    kind: str
    tag: str


def load(folder: Path = FOLDER) -> dict[str, Asset]:
    """All files below the folder by their relative name."""
    assets = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            kind = mimetypes.guess_type(path.name)[0] or "text/plain"
            squeezed = gzip.compress(body, 9, mtime=0) if path.suffix in SQUEEZED else b""
            name = path.relative_to(folder).as_posix()
            assets[name] = Asset(body, squeezed, kind, hashlib.sha256(body).hexdigest()[:12])
    return {name: _tagged(name, asset, assets) for name, asset in assets.items()}


def _tagged(name: str, asset: Asset, assets: dict[str, Asset]) -> Asset:
    """Our own style sheet names the fonts as the page does, so that none is fetched twice."""
    if name != "console.css":
        return asset
    text = asset.body.decode()
    for other, font in assets.items():
        if other.endswith(".woff2"):
            text = text.replace(f'url("{other}")', f'url("{other}?v={font.tag}")')
    body = text.encode()
    return Asset(body, gzip.compress(body, 9, mtime=0), asset.kind, hashlib.sha256(body).hexdigest()[:12])


def init_app(app: Flask) -> None:
    """Serve the files; templates ask `asset(name)` for the address."""
    assets = load()
    app.extensions["assets"] = assets
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = lambda name: url_for("assets.file", name=name, v=assets[name].tag)


@blueprint.get("/static/<path:name>")
@public
def file(name: str) -> Response:
    """One file, compressed where the browser can take it."""
    from flask import current_app

    asset: Asset | None = current_app.extensions["assets"].get(name)
    if asset is None:
        abort(404)
    squeeze = bool(asset.squeezed) and "gzip" in request.headers.get("Accept-Encoding", "")
    answer = Response(asset.squeezed if squeeze else asset.body, mimetype=asset.kind)
    if squeeze:
        answer.headers["Content-Encoding"] = "gzip"
    answer.vary.add("Accept-Encoding")
    answer.set_etag(asset.tag + ("g" if squeeze else ""))
    answer.headers["Cache-Control"] = FOREVER if request.args.get("v") == asset.tag else "public, max-age=300"
    answer.make_conditional(request)
    return answer
