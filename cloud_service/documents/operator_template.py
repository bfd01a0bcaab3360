"""Operators' own templates: laid out by a child process that can reach nothing and is stopped after a few seconds."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

from common.errors import InputError

WALL_S = 15.0
PDF_BYTES_MAX = 30_000_000
NOWHERE = "http://127.0.0.1:9"  # the discard port: whatever asks for the network is told at once that there is none


def render_custom(renderer: str, template: str, view: Mapping[str, Any], day: date) -> bytes:
    """The PDF of the operator's template, `typst` or `html`; InputError with the template's fault."""
    if renderer == "typst" and "@preview" in template:
        raise InputError("packages from the network are not available to templates", path="template")
    order = {"renderer": renderer, "template": template, "view": dict(view), "day": day.isoformat()}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "cloud_service.documents.sandboxed_html"],
            input=json.dumps(order, ensure_ascii=False).encode(),
            capture_output=True,
            timeout=WALL_S,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError("the template takes too long", path="template") from error
    if done.returncode < 0:
        raise InputError("the template takes too long or too much memory", path="template")
    if done.returncode or not done.stdout.startswith(b"%PDF") or len(done.stdout) > PDF_BYTES_MAX:
        error_lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise InputError(error_lines[-1] if error_lines else "the template makes no PDF", path="template")
    return done.stdout


def _environment() -> dict[str, str]:
    """Nothing of ours: no passwords, no addresses; only what Python needs to start."""
    inherited = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH") if name in os.environ}
    paths = os.pathsep.join(path for path in sys.path if path)
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    return (
        inherited
        | proxies
        | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    )
