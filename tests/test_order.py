"""Values in which letters or digits follow each other."""

from __future__ import annotations

import random

import pytest

from hookline import order
from hookline.generators import ALNUM, characters

DRAW = random.Random('order')
HEX = '0123456789abcdef'


@pytest.mark.parametrize(
    ('value', 'counted'),
    [
        (b'a1b2c3d4e5f6', False),  # steps of two do not count
        (b'abcdef123456', False),  # neither run is long enough
        (b'sk_abcdefg_91', True),
        (b'x7654321y', True),
        (b'AbCdEfGhQ', True),  # in either case
        (b'deadbeefdeadbeef', False),
        (b'rpa_ABC123DEF456GHI789JKL', True),  # with digits between
        (b'0ab1cd2ef0ab1cd2ef0ab1cd2ef', False),  # chance does that in hexadecimal
    ],
)
def test_what_counts_up_or_down_is_seen(value: bytes, counted: bool) -> None:
    assert order.counts(value) is counted


@pytest.mark.parametrize(
    ('value', 'defaced'),
    [
        (characters(DRAW, ALNUM, 40), False),
        (f'{DRAW.randrange(10**6)}2345678/{characters(DRAW, HEX, 32)}', False),  # an id
        ('abcd1234efgh5678ijkl9012mnop3456', False),  # made up from end to end
        ('0123456789abcdef' * 3, False),
        (f'key_{characters(DRAW, ALNUM, 20)}abc{characters(DRAW, ALNUM, 20)}', False),
        (f'gsk_{characters(DRAW, ALNUM, 40)}276543210', True),
        (f'acme_1234567{characters(DRAW, HEX, 40)}', True),
        (f'sbp_{characters(DRAW, HEX, 34)}abcdef', True),  # six are enough at an end
        (f'sbp_abcdef{characters(DRAW, HEX, 34)}', True),
    ],
)
def test_a_part_that_somebody_counted_over_is_seen(value: str, defaced: bool) -> None:
    assert order.defaced(value.encode()) is defaced


def test_chance_defaces_nothing() -> None:
    for alphabet in (ALNUM, HEX):
        drawn = [characters(DRAW, alphabet, 40).encode() for _ in range(3000)]
        assert [value for value in drawn if order.defaced(value)] == []
