"""Pages name files that are there: a module that moves takes its name in README, CONTRIBUTING and the manual along."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [
    *sorted(ROOT.glob("*.md")), ROOT / "NOTICE", *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "deploy").rglob("*.md")), ROOT / "firmware_configs" / "README.md",
]  # fmt: skip
ROOMS = [ROOT / room for room in ("", "cloud_service", "cloud_service/documents", "edge_agent")]
QUOTED = re.compile(r"`([A-Za-z_.][\w.-]*(?:/[\w.-]*)+)`")
IN_NOTICE = re.compile(r"\bcloud_service/[\w./-]*[\w/]")
GENERATED = (".energy/", ".fuzz/", ".venv/", "../")
PLACEHOLDER = re.compile(r"NAME|/x/y|test_y")


def named_paths(page: Path) -> Iterator[str]:
    """What a page quotes that begins with a folder of ours."""
    text = page.read_text(encoding="utf-8")
    for path in IN_NOTICE.findall(text) if page.name == "NOTICE" else QUOTED.findall(text):
        first = path.split("/")[0]
        if path.startswith(GENERATED) or PLACEHOLDER.search(path):
            continue
        if any((room / first).is_dir() for room in ROOMS):
            yield path


def is_there(path: str) -> bool:
    """A file, a folder, a module without its ending, or a name in a module (`flow/deliver.einvoice`)."""
    spelled = (path, f"{path}.py", f"{path.rpartition('.')[0]}.py")
    return any((room / name).exists() for room in ROOMS for name in spelled)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    assert [] == [path for path in named_paths(page) if not is_there(path)]


def test_a_name_that_is_gone_is_noticed() -> None:
    assert not is_there("flow/enter.py")
    assert is_there("flow/metering/enter_reading")


def test_the_walks_of_contributing_name_tests_that_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    suite = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))

    assert [] == [name for name in re.findall(r"`(test_\w+)`", text) if f"def {name}(" not in suite]


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
HOUSES = ("cloud_service/domain", "cloud_service/store", "cloud_service/web", "edge_agent/drivers")


@pytest.mark.parametrize("house", HOUSES)
def test_every_room_has_its_line_on_the_page_of_architecture(house: str) -> None:
    rooms = [path.parent.name for path in (ROOT / house).glob("*/__init__.py")]

    assert rooms
    assert [] == [room for room in rooms if f"`{room}/`" not in ARCHITECTURE]


@pytest.mark.parametrize(
    "container", ["edge_agent", "edge_agent.buffer", "cloud_service", "cloud_service.domain", "cloud_service.store"]
)
def test_the_arrows_on_the_page_are_those_that_are_checked(container: str) -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (contract,) = [layers for layers in contracts if layers.get("containers") == [container]]

    assert " → ".join(contract["layers"]).replace("(", "").replace(")", "") in ARCHITECTURE
