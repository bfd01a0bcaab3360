"""The rules of axe-core, fetched by npm when the tests run; they are not part of the product."""

import json
import shutil
import subprocess
import tarfile
import tempfile
from functools import lru_cache
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.programs import need_program

VERSION = "4.14.1"
CACHED = Path(__file__).parents[2] / ".peers" / f"axe-core-{VERSION}" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@lru_cache(maxsize=1)
def script() -> str:
    """The script, or a skip that says what is missing."""
    if not CACHED.exists():
        need_program("npm")
        with tempfile.TemporaryDirectory() as folder:
            command = ["npm", "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", folder]
            run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
            if run.returncode:
                pytest.skip(f"axe-core {VERSION} could not be fetched by npm: {run.stderr.strip()[-200:]}")
            with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
                archive.extractall(folder, filter="data")
            CACHED.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(folder) / "package" / "axe.min.js", CACHED)
    return CACHED.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What breaks the rules on the page as it is shown: rule, element, why."""
    page.wait_for_load_state()  # without its style a page breaks other rules
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")  # what the head covers meanwhile is no fault of the page
    page.evaluate(script())
    found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(TAGS)}}})")
    return [
        f"{rule['id']}: {node['html'][:120]} ({node['failureSummary'].splitlines()[-1].strip()[:200]})"
        for rule in found["violations"]
        for node in rule["nodes"][:3]
    ]
