from flask import Flask

from cloud_service.web.lists.address import here


def test_a_changed_list_starts_at_its_first_page_and_keeps_its_filters() -> None:
    with Flask(__name__).test_request_context("/bills?status=open&status=part&page=3&sort=total"):
        assert "/bills?status=open&status=part&sort=number" == here(sort="number")
        assert "/bills?status=open&status=part&sort=total&page=4" == here(page=4)
        assert "/bills.csv?sort=total" == here("/bills.csv", status=None)
