"""The programs that the edge bench compares, each told to poll the same registers of the same meters.

The other two are fetched into environments of their own below .energy/bench, once.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.bench.edge_meters import LINES, METERS, REGISTERS, WORDS

ROOT = Path(__file__).resolve().parents[2]
MODPOLL = ("modpoll==1.5.0",)
THINGSBOARD = ("thingsboard-gateway==3.8.5", "pymodbus==3.9.2", "pyserial==3.5", "pyserial-asyncio==0.6")


class Unavailable(Exception):  # noqa: N818 - named after what it says
    """A program cannot be had here; the text says why."""


@dataclass(frozen=True)
class Program:
    """How to run one; it asks each meter for all registers in so many requests."""

    name: str
    command: Sequence[str]
    requests_a_meter: int
    warm_up_s: float
    environment: dict[str, str] = field(default_factory=dict)
    sends: bool = True


Make = Callable[[Path, Sequence[int], int, int], Program]  # folder, the meters' ports, the broker's, seconds


def agent(folder: Path, ports: Sequence[int], broker: int, interval_s: int) -> Program:
    """Our agent."""
    lines = [
        f'[gateway]\nid = "bench"\ndata = "{folder}/data"\n',
        f'[uplink]\nbroker = "mqtt://127.0.0.1:{broker}"\nallow_plain = true\n',
        f"[polling]\ninterval_s = {interval_s}\n",
    ]
    for number, port in enumerate(ports):
        lines.append(f'[[bus]]\nname = "line-{number}"\nprotocol = "modbus"\nport = "tcp://127.0.0.1:{port}"\n')
        for unit in _units(number):
            lines.append(
                f'[[bus.meter]]\nid = "meter-{unit}"\nprofile = "eastron_sdm630"\naddress = "{unit}"\n'
                f"registers = {json.dumps(list(REGISTERS))}\n"
            )
    site = folder / "site.toml"
    site.write_text("".join(lines))
    command = [sys.executable, "-m", "edge_agent", "run", "--config", str(site), "--log-level", "error"]
    return Program("our agent", command, 1, 8)


def thingsboard(folder: Path, ports: Sequence[int], broker: int, interval_s: int) -> Program:
    """thingsboard-gateway with its SQLite store; logs, statistics and remote configuration off."""
    python = _environment(*THINGSBOARD)
    (package,) = python.parent.parent.glob("lib/*/site-packages/thingsboard_gateway")
    logs = json.loads((package / "config/logs.json").read_text())
    for logger in logs["loggers"].values():
        logger["level"] = "ERROR"
    config = {
        "thingsboard": {
            "host": "127.0.0.1", "port": broker, "security": {"type": "accessToken", "accessToken": "bench"},
            "qos": 1, "remoteShell": False, "remoteConfiguration": False, "statistics": {"enable": False},
        },
        "storage": {"type": "sqlite", "data_file_path": f"{folder}/data/"},
        "connectors": [{"type": "modbus", "name": "Modbus", "configuration": "modbus.json"}],
    }  # fmt: skip
    slaves = [_slave(unit, port, interval_s) for number, port in enumerate(ports) for unit in _units(number)]
    modbus = {"name": "Modbus", "logLevel": "ERROR", "master": {"slaves": slaves}}
    for name in ("data", "logs"):
        (folder / name).mkdir()
    for name, content in (("tb_gateway", config), ("modbus", modbus), ("logs", logs)):
        (folder / f"{name}.json").write_text(json.dumps(content))
    command = [str(python), "-m", "thingsboard_gateway.tb_gateway"]
    return Program("thingsboard-gateway", command, len(REGISTERS), 15, {"TB_GW_CONFIG_DIR": str(folder)})


def _slave(unit: int, port: int, interval_s: int) -> dict[str, object]:
    """One meter as its documentation describes it: a tag a register."""
    tags = [
        {"tag": name, "type": "32float", "functionCode": 4, "objectsCount": 2, "address": address}
        for name, address in REGISTERS.items()
    ]
    return {
        "host": "127.0.0.1", "port": port, "type": "tcp", "method": "socket", "unitId": unit,
        "deviceName": f"meter-{unit}", "deviceType": "meter", "byteOrder": "BIG", "wordOrder": "BIG",
        "timeout": 5, "retries": 1, "pollPeriod": 1000 * interval_s, "attributes": [], "timeseries": tags,
    }  # fmt: skip


def modpoll(folder: Path, ports: Sequence[int], _broker: int, interval_s: int) -> Program:
    """modpoll: all meters behind one port as it takes one connection; it keeps and sends nothing."""
    python = _environment(*MODPOLL)
    lines = []
    for unit in range(1, METERS + 1):
        lines += [f"device,meter{unit},{unit},,", f"poll,input_register,0,{WORDS},BE_BE"]
        lines += [f"ref,{name},{address},float32,r" for name, address in REGISTERS.items()]
    config = folder / "modpoll.csv"
    config.write_text("\n".join(lines) + "\n")
    command = [str(python), "-c", "from modpoll.main import app; app()", "--tcp", "127.0.0.1"]
    command += ["--tcp-port", str(ports[0]), "--config", str(config), "--rate", str(interval_s), "--interval", "0"]
    return Program("modpoll", command, 1, 8, sends=False)


def _units(line: int) -> range:
    return range(line + 1, METERS + 1, LINES)


def _environment(*packages: str) -> Path:
    """The Python of an environment with these packages, made once; Unavailable says why it cannot be."""
    folder = ROOT / ".energy/bench" / packages[0].replace("==", "-")
    python = folder / "bin/python"
    if python.exists():
        return python
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if not uv:
        raise Unavailable(f"{packages[0]}: there is no uv to install it with")
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
        [uv, "pip", "install", "--quiet", "--python", str(python), *packages],
    ):
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - fixed commands
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            raise Unavailable(f"{packages[0]} cannot be installed: {done.stderr.strip()[-300:]}")
    return python
