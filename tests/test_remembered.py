"""Answers of the code check's engines are kept, and are right when they come back."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from conftest import Repo, places
from hookline import cache, checks, library, programs, remembered, rulebook
from hookline.engines import semgrep
from hookline.nouns import Change, Match, Run

RULES = (b'rules' * 3, False)
SOURCE = str(Path(remembered.__file__).parent.parent)
CODE = b'eval(input())\n'
FOUND = Match('bandit-b307', 'a.py', 0, 13)


class Engine:
    """Answers of an engine, without the engine."""

    VERSION = '1'

    def looks_at(self, change: Change, paths: bool) -> str:
        return change.path if paths else change.path.rpartition('.')[2]

    def lasts(self, match: Match) -> bool:
        return match.message != 'out of time'


def recall(
    folder: Path,
    changes: Sequence[Change],
    rules: tuple[bytes, bool] = RULES,
    name: str = 'bandit',
) -> remembered.Memory:
    return remembered.recall(str(folder), Engine(), name, rules, changes)


def keep(
    folder: Path,
    changes: Sequence[Change],
    matches: Iterable[Match],
    rules: tuple[bytes, bool] = RULES,
) -> None:
    remembered.keep(
        str(folder), Engine(), recall(folder, changes, rules), list(matches)
    )


@pytest.mark.parametrize(
    ('change', 'rules', 'name'),
    [
        (Change('a.py', CODE + b'\n'), RULES, 'bandit'),  # another content
        (Change('a.py', CODE), (b'other', False), 'bandit'),  # other rules
        (Change('a.py', CODE), RULES, 'semgrep'),  # another engine
        (Change('a.js', CODE), RULES, 'bandit'),  # another language
    ],
)
def test_another_question_is_asked(
    tmp_path: Path, change: Change, rules: tuple[bytes, bool], name: str
) -> None:
    keep(tmp_path, [Change('a.py', CODE)], [FOUND])
    assert recall(tmp_path, [change], rules, name).asked == [change]


def test_another_path_is_asked_where_rules_look_at_paths(tmp_path: Path) -> None:
    rules = (RULES[0], True)
    keep(tmp_path, [Change('a.py', CODE)], [FOUND], rules)
    assert recall(tmp_path, [Change('b.py', CODE)], rules).asked
    assert not recall(tmp_path, [Change('a.py', CODE)], rules).asked


def test_the_same_content_elsewhere_has_the_same_answer(tmp_path: Path) -> None:
    keep(tmp_path, [Change('a.py', CODE), Change('c.py', b'')], [FOUND])
    memory = recall(tmp_path, [Change('src/b.py', CODE), Change('d.py', b'')])
    assert memory == ((FOUND._replace(path='src/b.py'),), [], {})


def test_an_answer_to_a_part_of_the_question_is_none_to_all_of_it(
    tmp_path: Path,
) -> None:
    change = Change('a.py', CODE)

    def asked(*scopes: str) -> list[Change]:
        return remembered.recall(
            *(str(tmp_path), Engine(), 'bandit', RULES, [change], scopes)
        ).asked

    part = remembered.recall(
        *(str(tmp_path), Engine(), 'bandit', RULES, [change], ('', 'part'))
    )
    remembered.keep(str(tmp_path), Engine(), part, [FOUND])
    assert asked('', 'part') == []
    assert asked('', 'another') == asked('') == [change]
    keep(tmp_path, [change], [FOUND])
    assert asked('', 'another') == asked('') == []


def test_what_a_limit_cut_short_is_asked_again(tmp_path: Path) -> None:
    changes = [Change('a.py', CODE), Change('b.py', CODE + CODE)]
    cut = FOUND._replace(path='b.py', message='out of time')
    keep(tmp_path, changes, [FOUND, cut])
    memory = recall(tmp_path, changes)
    assert (memory.asked, memory.found) == ([changes[1]], (FOUND,))


def test_every_part_of_a_match_comes_back(tmp_path: Path) -> None:
    match = Match('r', 'a.py', 1, 9, (2, 4), 'a part was not read', 'low', 'high')
    keep(tmp_path, [Change('a.py', CODE)], [match])
    assert recall(tmp_path, [Change('a.py', CODE)]).found == (match,)


@pytest.mark.parametrize(
    'rows',
    [
        None,
        [],
        ('eval',),
        ((),),
        (('r', 0, 3, None, '', ''),),  # too short
        (('r', 0, 99, None, '', '', ''),),  # beyond the content
        (('r', 3, 0, None, '', '', ''),),
        (('r', True, 3, None, '', '', ''),),
        (('r', 0, 3, (1,), '', '', ''),),
        (('r', 0, 3, (1, 99), '', '', ''),),
        (('r', 0, 3, None, '', 'none', ''),),
        (('r', 0, 3, None, '', '', 'none'),),
        ((b'r', 0, 3, None, '', '', ''),),
        (('r', 0, 3, None, None, '', ''),),
    ],
)
def test_what_is_not_an_answer_is_asked_again(tmp_path: Path, rows: object) -> None:
    change = Change('a.py', CODE)
    key = recall(tmp_path, [change]).keys['a.py']
    folder = tmp_path / remembered.FOLDER
    folder.mkdir()
    cache.store(str(folder), f'{key[0] % 64:02x}', b'answers 1', {key: rows})
    assert recall(tmp_path, [change]).asked == [change]


def test_a_damaged_file_is_asked_again(tmp_path: Path) -> None:
    change = Change('a.py', CODE)
    keep(tmp_path, [change], [FOUND])
    (file,) = (tmp_path / remembered.FOLDER).iterdir()
    whole = file.read_bytes()
    for damaged in (b'', whole[:-1], whole[:-1] + b'x', marshal.dumps({})):
        file.write_bytes(damaged)
        assert recall(tmp_path, [change]).asked == [change]


def test_the_oldest_answers_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, 'ENTRIES', 2)
    monkeypatch.setattr(remembered, 'FILES', 1)
    changes = [Change(f'{number}.py', b'%d' % number) for number in range(4)]
    for change in changes:
        keep(tmp_path, [change], [])
    assert recall(tmp_path, changes).asked == changes[:2]


def test_nothing_of_a_content_is_kept(tmp_path: Path) -> None:
    change = Change('a.py', b'password = "a value of the repository"\n')
    keep(tmp_path, [change], [FOUND._replace(secret=(11, 37))])
    (file,) = (tmp_path / remembered.FOLDER).iterdir()
    assert b'value' not in file.read_bytes()
    assert b'password' not in file.read_bytes()


def test_a_folder_that_cannot_be_written_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / remembered.FOLDER).write_text('a file')
    keep(tmp_path, [Change('a.py', CODE)], [FOUND])
    assert recall(tmp_path, [Change('a.py', CODE)]).asked


def test_the_digest_is_the_same_in_every_process() -> None:
    value = {'rules': [('a', ('python',), '{}', ('words', b'x'))], 'paths': False}
    code = f'from hookline import remembered; print(remembered.digest({value!r}).hex())'
    for seed in '1', '2':
        env = {**os.environ, 'PYTHONHASHSEED': seed, 'PYTHONPATH': SOURCE}
        said = subprocess.run((sys.executable, '-c', code), env=env, stdout=-1)
        assert said.stdout.decode().strip() == remembered.digest(value).hex()


# --- through the program -------------------------------------------------------------


def test_a_second_run_starts_no_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = library.Library([rulebook.builtin()], os.environ['HOOKLINE_CACHE_DIR'])
    limits = Run(str(tmp_path), 1, time.monotonic() + 60)
    changes = [Change('a.py', b'import os\nos.system(input())\n'), Change('b.py', b'')]

    def found() -> list[tuple[Match, ...]]:
        results = checks.find(changes, ['code'], shelf, limits)
        assert [result.failure for result in results] == ['', '']
        return [result.matches for result in results]

    first = found()
    assert any(first)
    monkeypatch.setattr(programs, 'run', None)
    assert found() == first


def test_a_rule_switched_off_is_not_remembered(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('HOOKLINE_CACHE_DIR', str(tmp_path / 'cache'))
    repo.stage('a.py', 'eval(input())\n')
    assert places(repo.hook('code', 'a.py')) == ['a.py:1 bandit-b307']
    repo.write('.hookline/policy.yaml', 'version: 1\nmode: {bandit-b307: "off"}\n')
    assert places(repo.hook('code', 'a.py')) == []


def test_semgrep_looks_at_the_language_and_not_at_the_folder() -> None:
    def looks(path: str, paths: bool = False) -> str:
        return semgrep.looks_at(Change(path, b''), paths)

    assert looks('a.ts') != looks('a.tsx')  # the core parses them differently
    assert looks('a.py') != looks('a.js')
    assert looks('src/a.py') == looks('b.py')
    assert looks('src/a.py', paths=True) != looks('b.py', paths=True)
