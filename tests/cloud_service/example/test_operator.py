from cloud_service.domain.tariffs.document_file import read_document
from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.example.operator import CLIENTS, SITES, TARIFFS, clients_of, meters_of
from cloud_service.example.seed import FOLDER


def test_every_client_lives_at_a_site_and_has_a_tariff_that_is_there() -> None:
    assert {client.site for client in CLIENTS} == {site.name for site in SITES}
    assert {client.tariff for client in CLIENTS} <= set(TARIFFS)


def test_every_tariff_of_the_example_can_be_priced_in_the_currency_of_its_sites() -> None:
    currencies = {code: load_tariff(read_document(FOLDER / f"{code}.toml")).currency for code in TARIFFS}

    for site in SITES:
        assert {site.currency} == {currencies[client.tariff] for client in clients_of(site)}


def test_unit_n_of_a_site_s_line_is_its_nth_client() -> None:
    site = SITES[0]

    assert len(clients_of(site)) == len(meters_of(site))
    assert f"{site.gateway}-01" == meters_of(site)[0]
