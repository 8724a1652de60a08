"""A share of the files to each core."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from hookline import checks, library, rulebook, shares
from hookline.nouns import Change, Failure, Run

pytestmark = pytest.mark.skipif(
    sys.platform != 'linux', reason='elsewhere nothing is forked'
)


@pytest.mark.parametrize(
    ('sizes', 'cores', 'expected'),
    [
        ([1, 1], 1, [[1, 1]]),  # one core
        ([5], 2, [[5]]),  # nothing to share
        ([0, 0], 2, [[0], [0]]),
        ([1, 2, 9, 3], 2, [[9], [1, 2, 3]]),  # by bytes, in their order
    ],
)
def test_shares_are_about_equal(
    sizes: list[int], cores: int, expected: list[list[int]]
) -> None:
    changes = [Change('a', b'x' * size) for size in sizes]
    found = [
        [len(change.content) for change in share]
        for share in shares.split(changes, cores)
    ]
    assert found == expected


def test_a_process_returns_what_its_work_returns() -> None:
    waits = [shares.start(lambda n=n: ('é\udcff', n, None)) for n in range(3)]
    assert [wait() for wait in waits] == [('é\udcff', n, None) for n in range(3)]


def test_more_than_a_pipe_holds_comes_through() -> None:
    assert len(shares.start(lambda: b'x' * (1 << 20))()) == 1 << 20


def test_a_process_that_dies_is_a_failure() -> None:
    with pytest.raises(Failure, match='ended with 7'):
        shares.start(lambda: os._exit(7))()


def test_work_that_raises_is_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> Any:
        raise ValueError('of content')

    with pytest.raises(Failure, match='ended with 1'):
        shares.start(work)()
    assert 'of content' not in ''.join(capfd.readouterr())


def test_processes_find_what_one_finds(tmp_path: Path) -> None:
    rules = library.Library([rulebook.builtin()], str(tmp_path))
    filling = b'a line without anything in it\n' * 6000
    changes = [
        Change(
            f'{number}.py',
            filling + b'password = "%s"\n' % os.urandom(12).hex().encode(),
        )
        for number in range(40)
    ]
    assert sum(len(change.content) for change in changes) > checks.SHARED_BYTES

    def found(jobs: int) -> list[Any]:
        run = Run('', jobs, float('inf'))
        results = checks.find(changes, ('secrets',), rules, run)
        assert not any(result.failure for result in results)
        assert [result.taken for result in results] == [40, 40]
        return sorted(match for result in results for match in result.matches)

    alone = found(1)
    assert alone
    assert found(3) == alone
