"""What is installed elsewhere must be whole: a wheel carries everything that a checkout shows."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HELP = """
import json
from cloud_service.web.help import manual, manual_folder
folder = manual_folder.manual_folder()
print(json.dumps({"from": str(folder), "pages": sorted(manual.articles()), "first": next(iter(manual.articles())),
                  "pictures": sorted(one.name for one in (folder / "pictures").iterdir()),
                  "examples": [one.name for one in manual_folder.example_files()]}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout and unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


@pytest.mark.slow
def test_help_is_there_without_a_checkout(installed: Path) -> None:
    """Every page of the manual, its pictures and example files, from inside the package."""
    answer = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:] = {[str(installed), *sys.path]!r}\n{HELP}"],
        cwd=installed, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    found = json.loads(answer.stdout)

    assert str(installed / "cloud_service" / "web" / "manual") == found["from"]
    assert sorted(path.stem for path in (ROOT / "docs").glob("*.md")) == found["pages"]
    assert "console" == found["first"]
    assert sorted(path.name for path in (ROOT / "docs" / "pictures").iterdir()) == found["pictures"]
    assert sorted(path.name for path in (ROOT / "docs" / "first-day").iterdir()) == found["examples"]


@pytest.mark.slow
def test_every_file_that_the_packages_read_is_in_the_wheel(installed: Path) -> None:
    """Templates, labels, fonts, rules, profiles: whatever lies in the packages of the checkout."""
    tracked = subprocess.run(
        ["git", "ls-files", "common", "edge_agent", "cloud_service", "firmware_configs"],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=60,
    ).stdout.split("\n")  # fmt: skip

    assert [] == [name for name in tracked if name and (ROOT / name).exists() and not (installed / name).is_file()]


@pytest.mark.slow
def test_the_wheel_carries_its_licences_and_says_that_it_is_typed(installed: Path) -> None:
    (metadata,) = installed.glob("*.dist-info")
    licences = {str(path.relative_to(metadata / "licenses")) for path in (metadata / "licenses").rglob("*")}

    assert {"LICENSE", "NOTICE", "cloud_service/documents/fonts/OFL.txt"} <= licences
    assert {"tabler-core.LICENSE", "uplot.LICENSE"} <= {Path(name).name for name in licences}
    assert ["cloud_service", "common", "edge_agent"] == sorted(
        path.parent.name for path in installed.glob("*/py.typed")
    )


def test_the_notice_names_every_vendored_package_and_font() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    vendored = json.loads((ROOT / "cloud_service/web/static/vendor/vendor.json").read_text(encoding="utf-8"))
    named = [name for package in vendored for name in package["files"] if not name.endswith(".LICENSE")]

    assert [] == [name for name in named if name not in notice]
    assert [] == [package["name"] for package in vendored if package["name"] not in notice]
    assert "cloud_service/documents/fonts/OFL.txt" in notice
