"""AES-128 and its modes, against the examples of FIPS 197 and NIST SP 800-38A and B."""

import pytest

from edge_agent.drivers.codecs.aes128 import Aes128


class TestAes:
    """The examples of FIPS 197 and NIST SP 800-38A and 38B."""

    key = Aes128(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"))
    block = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")

    def test_one_block_and_back(self) -> None:
        cipher = Aes128(bytes(range(16)))
        plain = bytes.fromhex("00112233445566778899aabbccddeeff")

        assert "69c4e0d86a7b0430d8cdb78070b4c55a" == cipher.encrypt(plain).hex()
        assert plain == cipher.decrypt(cipher.encrypt(plain))

    def test_chained_and_counted(self) -> None:
        assert self.block == self.key.cbc_decrypt(bytes.fromhex("7649abac8119b246cee98e9b12e9197d"), bytes(range(16)))
        start = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
        assert "874d6191b620e3261bef6864990db6ce" == self.key.ctr(self.block, start).hex()

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            ("", "bb1d6929e95937287fa37d129b756746"),
            ("6bc1bee22e409f96e93d7e117393172a", "070a16b46b4d4144f79bdd9dd04a287c"),
            (
                "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
                "dfa66747de9ae63030ca32611497c827",
            ),
        ],
    )
    def test_message_authentication_codes(self, data: str, code: str) -> None:
        assert code == self.key.cmac(bytes.fromhex(data)).hex()

    def test_a_key_of_another_length_is_refused(self) -> None:
        with pytest.raises(ValueError, match="16 bytes"):
            Aes128(b"short")
