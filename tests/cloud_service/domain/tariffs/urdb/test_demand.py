"""Demand charges of a record: by month, by time of use, with a look-back."""

from cloud_service.domain.tariffs.urdb import import_urdb
from tests.cloud_service.domain.tariffs.urdb.records import HOURS, PEAK, D, june, record


def test_flat_demand_has_the_price_of_its_month() -> None:
    flat = [[{"rate": 5}], [{"rate": 9, "max": 2}, {"rate": 7}]]

    rating = june(record(flatdemandstructure=flat, flatdemandmonths=[0] * 5 + [1] + [0] * 6), "3")

    assert [D(18), D(7)] == [line.amount for line in rating.lines if line.charge == "demand"]


def test_a_look_back_is_a_ratchet() -> None:
    document = import_urdb(
        record(flatdemandstructure=[[{"rate": 5}]], lookbackpercent=D("0.8"), lookbackrange=6)
    ).document

    assert {"share": "0.8", "months": 6} == document["charges"][0]["ratchet"]


def test_demand_by_time_of_use_has_a_window_where_the_record_says_it() -> None:
    extra = {"demandratestructure": [[{"rate": 3}], [{"rate": 8}]], "demandwindow": 30}

    document = import_urdb(record(**extra, demandweekdayschedule=PEAK, demandweekendschedule=HOURS)).document

    assert 30 == document["charges"][0]["window_min"]
