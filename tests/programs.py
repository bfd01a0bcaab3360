"""Programs of other people that tests run: found, or the test is skipped and the skip names the program."""

import os
import shutil
from pathlib import Path

import pytest

PACKAGES_FILE = Path(__file__).parents[1] / "deploy" / "test-packages.txt"
SEARCH_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"))


def debian_packages() -> dict[str, str]:
    """Program, or file that shows it is there: the Debian package that has it, as `make test-packages` installs it."""
    lines = PACKAGES_FILE.read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {program: package for package, program, *_ in rows}


def find_program(name: str) -> str | None:
    """Where the program (or the file, given with its whole path) lies; None where it is missing."""
    if name.startswith("/"):
        return name if Path(name).exists() else None
    return shutil.which(name, path=SEARCH_PATH)


def missing_text(name: str) -> str:
    """What the skip says: the program, and how to get it."""
    package = debian_packages().get(name)
    return f"needs the program {name}" + (f" (Debian package {package}: make test-packages)" if package else "")


def need_program(name: str) -> str:
    """Where the program lies, or a skip that names it."""
    program = find_program(name)
    if program is None:
        pytest.skip(missing_text(name))
    return program


def needs_program(name: str) -> pytest.MarkDecorator:
    """A mark for modules and tests that are of no use without the program."""
    return pytest.mark.skipif(find_program(name) is None, reason=missing_text(name))
