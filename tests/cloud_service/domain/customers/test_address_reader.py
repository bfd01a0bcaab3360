"""Addresses as people of many countries write them."""

import pytest

from cloud_service.domain.customers.address_reader import read_address
from cloud_service.domain.customers.postal_address import PostalAddress

STREET = "Street 1"


@pytest.mark.parametrize(
    ("country", "lines", "postcode", "city"),
    [
        ("DE", ("20457 Hamburg",), "20457", "Hamburg"),
        ("DE", ("D-20457 Hamburg", "Deutschland"), "20457", "Hamburg"),
        ("AT", ("1010 Wien",), "1010", "Wien"),
        ("CH", ("CH-8001 Zürich", "Schweiz"), "8001", "Zürich"),
        ("LU", ("L-1528 Luxembourg", "Luxembourg"), "1528", "Luxembourg"),
        ("FR", ("75001 Paris", "France"), "75001", "Paris"),
        ("FR", ("69266 LYON CEDEX 09",), "69266", "LYON CEDEX 09"),
        ("NL", ("1012 LG Amsterdam",), "1012 LG", "Amsterdam"),
        ("NL", ("1012LG Amsterdam", "Nederland"), "1012LG", "Amsterdam"),
        ("BE", ("1000 Bruxelles",), "1000", "Bruxelles"),
        ("PL", ("00-001 Warszawa",), "00-001", "Warszawa"),
        ("PT", ("1100-148 Lisboa",), "1100-148", "Lisboa"),
        ("CZ", ("110 00 Praha 1",), "110 00", "Praha 1"),
        ("SE", ("111 22 Stockholm",), "111 22", "Stockholm"),
        ("GR", ("105 57 Αθήνα",), "105 57", "Αθήνα"),
        ("IT", ("00184 Roma RM",), "00184", "Roma"),
        ("ES", ("28013 Madrid",), "28013", "Madrid"),
        ("LV", ("Rīga, LV-1050",), "LV-1050", "Rīga"),
        ("GB", ("Leeds", "LS1 4AP"), "LS1 4AP", "Leeds"),
        ("GB", ("London SW1A 2AA", "United Kingdom"), "SW1A 2AA", "London"),
        ("GB", ("Stratford-upon-Avon", "CV37 6QZ", "England"), "CV37 6QZ", "Stratford-upon-Avon"),
        ("IE", ("Dublin D02 X285",), "D02 X285", "Dublin"),
        ("US", ("Springfield, IL 62704",), "62704", "Springfield"),
        ("US", ("New York, NY 10001-1234", "USA"), "10001-1234", "New York"),
        ("CA", ("Toronto ON M5V 2T6",), "M5V 2T6", "Toronto"),
        ("AU", ("Sydney NSW 2000",), "2000", "Sydney"),
        ("NZ", ("Auckland 1010",), "1010", "Auckland"),
        ("IN", ("New Delhi 110001",), "110001", "New Delhi"),
        ("IN", ("Mumbai - 400001", "India"), "400001", "Mumbai"),
        ("IN", ("Bengaluru", "560 001"), "560 001", "Bengaluru"),
        ("BR", ("São Paulo - SP, 01310-100",), "01310-100", "São Paulo"),
        ("JP", ("東京都千代田区", "〒100-0001"), "〒100-0001", "東京都千代田区"),
        ("KE", ("00100 Nairobi", "Kenya"), "00100", "Nairobi"),
        ("KE", ("P.O. Box 123", "Nairobi 00100"), "00100", "Nairobi"),
        ("AE", ("P.O. Box 123", "Dubai", "United Arab Emirates"), "", "Dubai"),
        ("HK", ("Kowloon", "Hong Kong"), "", "Kowloon"),
        ("ZA", ("Cape Town", "8001", "South Africa"), "8001", "Cape Town"),
        ("", ("00-001 Warszawa", "Poland"), "00-001", "Warszawa"),
        ("", ("Leeds", "LS1 4AP"), "LS1 4AP", "Leeds"),
    ],
)
def test_an_address_is_read_by_the_habits_of_its_country(
    country: str, lines: tuple[str, ...], postcode: str, city: str
) -> None:
    address = read_address("\n".join((STREET, *lines)), country)

    assert (postcode, city) == (address.postcode, address.city)
    assert STREET == address.street_lines[0]


@pytest.mark.parametrize(
    ("country", "text", "address"),
    [
        ("US", "1 Main St\nSpringfield, IL 62704\nUnited States", ("1 Main St", "62704", "Springfield", "IL")),
        ("IT", "Via Roma 1\n00184 Roma RM", ("Via Roma 1", "00184", "Roma", "RM")),
        ("IT", "Via Roma 1\n20121 Milano (MI)\nItalia", ("Via Roma 1", "20121", "Milano", "MI")),
        ("IN", "MG Road 1\nMumbai 400001\nMaharashtra", ("MG Road 1", "400001", "Mumbai", "Maharashtra")),
        ("IN", "MG Road 1\nMumbai, Maharashtra 400001", ("MG Road 1", "400001", "Mumbai", "Maharashtra")),
        ("AE", "P.O. Box 123\nDubai", ("P.O. Box 123", "", "Dubai", "Dubai")),
        ("HK", "1 Nathan Road\nKowloon\nHong Kong", ("1 Nathan Road", "", "Kowloon", "Kowloon")),
        ("AT", "Seestrasse 7, 5310 Mondsee", ("Seestrasse 7", "5310", "Mondsee", "")),
        ("DE", "Hinterhaus, Kai 1, 20457 Hamburg, Germany", ("Hinterhaus, Kai 1", "20457", "Hamburg", "")),
        ("US", "1 Main St, Springfield, IL 62704", ("1 Main St", "62704", "Springfield", "IL")),
        ("AE", "P.O. Box 123, Dubai", ("P.O. Box 123", "", "Dubai", "Dubai")),
        ("KE", "Avenue 3, 2nd floor", ("Avenue 3, 2nd floor", "", "", "")),
        ("DE", "c/o Meier\nHinterhaus\nAufgang 2\nKai 1\n20457 Hamburg",
         ("c/o Meier\nHinterhaus\nAufgang 2, Kai 1", "20457", "Hamburg", "")),
    ],
)  # fmt: skip
def test_a_region_is_told_apart_and_nothing_is_lost(country: str, text: str, address: tuple[str, ...]) -> None:
    assert PostalAddress(*address) == read_address(text, country)


def test_what_cannot_be_told_stays_in_the_street() -> None:
    assert (PostalAddress("Somewhere"), PostalAddress()) == (read_address("Somewhere"), read_address(""))


def test_a_house_number_is_no_postcode() -> None:
    three = "c/o Meier\nHafenstraße 1234\nHamburg"
    assert (
        PostalAddress("c/o Meier\nHafenstraße 1234", "", "Hamburg") == read_address(three, "DE") == read_address(three)
    )
    assert PostalAddress("Hafenstraße 1234", "", "Hamburg") == read_address("Hafenstraße 1234\nHamburg", "DE")
