"""Where the manual lies: inside an installed package, or in a checkout; and the example files of the first day."""

from pathlib import Path

HERE = Path(__file__).parents[1]
FOLDERS = (HERE / "manual", HERE.parents[1] / "docs")
"""Inside an installed package, and in a checkout."""
FIRST_DAY = "first-day"


def manual_folder() -> Path:
    """The folder of its pages."""
    return next((folder for folder in FOLDERS if folder.is_dir()), FOLDERS[-1])


def example_files() -> list[Path]:
    """The files that `docs/first-day.md` works with, by name."""
    return sorted(path for path in (manual_folder() / FIRST_DAY).glob("*") if path.is_file())
