"""Search over everything: an exact number jumps straight there, words find names, pages and settings too."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from cloud_service.web.access import May, access
from cloud_service.web.search_hits import hits

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@access(May.READ)
def index() -> Response | str:
    """All hits; asked by the whole page, one exact hit opens at once."""
    text = request.args.get("q", "").strip()[:100]
    all_hits = hits(text)
    exact = [hit for hit in all_hits if hit.exact]
    if len(exact) == 1 and "HX-Request" not in request.headers:
        return redirect(exact[0].href)
    return render_template("console/search.html", q=text, hits=all_hits)
