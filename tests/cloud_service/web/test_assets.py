import gzip
import hashlib
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

from cloud_service.web.assets import FOLDER, load
from tests.cloud_service.web.conftest import Console

ROOT = Path(__file__).parents[3]
FREE = {"MIT", "BSD-0-Clause", "OFL-1.1"}


def vendor_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "deploy" / "vendor.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_vendored_file_is_listed_with_its_licence_and_is_what_the_list_says() -> None:
    listed = json.loads((FOLDER / "vendor" / "vendor.json").read_text())
    sums = {name: digest for package in listed for name, digest in package["files"].items()}
    checksums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (FOLDER / "vendor").iterdir()}
    del checksums["vendor.json"]

    assert sums == checksums
    assert {package["licence"] for package in listed} <= FREE
    assert all(any(name.endswith(".LICENSE") for name in package["files"]) for package in listed)


def test_the_sprite_has_every_icon_that_a_page_names() -> None:
    sprite = (FOLDER / "vendor" / "icons.svg").read_text()
    drawn = set(re.findall(r'id="([^"]+)"', sprite))

    assert set(vendor_script().icons_used()) <= drawn


def test_nothing_asks_for_a_file_from_elsewhere() -> None:
    for name in ("console.css", "vendor/tabler.css", "vendor/tabler.rtl.css", "vendor/uplot.css"):
        assert not re.search(r"@import|url\(\s*[\"']?https?:", (FOLDER / name).read_text()), name


def test_no_word_is_written_in_capitals_by_style() -> None:
    own = (FOLDER / "console.css").read_text()

    assert "uppercase" not in own.replace("first-letter { text-transform: uppercase", "")
    for place in (".rows th", ".kpi-name", ".clock > span", ".btn {"):
        assert "text-transform: none" in own.partition(place)[2].partition("}")[0], place


def test_a_file_is_sent_compressed_and_kept_by_its_hash(console: Console) -> None:
    name = "vendor/tabler.css"
    tag = load()[name].tag
    answer = console.visitor().get(f"/static/{name}?v={tag}", headers={"Accept-Encoding": "gzip, br"})

    assert (FOLDER / name).read_bytes() == gzip.decompress(answer.data)
    assert "immutable" in answer.headers["Cache-Control"]
    again = console.visitor().get(
        f"/static/{name}", headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]}
    )
    assert 304 == again.status_code


def test_the_style_sheet_asks_for_the_very_font_that_the_page_has_preloaded(console: Console) -> None:
    page = console.visitor().get("/sign-in").text
    preloaded = re.search(r'rel="preload" href="/static/([^"]+)"', page)
    sheet = re.search(r'href="(/static/console.css[^"]+)"', page)
    assert preloaded is not None
    assert sheet is not None

    assert f'url("{preloaded[1]}")' in console.visitor().get(sheet[1]).text


def test_no_path_leaves_the_folder(console: Console) -> None:
    for path in ("../app.py", "..%2fapp.py", "vendor/../../access.py", "/etc/passwd"):
        assert 404 == console.visitor().get(f"/static/{path}", follow_redirects=True).status_code


def test_the_first_page_weighs_less_than_two_hundred_kilobytes(console: Console) -> None:
    page = console.sign_in("admin").get("/dashboard")
    assets = load()
    names = re.findall(r'(?:href|src)="/static/([^?"]+)\?', page.text)
    weight = sum(len(assets[name].squeezed or assets[name].body) for name in set(names)) + len(page.data)

    assert weight < 200_000, weight
    assert len(set(names)) <= 10
