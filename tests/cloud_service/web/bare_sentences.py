"""Find sentences that no catalogue knows: in views by their syntax tree, in templates by the page they would draw.

A view's string is a sentence where it begins with a capitalised word or joins two words, or stands where only people
read it (`Field`, `flash`, an error). A template's is any text or spoken attribute with letters, also out of a constant
of an expression; and a constant that looks like a sentence anywhere in an expression.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

TRANSLATORS = {
    "_", "_l", "_ln", "gettext", "lazy_gettext", "ngettext", "pgettext", "lazy_pgettext", "lazy_ngettext",
}  # fmt: skip
LIKE_A_SENTENCE = re.compile(r"^[A-Z][a-zäöü]+([ .,:;!?…]|$)|[a-z]{2,} [a-z]{2,}")
LETTERS = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
FOR_PEOPLE: dict[str, set[int | str]] = {
    "Column": {1, "label"}, "Filter": {1, "label"}, "Field": {1, 3, "label", "hint", "group"}, "flash": {0},
    "FormPage": {0, 2, 3, "title", "submit", "note"}, "menu_item": {0}, "InputError": {0, "hint"},
    "ListPage": {"title", "section", "search", "empty", "help"}, "NotFoundError": {0, "hint"},
    "ConflictError": {0, "hint"}, "ForbiddenError": {0, "hint"}, "UnavailableError": {0, "hint"},
}  # fmt: skip
"""Arguments that people read, by position and by name."""
NO_SENTENCES = {
    "Lax", "Cookie", "Referer", "Vary", "light dark",  # headers, a style
    "Energy Billing", "Stripe", "English", "Deutsch", "Français", "Kiswahili",  # names are the same in every language
    "Español", "Italiano", "Nederlands", "Polski",
    "10 per minute; 60 per hour", "20 per minute", "60 per minute",  # limits of requests
    "another payer", "asked for",  # reasons in the audit log where none was typed
    "refused on %s %s: %s", "unhandled error on %s %s", "refused a call for %s: %s",  # the log is English
}  # fmt: skip
SPOKEN = {
    "title", "aria-label", "placeholder", "alt", "label", "data-label", "data-confirm",
    "data-failed", "data-empty", "data-power", "data-estimated",  # what the load profile says
}  # fmt: skip
LABELLED = {"label", "event_label"}  # filters that find the word for a code
NOT_READ = {"code", "kbd", "script", "style", "pre"}
SAME_EVERYWHERE = {"kWh", "CSV", "XLSX", "PDF", "IBAN", "BIC", "UTC"}


def in_view(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each bare sentence of a module; the name `_` given to anything else counts as one."""
    tree = ast.parse(source)
    exempt = _documentation(tree) | _translated(tree) | _codes(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in exempt:
            if _reads_like_a_sentence(node.value):
                yield node.lineno, node.value
        elif isinstance(node, ast.Call):
            yield from _read_by_people(node, exempt)
        elif isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Store):
            yield node.lineno, "_ is the catalogue's name"


def _reads_like_a_sentence(text: str) -> bool:
    """Markup begins with an angle bracket, a document of several lines is an example to copy."""
    return bool(LIKE_A_SENTENCE.search(text)) and text not in NO_SENTENCES and text[0] != "<" and "\n" not in text


def _codes(tree: ast.AST) -> set[int]:
    """Keys of tables, what is compared, the nouns of lists (keys as well) and names of types are codes."""
    keys = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    nouns = {id(keyword.value) for call in calls for keyword in call.keywords if keyword.arg == "noun"}
    types = {id(call.args[0]) for call in calls if _called(call) in ("TypeVar", "cast")}
    compared = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare | ast.Subscript)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant)
    }
    return keys | nouns | types | compared


