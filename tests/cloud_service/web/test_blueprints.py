from pathlib import Path

from cloud_service.web import blueprints
from cloud_service.web.blueprints import BLUEPRINTS, PAGES

WEB = Path(blueprints.__file__).parent


def test_every_module_with_pages_is_named_here_and_reachable() -> None:
    modules = {str(path) for path in WEB.rglob("*.py") if "blueprint = Blueprint(" in path.read_text(encoding="utf-8")}

    assert modules - {str(WEB / "assets.py")} == {str(page.__file__) for page in PAGES}


def test_no_two_have_the_same_name() -> None:
    names = [blueprint.name for blueprint in BLUEPRINTS]

    assert len(names) == len(set(names))
