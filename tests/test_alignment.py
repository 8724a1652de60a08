from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline import alignment


@pytest.mark.parametrize(
    ('old', 'new', 'pairs'),
    [
        ('', '', []),
        ('', 'a', []),
        ('abc', 'abc', [(0, 0), (1, 1), (2, 2)]),
        ('abc', 'axc', [(0, 0), (2, 2)]),
        ('aaa', 'aaaa', [(0, 0), (1, 1), (2, 2)]),  # the last one is the added one
        ('xay', 'xaay', [(0, 0), (1, 1), (2, 3)]),
        ('abcd', 'cdab', [(0, 2), (1, 3)]),  # one of two moved blocks stays
        ('ababab', 'bababa', [(1, 0), (2, 1), (3, 2), (4, 3), (5, 4)]),  # no anchors
    ],
)
def test_lines_are_aligned(old: str, new: str, pairs: list[tuple[int, int]]) -> None:
    found = alignment.align(old, new)
    assert sorted((here, there) for there, here in found.items()) == pairs


@given(st.text('abc', max_size=40), st.text('abc', max_size=40))
def test_aligned_lines_are_equal_and_in_order(old: str, new: str) -> None:
    pairs = sorted(alignment.align(old, new).items())
    assert all(old[here] == new[there] for there, here in pairs)
    assert [here for _, here in pairs] == sorted({here for _, here in pairs})


def test_many_equal_lines_leave_the_rest_unaligned_and_end() -> None:
    old = ['x', 'y'] * 20_000
    new = ['y', 'y', 'x'] * 20_000
    assert len(alignment.align(old, new)) <= len(old)


@pytest.mark.parametrize(
    ('old', 'new'),
    [
        (b'a\nb\n', b'a\r\nb\r\n'),
        (b'a\nb\n', b'\ta\n    b'),
        (b'a\rb\r', b'a\nb\n'),
        (b'a\nb\n', '\ufeffa\nb\n'.encode('utf-16-be')),
    ],
)
def test_white_space_and_encoding_do_not_part_lines(old: bytes, new: bytes) -> None:
    assert alignment.of_contents(old, new) == {1: 1, 2: 2}
