"""What an agent costs on a small gateway; prints the figures it checks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALL_MB_MAX = 60
UV = shutil.which("uv", path=str(Path(sys.executable).parent))


def megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


@pytest.mark.slow
@pytest.mark.skipif(UV is None, reason="needs uv beside this Python (make setup installs it)")
def test_an_agent_install_is_small_and_brings_nothing_of_the_cloud(tmp_path: Path) -> None:
    target = tmp_path / "site-packages"
    install = [str(UV), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(target)]
    subprocess.run([*install, "--require-hashes", "-r", str(ROOT / "deploy/lock/edge.txt")], check=True)
    for package in ("common", "edge_agent", "firmware_configs"):
        shutil.copytree(ROOT / package, target / package, ignore=shutil.ignore_patterns("__pycache__"))

    size = megabytes(target)
    print(f"agent install: {size:.1f} MB of at most {INSTALL_MB_MAX} MB")

    assert size < INSTALL_MB_MAX
    assert [] == [name for name in ("flask", "sqlalchemy", "psycopg", "numpy", "stripe") if (target / name).exists()]
