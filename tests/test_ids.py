import pytest

from creditline.errors import Invalid
from creditline.ids import address, bytes32, work_id

CREATOR = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def test_hex_is_lower_case() -> None:
    assert bytes32("0x" + "AB" * 32) == "0x" + "ab" * 32
    assert bytes32(bytes(range(32))).startswith("0x000102")


@pytest.mark.parametrize("text", ["", "0x12", "ab" * 32, "0x" + "g" * 64, "0x" + "ab" * 33])
def test_what_is_not_32_bytes_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="not 32 bytes"):
        bytes32(text)


def test_addresses_are_checksummed() -> None:
    assert address(CREATOR.lower()) == CREATOR


def test_a_mistyped_checksum_is_refused() -> None:
    with pytest.raises(Invalid, match="checksum"):
        address(CREATOR.replace("dc79C8", "dc79c8"))


def test_the_same_hash_is_another_work_for_another_creator() -> None:
    content = bytes32(bytes(32))
    assert work_id(address(CREATOR), content) != work_id(address("0x" + "11" * 20), content)
