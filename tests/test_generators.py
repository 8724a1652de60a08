"""Generated examples are reproducible, random, and nothing that stands in this tree."""

from __future__ import annotations

import random
import re

import pytest

from hookline.engines.pattern import entropy
from hookline.examples import expand
from hookline.generators import NAMED


@pytest.mark.parametrize('name', sorted(NAMED))
def test_the_seed_decides(name: str) -> None:
    first, again, other = (NAMED[name](random.Random(seed)) for seed in 'aab')
    assert first == again
    assert first != other


@pytest.mark.parametrize('name', sorted(NAMED))
def test_a_template_can_name_it(name: str) -> None:
    assert re.fullmatch(r'[a-z0-9-]+', name)
    text = expand(f'x {{{{{name}}}}} y', 'seed')
    assert '{{' not in text
    assert text.startswith('x ')


@pytest.mark.parametrize('name', sorted(set(NAMED) - {'upper-hex'}))
def test_it_looks_random(name: str) -> None:
    # Low enough for hexadecimal digits of a UUID, high enough against a constant.
    assert entropy(NAMED[name](random.Random(name)).encode()) > 2.9


@pytest.mark.parametrize(
    ('name', 'shape'),
    [
        ('aws-key-id', r'AKIA[A-Z2-7]{16}'),
        ('base32-lower', r'[a-z2-7]{52}'),
        ('bcrypt-hash', r'\$2b\$12\$[./A-Za-z0-9]{53}'),
        ('discord-token', r'[MNO][\w-]{23}\.[\w-]{6}\.[\w-]{38}'),
        ('github-token', r'[A-Za-z0-9]{36}'),
        ('nkey', r'SU[A-Z2-7]{56}'),
        ('uuid', r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'),
    ],
)
def test_it_has_the_shape_that_rules_expect(name: str, shape: str) -> None:
    for seed in range(20):
        assert re.fullmatch(shape, NAMED[name](random.Random(seed))), f'seed {seed}'
