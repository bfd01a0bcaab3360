"""Make the vendored files of the web console from their npm packages: `python deploy/vendor.py`.

Needs npm (for `npm pack`) and a registry; nothing of this is needed to install or run the product. Writes
`cloud_service/web/static/vendor/` with `vendor.json` (name, version, licence, SHA-256 of every file) and the licence
texts, and the icon sprite with just those icons that the console names.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

WEB = Path(__file__).resolve().parents[1] / "cloud_service" / "web"
VENDOR = WEB / "static" / "vendor"

PACKAGES = {
    # package: (version, licence file, {file in the package: our name})
    "@tabler/core": (
        "1.6.1",
        "LICENSE",
        {"dist/css/tabler.min.css": "tabler.css", "dist/css/tabler.rtl.min.css": "tabler.rtl.css"},
    ),
    "htmx.org": ("4.0.1", "LICENSE", {"dist/htmx.min.js": "htmx.js"}),
    "uplot": ("1.6.32", "LICENSE", {"dist/uPlot.iife.min.js": "uplot.js", "dist/uPlot.min.css": "uplot.css"}),
    "@fontsource-variable/inter": (
        "5.3.0",
        "LICENSE",
        {
            "files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
            "files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
        },
    ),
    "@tabler/icons": ("3.51.0", "LICENSE", {}),
}
CALL = re.compile(r"""\bicon(?:\(([^()]*)\)|=("[^"]*"))""")
QUOTED = re.compile(r"""["']([a-z0-9-]+)["']""")


def main() -> None:
    """Fetch, copy, cut the sprite, write the list."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    listed = []
    for package, (version, licence, files) in PACKAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            root = unpack(package, version, Path(folder))
            files_by_name = {ours: (root / theirs).read_bytes() for theirs, ours in files.items()}
            if package == "@tabler/icons":
                files_by_name["icons.svg"] = sprite(root / "icons" / "outline", icons_used()).encode()
            files_by_name[f"{re.sub('[^a-z]+', '-', package).strip('-')}.LICENSE"] = licence_of(root, licence)
            stated = json.loads((root / "package.json").read_text(encoding="utf-8"))["license"]
        files_by_name = {name: without_map(body) for name, body in files_by_name.items()}
        for name, body in files_by_name.items():
            (VENDOR / name).write_bytes(body)
        sums = {name: hashlib.sha256(body).hexdigest() for name, body in sorted(files_by_name.items())}
        listed.append({"name": package, "version": version, "licence": stated, "files": sums})
    text = json.dumps(listed, indent=2) + "\n"
    (VENDOR / "vendor.json").write_text(text, encoding="utf-8")
    print(f"{VENDOR}: {sum(len(package_entry['files']) for package_entry in listed)} files of {len(listed)} packages")


def unpack(package: str, version: str, folder: Path) -> Path:
    """The package as npm has it, unpacked."""
    run = subprocess.run(  # noqa: S603 - fixed words from the table above
        ["npm", "pack", f"{package}@{version}", "--silent", "--pack-destination", str(folder)],  # noqa: S607 - npm is where the user has it
        check=True,
        capture_output=True,
        text=True,
    )
    with tarfile.open(folder / run.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def licence_of(root: Path, name: str) -> bytes:
    """The licence text; a package without one names it in its README."""
    for path in (root / name, root / f"{name}.md", root / "README.md"):
        if path.exists():
            return path.read_bytes()
    sys.exit(f"{root} has no licence text")


def without_map(body: bytes) -> bytes:
    """Files that name a source map which we do not ship make the browser ask for it in vain."""
    return re.sub(rb"/[/*]# sourceMappingURL=[^\n*]*(\*/)?\n?", b"", body)


def icons_used() -> list[str]:
    """The names that templates and pages mention in `icon(…)` or `icon=…`, the states' among them."""
    texts = {path: path.read_text(encoding="utf-8") for path in [*WEB.rglob("*.html"), *WEB.rglob("*.py")]}
    called = {"".join(call_groups) for text in texts.values() for call_groups in CALL.findall(text)}
    names = {name for call in called for name in QUOTED.findall(call)}
    names |= {
        name for text in texts.values() for row in re.findall(r"icons: ([a-z0-9 -]+)", text) for name in row.split()
    }
    return sorted(names)


def sprite(folder: Path, names: list[str]) -> str:
    """One SVG with a symbol per icon; it takes the colour of the text around it."""
    symbols = []
    for name in names:
        path = folder / f"{name}.svg"
        if not path.exists():
            sys.exit(f"Tabler has no icon {name!r}")
        inner = re.sub(r"<!--.*?-->|</?svg[^>]*>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        inner = re.sub(r'<path stroke="none"[^>]*/>', "", inner)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(inner.split(chr(10))).strip()}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


if __name__ == "__main__":
    main()
