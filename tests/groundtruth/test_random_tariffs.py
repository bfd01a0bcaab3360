"""A few of the random tariffs that `make oracle` compares with PySAM, where PySAM is installed."""

import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "deploy" / "bench"


@pytest.mark.slow
def test_random_tariffs_cost_what_an_independent_engine_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "path", [str(BENCH), *sys.path])
    import oracle  # type: ignore[import-not-found]  # beside the benches

    if not oracle.PYTHON.exists():
        pytest.skip("needs PySAM in .venv-oracle: `make oracle` installs it")

    assert 0 == oracle.compare(range(50_000, 50_030), verbose=True)
    assert "30 random tariffs" in capsys.readouterr().out
