"""A share of the files to each core."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from hookline import checks, library, rulebook, scan, shares, sources
from hookline.nouns import Change, Failure, Report, Run
from values import github_token

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


def test_a_tree_is_spread_over_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / 'top'
    for number in range(90):
        file = top / f'{number % 7}' / f'{number}.py'
        file.parent.mkdir(parents=True, exist_ok=True)
        value = os.urandom(12).hex() if number % 15 == 0 else 'x'
        file.write_text(f'password = "{value}"\n' + '# a line\n' * 30)

    rules = library.Library([rulebook.builtin()], str(tmp_path))
    monkeypatch.setattr(sources, 'PORTION', 8)
    sizes: list[int] = []
    crew = shares.crew

    def counted(size: int, *rest: Any) -> list[Any]:
        sizes.append(size)
        return crew(size, *rest)

    monkeypatch.setattr(shares, 'crew', counted)

    def report(jobs: int) -> Report:
        portions = sources.portions(
            [str(top)], str(top), None, ('secrets',), lambda _: ''
        )
        options = scan.Options(('secrets',), str(top), '2027-01-31', jobs, '')
        return scan.spread(portions, options, rules)

    def plain(report: Report) -> list[object]:
        rows = [
            row._replace(finding=row.finding._replace(identity=b''))
            for row in report.judged
        ]
        return [rows, report.files, report.lines, report.checks[0].files]

    alone = report(1)
    assert not sizes
    assert {row.finding.path for row in alone.judged} == {
        f'{number % 7}/{number}.py' for number in range(0, 90, 15)
    }
    assert plain(report(3)) == plain(alone)
    assert sizes == [3]


def _dies_on(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Let the process end that is not this one and is to look at a file."""
    from hookline.engines import pattern

    me, find = os.getpid(), pattern.find

    def deadly(changes: Any, *rest: Any) -> Any:
        if os.getpid() != me and any(change.path == path for change in changes):
            os.kill(os.getpid(), 9)
        return find(changes, *rest)

    monkeypatch.setattr(pattern, 'find', deadly)


def test_a_process_that_dies_hides_no_finding_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / 'top'
    top.mkdir()
    token = github_token()
    lost = f'01-{token}.py'
    for name in (lost, *(f'{number:02}.py' for number in range(40))):
        (top / name).write_text(f'password = "{os.urandom(12).hex()}"\n')
    monkeypatch.setattr(sources, 'PORTION', 1)
    _dies_on(monkeypatch, '01-********.py')
    portions = sources.portions([str(top)], str(top), None, ('secrets',), lambda _: '')
    options = scan.Options(('secrets',), str(top), '2027-01-31', 2, '')
    report = scan.spread(portions, options, library.Library([rulebook.builtin()], ''))
    (failure,) = report.failures
    assert 'ended with -9; it did not look at 01-********.py' in failure
    found = {row.finding.path for row in report.judged}
    assert found
    assert not any(path.startswith('01-') for path in found)


def test_a_share_that_is_lost_hides_no_finding_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = library.Library([rulebook.builtin()], str(tmp_path))
    filling = b'a line without anything in it\n' * 6000
    secret = b'password = "%s"\n' % os.urandom(12).hex().encode()
    changes = [Change(f'{n:02}.py', filling + secret) for n in range(40)]
    _, lost = shares.split(changes, 2)
    _dies_on(monkeypatch, lost[0].path)
    results = checks.find(changes, ('secrets',), rules, Run('', 2, float('inf')))
    names = {change.path for change in lost}
    failures = {result.failure for result in results}
    said = f'it did not look at {lost[0].path}, '
    assert [said in failure for failure in failures] == [True]
    found = {match.path for result in results for match in result.matches}
    assert found == {change.path for change in changes} - names


def test_what_cannot_be_read_of_a_tree_hides_nothing_of_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        file = tmp_path / f'{number:02}.py'
        file.write_text(f'password = "{os.urandom(12).hex()}"\n')
    os.mkfifo(tmp_path / '05.fifo')
    monkeypatch.setattr(sources, 'PORTION', 1)
    portions = sources.portions(
        [str(tmp_path)], str(tmp_path), None, ('secrets',), lambda _: ''
    )
    options = scan.Options(('secrets',), str(tmp_path), '2027-01-31', 2, '')
    report = scan.spread(portions, options, library.Library([rulebook.builtin()], ''))
    assert [f.partition(':')[0] for f in report.failures] == ['05.fifo']
    paths = [row.finding.path for row in report.judged]
    assert paths == [f'{number:02}.py' for number in range(12)]
