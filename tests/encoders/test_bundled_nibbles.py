from __future__ import annotations

import numpy as np
import pytest

from casefinder.encoders.bundled.nibbles import LARGEST_NIBBLE, pack, unpack


def test_what_was_packed_is_unpacked() -> None:
    table = np.random.default_rng(3).integers(-LARGEST_NIBBLE, LARGEST_NIBBLE + 1, (50, 24)).astype(np.int8)
    packed = pack(table)
    assert packed.shape == (50, 12)
    assert packed.dtype == np.uint8
    unpacked = unpack(packed)
    assert unpacked.dtype == np.int8
    np.testing.assert_array_equal(unpacked, table)


def test_the_layout_of_a_byte_stays() -> None:
    assert pack(np.array([[-7, 0, 7, 1]], np.int8)).tolist() == [[0xF1, 0x98]]


@pytest.mark.parametrize("table", [[[8, 0]], [[0, -8]], [[-128, 0]], [[1, 2, 3]]])
def test_what_does_not_fit_is_refused(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="can be packed"):
        pack(np.array(table, np.int8))
