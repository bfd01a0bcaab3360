"""Both shapes of the URDB become documents of ours."""

import json

import pytest

from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.domain.tariffs.urdb import import_urdb, is_urdb
from common.errors import InputError
from tests.cloud_service.domain.tariffs.urdb.records import D, book, record
from tests.shared import need_shared


def test_both_shapes_are_known_and_ours_is_not_one() -> None:
    assert is_urdb(record())
    assert is_urdb(book())
    assert is_urdb({"items": [record()]})
    assert not is_urdb({"id": "x", "currency": "EUR", "charges": []})


def test_an_answer_with_one_item_is_its_record() -> None:
    assert import_urdb({"items": [record()]}).document == import_urdb(record()).document
    with pytest.raises(InputError, match="one rate is needed"):
        import_urdb({"items": [record(), record()]})


def test_days_of_validity_are_kept_on_demand() -> None:
    assert "from" not in import_urdb(record(startdate=1388534400)).document
    assert "2014-01-01" == import_urdb(record(startdate=1388534400), dated=True).document["from"]
    assert "2015-06-30" == import_urdb(record(enddate="2015-06-30"), dated=True).document["until"]
    assert ("2026-06-01", "2026-11-01") == tuple(
        import_urdb(book(), dated=True).document[key] for key in ("from", "until")
    )


def test_every_stored_tariff_is_imported() -> None:
    paths = sorted(need_shared("groundtruth", "tariffs").glob("*.json"))

    for path in paths:
        load_tariff(import_urdb(json.loads(path.read_text(), parse_float=D), dated=True).document)
    assert 68 == len(paths)
