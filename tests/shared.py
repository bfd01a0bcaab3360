"""Where the shared ground truth lies: published bills, recorded frames, meter files; all outside the project."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("ENERGY_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def need_shared(*parts: str) -> Path:
    """The file or folder of the shared ground truth, or a skip that says what is missing."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(
            f"needs {'/'.join(('../shared', *parts))}, which lies beside the project where the ground truth is kept"
        )
    return path
