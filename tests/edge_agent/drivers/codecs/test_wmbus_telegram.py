from decimal import Decimal

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs.wmbus_telegram import decode_wireless

# examples of the OMS specification, volume 2, annex N: a gas meter in plain, with profile A (mode 5) and B (mode 7)
PLAIN = "2E4493157856341233037A2A0000002F2F0C1427048502046D32371F1502FD1700002F2F2F2F2F2F2F2F2F2F2F2F2F"
MODE_5 = "2E4493157856341233037A2A0020255923C95AAA26D1B2E7493B013EC4A6F6D3529B520EDFF0EA6DEFC99D6D69EBF3"
MODE_5_CRC = (
    "2E44931578563412330333637A2A0020255923C95AAA26D1B2E7493BC2AD013EC4A6F6D3529B520EDFF0EA6DEFC955B29D6D69EBF3EC8A"
)
MODE_7 = (
    "434493157856341233038C2075900F002C25B30A000021924D4F2FB66E017A75002007109058475F4BC91DF878B80A1B0F98B629024AAC72"
    "7942BFC549233C0140829B93"
)
KEY_5 = bytes.fromhex("0102030405060708090A0B0C0D0E0F11")
KEY_7 = bytes.fromhex("000102030405060708090A0B0C0D0E0F")
# a water meter with an encrypted extended link layer
ELL = "2A442D2C998734761B168D2091D37CAC21E1D68CDAFFCD3DC452BD802913FF7B1706CA9E355D6C2701CC24"
KEY_ELL = bytes.fromhex("28F64A24988064A079AA2C807D6102AE")
OUTSIDE = (11, 12, 15)  # bytes of mode 7 that no code protects: access and fragment number; they carry no value


@pytest.mark.parametrize(("telegram", "key"), [(PLAIN, None), (MODE_5, KEY_5), (MODE_5_CRC, KEY_5), (MODE_7, KEY_7)])
def test_the_standards_examples_give_volume_and_time(telegram: str, key: bytes | None) -> None:
    decoded = decode_wireless(bytes.fromhex(telegram), key)

    assert ("12345678", "ELS", 0x33, "Gas") == (decoded.id, decoded.manufacturer, decoded.version, decoded.medium)
    assert (Decimal("28504.27"), "m^3") == (decoded.records[0].value, decoded.records[0].unit)
    assert "2008-05-31T23:50:00Z" == decoded.records[1].value


def test_an_encrypted_link_layer_is_opened_with_the_key() -> None:
    decoded = decode_wireless(bytes.fromhex(ELL), KEY_ELL)

    assert ("76348799", "KAM") == (decoded.id, decoded.manufacturer)
    assert [Decimal("6.408")] * 2 == [record.value for record in decoded.records if record.quantity == "Volume"]


@pytest.mark.parametrize("telegram", [MODE_5, MODE_7, ELL])
def test_without_the_key_it_says_that_one_is_needed(telegram: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_wireless(bytes.fromhex(telegram))

    assert "encrypted" == caught.value.code


@pytest.mark.parametrize("telegram", [MODE_5, MODE_7, ELL])
def test_a_wrong_key_is_found_out(telegram: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_wireless(bytes.fromhex(telegram), bytes(16))

    assert "wrong_key" == caught.value.code


@pytest.mark.parametrize(("telegram", "key"), [(MODE_5_CRC, KEY_5), (MODE_7, KEY_7)])
def test_a_protected_telegram_with_a_flipped_bit_is_never_accepted(telegram: str, key: bytes) -> None:
    good = bytes.fromhex(telegram)
    protected = range(10, len(good)) if telegram == MODE_7 else range(len(good))
    for index in protected:
        damaged = bytearray(good)
        damaged[index] ^= 4
        if telegram == MODE_7 and index in OUTSIDE:
            continue
        with pytest.raises(DecodeError):
            decode_wireless(bytes(damaged), key)


@pytest.mark.parametrize("length", range(46))
def test_a_cut_telegram_is_refused(length: int) -> None:
    with pytest.raises(DecodeError):
        decode_wireless(bytes.fromhex(MODE_5)[:length], KEY_5)
