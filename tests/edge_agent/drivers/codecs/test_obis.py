"""OBIS codes."""

import pytest

from edge_agent.drivers.codecs.obis import is_same_code


@pytest.mark.parametrize(
    ("given", "wanted", "fits"),
    [
        ("1-0:1.8.0*255", "1.8.0", True),
        ("1.8.0", "1.8.0", True),
        ("1.8.0", "1-0:1.8.0", False),
        ("1-0:1.8.0", "1-0:1.8.0", True),
        ("1.8.0*01", "1.8.0", False),
        ("1.8.1", "1.8.0", False),
        ("0-1:24.2.1", "0-2:24.2.1", False),
        ("6.8", "6.8", True),
    ],
)
def test_a_code_means_the_present_value_of_any_channel_unless_it_says_more(given: str, wanted: str, fits: bool) -> None:
    assert fits is is_same_code(given, wanted)