def _documentation(tree: ast.AST) -> set[int]:
    """Strings that stand alone are documentation."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _translated(tree: ast.AST) -> set[int]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) in TRANSLATORS)
    return {id(inner) for call in calls for inner in ast.walk(call)}


def _called(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _read_by_people(call: ast.Call, exempt: set[int]) -> Iterator[tuple[int, str]]:
    places = FOR_PEOPLE.get(_called(call), set())
    arguments: list[tuple[int | str | None, ast.expr]] = [*enumerate(call.args)]
    arguments += [(keyword.arg, keyword.value) for keyword in call.keywords]
    for place, argument in arguments:
        if place not in places:
            continue
        for node in ast.walk(argument):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in exempt:
                continue
            if LETTERS.search(node.value):
                yield node.lineno, node.value


class _Page(HTMLParser):
    """Collects what a person would see or hear of a page that has no values in it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in NOT_READ
        self.texts += [value or "" for name, value in attrs if name in SPOKEN]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in NOT_READ

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


def in_template(source: str) -> list[str]:
    """Each bare sentence of a template."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    page = _Page()
    page.feed(_drawn(tree))
    spoken = (" ".join(text.split()) for text in page.texts if '="' not in text)  # attributes set apart are no text
    bare = [text for text in spoken if set(LETTERS.findall(text)) - SAME_EVERYWHERE]
    shadows = ["_ is the catalogue's name" for name in tree.find_all(nodes.Name) if name == nodes.Name("_", "store")]
    return bare + [text for text in _constants(tree) if _reads_like_a_sentence(text)] + shadows


def _drawn(node: nodes.Node) -> str:
    """The markup of a template with all branches one after the other, and of expressions the constants they show."""
    if isinstance(node, nodes.TemplateData):
        return node.data
    if isinstance(node, nodes.Expr):
        return _shown(node)
    return "".join(
        _drawn(child) for child in node.iter_child_nodes(exclude=("test", "iter", "target", "template", "defaults"))
    )


def _shown(node: nodes.Node | None) -> str:
    match node:
        case nodes.Const(value=str(text)):
            return text
        case nodes.CondExpr():
            return f"{_shown(node.expr1)} {_shown(node.expr2)}"
        case nodes.Or() | nodes.And() | nodes.Add():
            return f"{_shown(node.left)} {_shown(node.right)}"
        case nodes.Concat():
            return "".join(_shown(operand) for operand in node.nodes)
        case nodes.Getitem(node=nodes.Dict() as table):
            return " ".join(_shown(pair.value) for pair in table.items)
        case nodes.Filter(name=name) if name not in LABELLED:
            return _shown(node.node)
        case _:
            return ""


def _constants(node: nodes.Node) -> Iterator[str]:
    """The strings of all expressions but those that a catalogue translates."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in TRANSLATORS:
        return
    if isinstance(node, nodes.Compare):
        return  # against a code
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _constants(child)


def in_script(source: str) -> list[str]:
    """Each string of a script that reads like a sentence; what a script says comes with its page."""
    code = re.sub(r"^\s*//.*$", "", source, flags=re.MULTILINE)
    return [text for text in re.findall(r'"([^"\n]*)"', code) if re.match(r"[A-Z][a-z]+ [a-z]", text)]


def of_folder(folder: Path) -> list[str]:
    """All bare sentences of the views, templates and own scripts below a folder: `file:line: text`."""
    in_views = [
        f"{path.relative_to(folder)}:{line}: {text}"
        for path in sorted(folder.rglob("*.py"))
        for line, text in in_view(path.read_text(encoding="utf-8"))
    ]
    in_templates = [
        f"{path.relative_to(folder)}: {text}"
        for path in sorted(folder.rglob("*.html"))
        for text in in_template(path.read_text(encoding="utf-8"))
    ]
    in_scripts = [
        f"{path.relative_to(folder)}: {text}"
        for path in sorted(folder.glob("static/*.js"))
        for text in in_script(path.read_text(encoding="utf-8"))
    ]
    return in_views + in_templates + in_scripts
