from cloud_service.domain.tariffs.document_file import read_document
from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.example.operator import (
    BANK_ACCOUNTS,
    FILES,
    HABITS,
    SITES,
    STEP_S,
    flats,
    flats_of,
    meters_of,
    sheet_rows,
    tariff_files,
)
from cloud_service.sheets.heads.columns import KINDS


def test_every_flat_lies_at_a_site_and_two_of_them_are_in_other_zones() -> None:
    assert {flat.site for flat in flats()} == {site.name for site in SITES}
    assert {"Africa/Nairobi", "Europe/Berlin"} == {site.timezone for site in SITES}
    assert {site.timezone for site in SITES} == {row["Time zone"] for row in sheet_rows()}


def test_the_heads_of_the_sheet_are_those_of_the_empty_sheet_that_users_get() -> None:
    assert set() == set(sheet_rows()[0]) - {column.title for column in KINDS["flats"].columns}


def test_each_register_says_how_far_apart_its_readings_are_so_that_none_between_is_estimated() -> None:
    for row in sheet_rows():
        details = row["Register details"].split("+")
        assert len(row["Register"].split("+")) == len(details)
        assert {str(STEP_S)} == {text.rpartition("/")[2] for text in details}


def test_one_client_is_prepaid_and_habits_are_of_accounts_that_are_there() -> None:
    assert ["Nyota Salon"] == [flat.client for flat in flats() if flat.mode == "prepaid"]
    assert set(HABITS) <= {flat.account for flat in flats() if flat.mode == "postpaid"}


def test_every_tariff_can_be_priced_in_the_currency_of_its_sites_which_has_a_bank_account() -> None:
    currencies = {file: load_tariff(read_document(FILES / "tariffs" / file)).currency for file in tariff_files()}

    for row in sheet_rows():
        assert row["Site currency"] == currencies[f"{row['Tariff']}.toml"]
    assert set(BANK_ACCOUNTS) == set(currencies.values())


def test_unit_n_of_a_site_s_line_is_its_nth_flat() -> None:
    assert ["25111001", "25111002", "25111003", "25111004", "25111005"] == meters_of(SITES[0])
    assert "Αθηνά Παπαδοπούλου" == flats_of(SITES[1])[1].client
