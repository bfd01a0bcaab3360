"""Search every decoder with atheris, which follows the code: `make fuzz`, or `make fuzz MINUTES=60 DECODERS="sml p1"`.

Each decoder has a process and a corpus of its own (`.fuzz/`, kept from night to night). Every input is tried as it is,
with right checksums around it, and with one bit flipped. A finding ends that decoder's search, is printed and kept in
`.fuzz/findings/`; the exit code is then 1.
"""

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".fuzz"
FINDINGS = FOLDER / "findings"
LENGTH_MAX = 2048


def corpus(name: str) -> Path:
    """The folder of what has led to new code, begun with the sound example."""
    from tests.contracts.decoders import DECODERS

    folder = FOLDER / "corpus" / name
    folder.mkdir(parents=True, exist_ok=True)
    for label, data in (("content", DECODERS[name].content), ("telegram", DECODERS[name].good)):
        (folder / label).write_bytes(data)
    FINDINGS.mkdir(parents=True, exist_ok=True)
    return folder


def search(name: str, minutes: float) -> None:
    """Search one decoder in this process; libFuzzer ends it."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["edge_agent", "common"]):
        decoders = importlib.import_module("tests.contracts.decoders")
    decoder = decoders.DECODERS[name]

    def one(data: bytes) -> None:
        sealed = decoder.seal(data[2:])
        place, bit = int.from_bytes(data[:1], "big") * 7, int.from_bytes(data[1:2], "big")
        decoders.refuses_damage(decoder, data, place, bit)
        decoders.refuses_damage(decoder, sealed, place, bit)

    options = [
        f"-max_total_time={int(60 * minutes)}",
        "-timeout=10",
        "-rss_limit_mb=1024",
        f"-max_len={LENGTH_MAX}",
        f"-artifact_prefix={FINDINGS / name}-",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus(name))], one)
    atheris.Fuzz()


def again(path: Path) -> None:
    """What a kept finding does."""
    from tests.contracts.decoders import DECODERS, refuses_damage

    data = path.read_bytes()
    decoder = next(DECODERS[name] for name in sorted(DECODERS, key=len, reverse=True) if path.name.startswith(name))
    for telegram in (data, decoder.seal(data[2:])):
        print(telegram.hex(" "))
        refuses_damage(decoder, telegram, int.from_bytes(data[:1], "big") * 7, int.from_bytes(data[1:2], "big"))


def night(names: list[str], minutes: float) -> int:
    """One decoder after the other; the number of those with findings."""
    bad = 0
    for name in names:
        command = [sys.executable, "-m", "tests.contracts.fuzz", "--search", name, "--minutes", str(minutes)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        units = next((line for line in done.stderr.splitlines() if "executed_units" in line), "? tried")
        verdict = "FOUND SOMETHING" if done.returncode else f"nothing found in {units.split()[-1]} inputs"
        print(f"{name:20} {verdict}", flush=True)
        if done.returncode:
            bad += 1
            print(done.stdout[-4000:], done.stderr[-4000:], sep="\n", flush=True)
    return bad


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="decoders; all of them by default")
    parser.add_argument("--minutes", type=float, default=5.0, help="for each decoder")
    parser.add_argument("--search", metavar="NAME", help="search this one in this process")
    parser.add_argument("--again", metavar="FILE", type=Path, help="run a kept finding once more")
    given = parser.parse_args()
    if given.again:
        again(given.again)
    elif given.search:
        search(given.search, given.minutes)
    else:
        from tests.contracts.decoders import DECODERS

        sys.exit(1 if night(given.names or list(DECODERS), given.minutes) else 0)


if __name__ == "__main__":
    main()
