"""Addresses as letters of many countries have them."""

import pytest

from cloud_service.domain.customers.address_habits import countries
from cloud_service.domain.customers.postal_address import PostalAddress
from cloud_service.domain.customers.printed_address import printed_lines, with_country


@pytest.mark.parametrize(
    ("country", "fields", "lines"),
    [
        ("DE", ("Hinterhaus\nKai 1", "20457", "Hamburg", ""), ("Hinterhaus", "Kai 1", "20457 Hamburg")),
        ("DE", ("Kai 1", "20457", "Hamburg", "Hamburg"), ("Kai 1", "20457 Hamburg")),
        ("CH", ("Weg 1", "8001", "Zürich", ""), ("Weg 1", "8001 Zürich")),
        ("GB", ("1 High St", "LS1 4AP", "Leeds", ""), ("1 High St", "Leeds", "LS1 4AP")),
        ("US", ("1 Main St", "62704", "Springfield", "IL"), ("1 Main St", "Springfield, IL 62704")),
        ("US", ("1 Main St", "", "Springfield", ""), ("1 Main St", "Springfield")),
        ("CA", ("1 King St", "M5V 2T6", "Toronto", "ON"), ("1 King St", "Toronto ON M5V 2T6")),
        ("AU", ("1 George St", "2000", "Sydney", "NSW"), ("1 George St", "Sydney NSW 2000")),
        ("IN", ("MG Road 1", "560001", "Bengaluru", "Karnataka"), ("MG Road 1", "Bengaluru 560001", "Karnataka")),
        ("IT", ("Via Roma 1", "20121", "Milano", "MI"), ("Via Roma 1", "20121 Milano MI")),
        ("BR", ("Rua 1", "01310-100", "São Paulo", "SP"), ("Rua 1", "São Paulo-SP", "01310-100")),
        ("BR", ("Rua 1", "01310-100", "São Paulo", ""), ("Rua 1", "São Paulo", "01310-100")),
        ("KE", ("P.O. Box 41", "00100", "Nairobi", ""), ("P.O. Box 41", "00100 Nairobi")),
        ("KE", ("P.O. Box 41", "", "Nairobi", ""), ("P.O. Box 41", "Nairobi")),
        ("LT", ("Gatvė 1", "01113", "Vilnius", ""), ("Gatvė 1", "LT-01113 Vilnius")),
        ("LT", ("Gatvė 1", "", "Vilnius", ""), ("Gatvė 1", "Vilnius")),
        ("SG", ("1 Raffles Pl", "048616", "Singapore", ""), ("1 Raffles Pl", "SINGAPORE 048616")),
        ("SG", ("1 Raffles Pl", "048616", "Jurong", ""), ("1 Raffles Pl", "Jurong", "SINGAPORE 048616")),
        ("AE", ("P.O. Box 123", "", "Dubai", "Dubai"), ("P.O. Box 123", "Dubai")),
        ("AE", ("P.O. Box 123", "", "Al Ain", "Abu Dhabi"), ("P.O. Box 123", "Al Ain", "Abu Dhabi")),
        ("AE", ("P.O. Box 123", "00000", "", "Dubai"), ("P.O. Box 123", "Dubai", "00000")),
        ("HK", ("1 Nathan Road", "", "Tsim Sha Tsui", "Kowloon"), ("1 Nathan Road", "Tsim Sha Tsui", "Kowloon")),
        ("JP", ("千代田1", "100-0001", "", "東京都"), ("〒100-0001", "東京都", "千代田1")),
        ("JP", ("1-1 Chiyoda", "100-0001", "", "Tokyo"), ("1-1 Chiyoda, Tokyo", "100-0001")),
        ("CN", ("某路1号", "100000", "朝阳", "北京市"), ("100000", "北京市朝阳", "某路1号")),
        ("GG", ("1 Quay", "GY1 1AA", "St Peter Port", ""), ("1 Quay", "St Peter Port", "GUERNSEY", "GY1 1AA")),
    ],
)
def test_lines_stand_in_the_order_of_the_country(country: str, fields: tuple[str, ...], lines: tuple[str, ...]) -> None:
    assert lines == printed_lines(PostalAddress(*fields), country)


def test_no_field_is_lost_in_any_country_but_a_region_that_letters_there_do_not_have() -> None:
    address = PostalAddress("Street 1\nDoor 2", "12345", "Town", "Land")
    for country in sorted(countries()):
        text = "\n".join(printed_lines(address, country))
        assert ["Street 1" in text, "Door 2" in text, "12345" in text, "Town" in text] == [True] * 4, country


def test_a_letter_abroad_names_the_country_once_in_the_language_of_the_sender() -> None:
    lines = ("Rue 1", "75001 Paris")
    assert (*lines, "FRANKREICH") == with_country(lines, "FR", "de")
    assert (*lines, "FRANCE") == with_country(lines, "FR", "en_KE")
    assert (*lines, "FRANCE") == with_country(lines, "FR", "ja")
    assert (*lines, "France") == with_country((*lines, "France"), "FR", "de")
    assert () == with_country((), "FR", "de")
