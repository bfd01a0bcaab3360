import re
from collections.abc import Sequence

import pytest
from werkzeug.datastructures import MultiDict

from cloud_service.store.identity.list_choices import ChosenColumns
from cloud_service.web.lists.chosen_columns import columns_in_order, typed_choice
from cloud_service.web.lists.column import Column
from tests.cloud_service.web.conftest import Console, post

COLUMNS = (Column("a", "A"), Column("b", "B"), Column("c", "C", on_screen=False))


def shown(choice: Sequence[str]) -> list[str]:
    return [column.key for column in columns_in_order(COLUMNS, ChosenColumns(choice)) if column.on_screen]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [((), ["a", "b"]), (("c", "a"), ["c", "a"]), (("gone",), ["a", "b"]), (("gone", "b"), ["b"])],
)
def test_chosen_columns_stand_in_their_order_and_what_no_longer_exists_is_left_out(
    choice: Sequence[str], expected: list[str]
) -> None:
    assert expected == shown(choice)
    assert {"a", "b", "c"} == {column.key for column in columns_in_order(COLUMNS, ChosenColumns(choice))}


def test_a_form_is_read_by_the_numbers_beside_the_ticks() -> None:
    form = MultiDict(
        [("columns", "a"), ("columns", "b"), ("columns", "c"), ("place.a", "3"), ("place.b", "1"), ("place.c", "x"),
         ("size", "100")]
    )  # fmt: skip

    assert ChosenColumns(["b", "a", "c"], 100) == typed_choice(form)
    moved = MultiDict(
        [("columns", "a"), ("columns", "c"), ("place.a", "1"), ("was.a", "1"), ("place.c", "1"), ("was.c", "3")]
    )
    assert ["c", "a"] == typed_choice(moved).columns
    assert 25 == typed_choice(MultiDict([("columns", "a"), ("size", "1000000")])).size


def test_a_list_has_at_least_one_column(fresh: Console) -> None:
    answer = post(fresh.sign_in("billing"), "/clients", "/me/lists", page="clients", size="50")

    assert 422 == answer.status_code
    assert "a list has at least one column" in answer.text


def test_the_choice_counts_on_the_page_and_files_have_all_columns(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    post(clerk, "/clients", "/me/lists", page="clients", columns=["phone", "name"], size="50")
    page = clerk.get("/clients").text
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page)

    assert ["Phone", "TENANT NAME"] == [head.strip() for head in heads if head.strip()]
    assert re.search(r"<option selected>50</option>", page)
    assert "E-mail" in clerk.get("/clients.csv").text
    post(clerk, "/clients?size=25", "/me/lists", page="clients", reset="yes")
    assert "E-mail" in clerk.get("/clients").text


def test_every_list_can_keep_a_view(console: Console) -> None:
    admin = console.sign_in("admin")
    for path in ("/meters", "/gateways", "/runs", "/audit", "/tariffs", "/clients", "/points"):
        assert "Save this view" in admin.get(f"{path}?q=x").text, path
