"""Databases in parts, and what is done about an expression that takes too long."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from hookline import databases
from hookline.nouns import Failure


def wrong(number: int, reason: str) -> Failure:
    return Failure(f'form {number}: {reason}')


def hits(parts: Sequence[Sequence[object]], content: bytes) -> list[int]:
    found: set[int] = set()
    for database, numbers in databases.load(parts, prefilter=False):
        places: set[int] = set()
        database.scan(content, match_event_handler=lambda at, *_, s=places: s.add(at))
        found |= {numbers[place] for place in places}
    return sorted(found)


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    databases.prepare(str(tmp_path), 'some', [b'aaa', b'bbb', b'bbb'], False, wrong)
    monkeypatch.setattr(databases, 'PREPARED', str(tmp_path))


FORMS = (
    ([b'ccc'], [0], 1, 'none of it is prepared'),
    ([b'bbb'], [], 1, 'most of what is prepared is off'),
    ([b'bbb', b'aaa'], [1], 1, 'another order'),
    ([b'bbb', b'aaa', b'bbb', b'bbb'], [1], 2, 'one twin more than is prepared'),
    ([b'ccc', b'bbb', b'aaa'], [0, 2], 2, 'one more'),
)


@pytest.mark.usefixtures('prepared')
@pytest.mark.parametrize(('forms', 'found', 'parts', 'why'), FORMS)
def test_numbers_are_those_of_the_expressions_asked_for(
    forms: list[bytes], found: list[int], parts: int, why: str
) -> None:
    made = databases.compile('some', forms, False, wrong)
    assert len(made) == parts, why
    assert [one for one in hits(made, b'aaa ccc') if one >= 0] == found, why
    twins = [number for number, form in enumerate(forms) if form == b'bbb']
    assert [one for one in hits(made, b'bbb') if one >= 0] == twins, why


def test_without_anything_prepared_all_is_compiled(tmp_path: Path) -> None:
    (part,) = databases.compile('nothing-is-called-so', [b'aaa'], False, wrong)
    assert hits([part], b'aaa') == [0]


def test_no_expression_needs_no_database() -> None:
    assert databases.compile('nothing-is-called-so', [], False, wrong) == ()


def test_an_expression_that_is_refused_is_named() -> None:
    with pytest.raises(Failure, match=r'^form 1: hyperscan cannot use it'):
        databases.compile('x', [b'aaa', b'a*', b'bbb'], False, wrong)


def test_an_expression_that_takes_too_long_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(databases, 'TIME_LIMIT', 0.002)
    monkeypatch.setattr(databases, 'TIME_LIMIT_ALONE', 0.002)
    slow = b'(?:a[a-z]{1,190}b[a-z]{1,190}c){1,12}'
    with pytest.raises(Failure, match=r'^form 0: hyperscan needs over'):
        databases.compile('x', [slow, b'aaa'], False, wrong)


def test_the_extension_alone_is_that_of_the_package() -> None:
    code = (
        'import sys; from hookline import databases; alone = databases.extension(); '
        "assert 'hyperscan' not in sys.modules; import hyperscan; "
        'assert hyperscan.Database is alone.Database; '
        'assert databases.extension() is alone'
    )
    subprocess.run((sys.executable, '-c', code), check=True)


def test_the_platform_is_the_same_twice_and_says_which_hyperscan() -> None:
    assert databases.platform_key() == databases.platform_key()
    assert '_version.py:' in databases.platform_key()
