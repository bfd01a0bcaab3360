"""Compare random tariffs and loads with NREL's PySAM, month by month: `make oracle`.

PySAM is installed into `.venv-oracle` (220 MB, BSD-3) on the first run; it is no dependency of the product.
"""

import argparse
import json
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from random_cases import generation_wh, has_generation, load_wh, record  # type: ignore[import-not-found]  # beside this file

from cloud_service.domain.pricing.usage import Intervals
from cloud_service.domain.rating.calculator import calculate
from cloud_service.domain.tariffs.tariff import Tariff, load_tariff
from cloud_service.domain.tariffs.urdb import import_urdb
from common.period import Span

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-oracle" / "bin" / "python"
YEAR = Span(date(2018, 1, 1), date(2019, 1, 1))  # starts on a Monday and is no leap year, like PySAM's
TOLERANCE = Decimal("0.02")


def install() -> None:
    """PySAM in an environment of its own."""
    probe = [str(PYTHON), "-c", "import PySAM.Utilityrate5"]
    if PYTHON.exists() and subprocess.run(probe, check=False).returncode == 0:  # noqa: S603 -- our own environment
        return
    print("installing nrel-pysam into .venv-oracle (220 MB) …", flush=True)
    subprocess.run([sys.executable, "-m", "venv", ROOT / ".venv-oracle"], check=True)  # noqa: S603 -- our own environment
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "nrel-pysam"], check=True)  # noqa: S603 -- the same


def tariff_of(case: dict[str, Any]) -> Tariff:
    """The tariff of a case; a year's end is not a part of URDB records and is set as PySAM has it."""
    public = {key: value for key, value in case.items() if key not in ("kind", "yearend")}
    document = import_urdb(public).document
    for charge in document["charges"]:
        if "netting" in charge:
            charge["netting"] |= {"expires": 12, "cash_price": case.get("yearend", "0")}
        if "carry" in charge:
            charge["carry"] |= {"expires": 12, "ends": "pay"}
    return load_tariff(document)


def ours(seed: int) -> dict[str, list[Decimal]]:
    """Twelve unrounded bills without and with own generation."""
    case = record(seed)
    tariff = tariff_of(case)
    registers = {"import": Intervals(np.array(load_wh(seed), dtype=np.int64), 3600)}
    bills = {"without": [bill.total_unrounded for bill in calculate(tariff, registers, YEAR, "UTC")]}
    if has_generation(case):
        registers["export"] = Intervals(np.array(generation_wh(seed), dtype=np.int64), 3600)
        bills["with"] = [bill.total_unrounded for bill in calculate(tariff, registers, YEAR, "UTC")]
    else:
        bills["with"] = bills["without"]
    return bills


def compare(seeds: range, *, verbose: bool) -> int:
    """Print how many months differ; the number of cases that do."""
    worst, off, months, start = Decimal(0), [], 0, time.monotonic()
    program = [PYTHON, Path(__file__).with_name("pysam_bills.py")]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as pysam:  # noqa: S603 -- ours
        if pysam.stdin is None or pysam.stdout is None:
            raise SystemExit("PySAM did not start")
        for seed in seeds:
            pysam.stdin.write(f"{seed}\n")
            pysam.stdin.flush()  # PySAM works on this case while we do
            bills_of_ours = ours(seed)
            theirs = json.loads(pysam.stdout.readline())
            for name, bills in bills_of_ours.items():
                gaps = [
                    abs(bill - Decimal(repr(their_bill))) for bill, their_bill in zip(bills, theirs[name], strict=True)
                ]
                months += len(gaps)
                worst = max(worst, *gaps)
                if max(gaps) > TOLERANCE:
                    off.append(seed)
                    if verbose:
                        print(seed, record(seed)["kind"], name, [f"{gap:.3f}" for gap in gaps])
            if (seed - seeds.start + 1) % 500 == 0:
                print(f"{seed - seeds.start + 1} of {len(seeds)} cases, worst month off by {worst:.6f}", flush=True)
        pysam.stdin.close()
    seconds = time.monotonic() - start
    print(f"{len(seeds)} random tariffs × loads, {months} months: {len(set(off))} cases off by more than {TOLERANCE}")
    print(f"worst month off by {worst:.9f}; {seconds:.0f} s")
    return len(set(off))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    install()
    sys.exit(1 if compare(range(given.first, given.first + given.cases), verbose=given.verbose) else 0)


if __name__ == "__main__":
    main()
