"""Fields of an address that fit their country, and those that do not."""

import pytest

from cloud_service.domain.customers.address_check import fitting, tidy
from cloud_service.domain.customers.postal_address import PostalAddress
from common.errors import InputError


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("DE", ("Kai 1", " 20457 ", "Hamburg", ""), ("Kai 1", "20457", "Hamburg", "")),
        ("DE", ("Kai 1", "D-20457", "Hamburg", "Hamburg"), ("Kai 1", "20457", "Hamburg", "Hamburg")),
        ("GB", ("1 High  St", "ls14ap", "Leeds", ""), ("1 High St", "LS1 4AP", "Leeds", "")),
        ("CA", ("1 King St", "m5v2t6", "Toronto", "Ontario"), ("1 King St", "M5V 2T6", "Toronto", "ON")),
        ("NL", ("Dam 1", "1012lg", "Amsterdam", ""), ("Dam 1", "1012 LG", "Amsterdam", "")),
        ("IE", ("1 Quay", "d02x285", "Dublin", ""), ("1 Quay", "D02 X285", "Dublin", "")),
        ("SE", ("Gatan 1", "11122", "Stockholm", ""), ("Gatan 1", "111 22", "Stockholm", "")),
        (
            "US",
            ("1 Main St", "62704-1234", "Springfield", "illinois"),
            ("1 Main St", "62704-1234", "Springfield", "IL"),
        ),
        ("AU", ("1 George St", "2000", "Sydney", "NSW"), ("1 George St", "2000", "Sydney", "NSW")),
        ("IN", ("MG Road 1", "560 001", "Bengaluru", "KA"), ("MG Road 1", "560001", "Bengaluru", "Karnataka")),
        ("IN", ("MG Road 1", "400001", "Mumbai", "IN-MH"), ("MG Road 1", "400001", "Mumbai", "Maharashtra")),
        ("IT", ("Via Roma 1", "20121", "Milano", "Milano"), ("Via Roma 1", "20121", "Milano", "MI")),
        ("BR", ("Rua 1", "01310100", "São Paulo", "são paulo"), ("Rua 1", "01310100", "São Paulo", "SP")),
        ("ES", ("Calle 1", "28013", "Madrid", ""), ("Calle 1", "28013", "Madrid", "")),
        ("AE", ("P.O. Box 123", "", "Dubai", ""), ("P.O. Box 123", "", "Dubai", "Dubai")),
        ("AE", ("ص.ب 123", "", "", "دبي"), ("ص.ب 123", "", "", "دبي")),
        ("HK", ("1 Nathan Road", "", "Tsim Sha Tsui", "Kowloon"), ("1 Nathan Road", "", "Tsim Sha Tsui", "Kowloon")),
        ("SG", ("1 Raffles Pl", "048616", "", ""), ("1 Raffles Pl", "048616", "", "")),
        ("JP", ("千代田1", "〒100-0001", "", "東京都"), ("千代田1", "100-0001", "", "東京都")),
        ("LT", ("Gatvė 1", "LT-01113", "Vilnius", ""), ("Gatvė 1", "01113", "Vilnius", "")),
        ("KE", ("P.O. Box 41", "", "Nairobi", ""), ("P.O. Box 41", "", "Nairobi", "")),
    ],
)
def test_what_fits_is_kept_as_the_country_writes_it(
    country: str, typed: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    assert PostalAddress(*kept) == fitting(PostalAddress(*typed), country)


@pytest.mark.parametrize(
    ("country", "typed", "path", "right"),
    [
        ("DE", ("Kai 1", "2045", "Hamburg", ""), "postcode", "26133"),
        ("DE", ("Kai 1", "", "Hamburg", ""), "postcode", "26133"),
        ("DE", ("Kai 1", "20457", "", ""), "city", "needs it"),
        ("DE", ("", "20457", "Hamburg", ""), "street", "needs it"),
        ("GB", ("1 High St", "12345", "Leeds", ""), "postcode", "EC1Y 8SY"),
        ("US", ("1 Main St", "62704", "Springfield", ""), "region", "Alabama"),
        ("US", ("1 Main St", "62704", "Springfield", "Ilinois"), "region", "Illinois"),
        ("IN", ("MG Road 1", "56001", "Bengaluru", "KA"), "postcode", "110034"),
        ("AE", ("P.O. Box 1", "00000", "", "Dubai"), "postcode", "empty"),
        ("AE", ("P.O. Box 1", "", "", "Paris"), "region", "for example"),
        ("XX", ("Kai 1", "20457", "Hamburg", ""), "country", "two capitals"),
        ("UK", ("Kai 1", "LS1 4AP", "Leeds", ""), "country", "GB"),
        ("DE", ("a\nb\nc\nd", "20457", "Hamburg", ""), "street", "3 at most"),
        ("DE", ("Kai 1", "20457", "x" * 201, ""), "city", "200"),
        ("DE", ("Kai\x07 1", "20457", "Hamburg", ""), "street", "200"),
    ],
)
def test_what_does_not_fit_is_named_with_what_is_right(
    country: str, typed: tuple[str, ...], path: str, right: str
) -> None:
    with pytest.raises(InputError) as caught:
        fitting(PostalAddress(*typed), country)

    assert path == caught.value.path
    assert right in caught.value.hint


def test_an_address_that_is_kept_as_written_is_only_tidied() -> None:
    hut = PostalAddress(" Hut 7 \n\n Beach", "?", "Nowhere ", "")
    assert PostalAddress("Hut 7\nBeach", "?", "Nowhere", "") == tidy(hut)
