"""An electronic address names its scheme; what is none is refused."""

import pytest

from cloud_service.domain.invoicing.electronic_address import check_electronic_address
from common.errors import InputError


@pytest.mark.parametrize("address", ["", "0088:7300010000001", "9930:DE123456789", "EM:a@example.org"])
def test_a_scheme_and_an_id_are_an_address(address: str) -> None:
    check_electronic_address(address)


@pytest.mark.parametrize("address", ["7300010000001", "0000:1", "0088:", "0088:1 2", "XX:1"])
def test_what_is_no_address_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(InputError, match="0088:7300010000001"):
        check_electronic_address(address)
