"""The child process that lays out an operator's own template: no network, no secrets, little time and memory.

Reads one JSON object from stdin (`renderer`, `template`, `view`, `day`) and writes the PDF to stdout; a fault of the
template is one line on stderr and exit code 1. `operator_template` starts it; nothing else should.
"""

import json
import os
import re
import resource
import sys
import time
from datetime import UTC, datetime
from typing import Any

CPU_S = 3
MEMORY_BYTES = 1_500_000_000
FORBIDDEN = frozenset({
    "socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
    "os.fork", "ctypes.dlopen", "os.remove", "os.rename", "os.mkdir",
})  # fmt: skip


SEARCHED = re.compile(r"\(searched at [^)]*\)")  # where our folders are is nobody's business


class TemplateError(Exception):
    """What the operator's template does wrong, in a sentence for its author."""


def confine() -> None:
    """Give up what a template never needs; cannot be undone in this process."""
    spent = int(time.process_time()) + 1  # starting Python and its libraries is not the template's fault
    resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_S, spent + CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    """The audit hook of the HTML renderer: Python code that tries any of these is stopped."""
    if event in FORBIDDEN:
        raise TemplateError(f"a template may not do this: {event}")


def main() -> int:
    """Lay out the template of stdin."""
    order = json.load(sys.stdin.buffer)
    os.environ["SOURCE_DATE_EPOCH"] = str(int(datetime.fromisoformat(order["day"]).replace(tzinfo=UTC).timestamp()))
    make = {"typst": by_typst, "html": by_html}[order["renderer"]]
    try:
        pdf = make(order["template"], order["view"], order["day"])
    except TemplateError as error:
        sys.stderr.write(" ".join(str(error).split())[:500])
        return 1
    except MemoryError:
        sys.stderr.write("the template needs too much memory")
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


def by_typst(template: str, view: dict[str, Any], day: str) -> bytes:
    """Typst reads nothing outside of our template folder; packages from the network are refused."""
    import typst

    from cloud_service.documents.typesetter import FONTS, TEMPLATES

    confine()
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    try:
        pdf = typst.Compiler(root=TEMPLATES, font_paths=fonts).compile(
            template.encode(),
            format="pdf",
            sys_inputs={"view": json.dumps(view, ensure_ascii=False, sort_keys=True)},
            timestamp=datetime.fromisoformat(day).replace(tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise TemplateError(SEARCHED.sub("", error.message)) from error
    if not isinstance(pdf, bytes):
        raise TemplateError("the template makes no page")
    return pdf


def by_html(template: str, view: dict[str, Any], _day: str) -> bytes:
    """Jinja in its sandbox, then xhtml2pdf with no reach but our fonts."""
    import io
    import logging

    from jinja2 import StrictUndefined
    from jinja2 import TemplateError as JinjaError
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from reportlab import rl_config  # type: ignore[import-untyped]  # ships no types
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import RenderLimitError, ResourceAccessPolicy

    from cloud_service.documents.missing_letters import note_missing_letters, sentence_of
    from cloud_service.documents.typesetter import FONTS

    missing = note_missing_letters()
    logging.disable(logging.WARNING)
    rl_config.invariant = 1
    confine()
    sys.addaudithook(refuse)
    try:
        html = (
            ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined).from_string(template).render(view)
        )
    except (JinjaError, SecurityError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise TemplateError(str(error) or type(error).__name__) from error
    policy = ResourceAccessPolicy.server(FONTS, allow_remote=False, max_render_seconds=float(CPU_S))
    out = io.BytesIO()
    try:
        css = default_css(str(FONTS))
        done = pisa.CreatePDF(html, dest=out, default_css=css, resource_policy=policy, encoding="utf-8")
    except (RenderLimitError, RecursionError) as error:
        raise TemplateError(f"too large or too deep: {error}") from error
    if done.err or not out.getvalue().startswith(b"%PDF"):
        raise TemplateError("the HTML cannot be laid out")
    if missing:
        raise TemplateError(sentence_of(missing))
    return out.getvalue()


def default_css(fonts: str) -> str:
    """xhtml2pdf's own defaults and our fonts, so that every Latin, Greek and Cyrillic letter is embedded."""
    from xhtml2pdf.default import DEFAULT_CSS

    faces = [("Noto Sans", "NotoSans"), ("Noto Sans Arabic", "NotoSansArabic"), ("Noto Sans Thai", "NotoSansThai")]
    rules = [
        f'@font-face {{ font-family: "{family}"; src: url("{fonts}/{file}-{weight}.ttf"); font-weight: {css_weight}; }}'
        for family, file in faces
        for weight, css_weight in (("Regular", "normal"), ("Bold", "bold"))
    ]
    css = "\n".join(rules)
    return f'{DEFAULT_CSS}\n{css}\nhtml, body, td, th, p, h1, h2, h3 {{ font-family: "Noto Sans"; }}'


if __name__ == "__main__":
    sys.exit(main())
