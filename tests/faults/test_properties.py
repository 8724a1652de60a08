"""How files are dealt out, and to which run, changes nothing of what is found."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ways import LINE, by_range, by_scan_staged

from conftest import Repo, places
from hookline import library, rulebook, scan, sources
from hookline.nouns import Change
from values import github_token, password

PIECES = (
    LINE,
    f"other = '{github_token('other')}'\n",
    f'password = "{password()}"\n',
    f'url = "postgres://app:{password("url")}@db.example.com/x"\n',
    f"t = '{github_token('allowed')}'  # hookline: allow github-token -- a test\n",
    'x = 1\n',
    '# a comment about passwords\n',
    '\n',
    'def f(a):\n    return a\n',
    '"""\n',
    '\x00\n',
    'é\r\n',
)
FILES = st.lists(st.lists(st.sampled_from(PIECES), max_size=8), min_size=1, max_size=6)
FEW = settings(max_examples=25, deadline=None)


@cache
def shelf() -> library.Library:
    return library.Library([rulebook.builtin()], '')


def found(batches: Iterable[Sequence[Change]]) -> list[tuple[str, str, int, int]]:
    options = scan.Options(('secrets',), '/nowhere', '2027-01-31', 1, '')
    given_ = (sources.Batch(tuple(changes), ('secrets',)) for changes in batches)
    report = scan.run(given_, options, shelf())
    assert not report.failures
    rows = (row.finding for row in report.judged)
    return sorted((f.path, f.rule, f.place.line, f.place.column) for f in rows)


def changes(files: Sequence[Sequence[str]]) -> list[Change]:
    return [
        Change(f'{number}.py', ''.join(pieces).encode())
        for number, pieces in enumerate(files)
    ]


@FEW
@given(FILES)
def test_two_scans_find_what_one_of_both_finds(files: list[list[str]]) -> None:
    every = changes(files)
    alone = [row for change in every for row in found([[change]])]
    assert found([every]) == sorted(alone)


@FEW
@given(FILES, st.randoms(use_true_random=False))
def test_any_batches_in_any_order_find_the_same(
    files: list[list[str]], choose: random.Random
) -> None:
    every = changes(files)
    expected = found([every])
    choose.shuffle(every)
    cut = choose.randint(0, len(every))
    assert found([every[:cut], every[cut:]]) == expected


@FEW
@given(FILES)
def test_a_file_after_another_in_one_content_loses_no_token(
    files: list[list[str]],
) -> None:
    """What stands before or behind a line says nothing of a token of a known form."""

    def tokens(pieces: Sequence[str]) -> list[str]:
        rows = found([changes([pieces])])
        return [rule for _, rule, _, _ in rows if rule == 'github-token']

    apart = [rule for pieces in files for rule in tokens([*pieces, '\n'])]
    joined = [piece for pieces in files for piece in (*pieces, '\n')]
    assert tokens(joined) == apart


@pytest.mark.parametrize('seed', range(2))
def test_staged_and_committed_readings_agree(repo: Repo, seed: int) -> None:
    choose = random.Random(seed)
    files = {
        f'{number}.py': ''.join(choose.choices(PIECES, k=6)) for number in range(5)
    }
    staged = by_scan_staged(repo, files)
    repo.git('rm', '-q', '-r', '-f', '--cached', '.')
    committed = by_range(repo, files)
    assert places(staged)
    assert places(staged) == [place.split(' (')[0] for place in places(committed)]
    assert staged.status == committed.status == 1
