"""Without hyperscan the secrets check finds the same."""

from __future__ import annotations

import marshal
import os
import sysconfig
import time
from pathlib import Path

import pytest

from hookline import checks, databases, plain, policyfile, regexes, rulebook
from hookline.commands import scan
from hookline.nouns import Change, Compiled, Run
from test_windows import RULES as PATTERNS
from test_windows import texts

BOOK = rulebook.load([rulebook.builtin()], policyfile.locks)
PLUGINS = [rule for rule in BOOK.rules.values() if rule.engine == 'detect-secrets']
RUN = Run(cache='', jobs=1, deadline=time.monotonic() + 3600)
ENGINES = (('pattern', PATTERNS), ('detect-secrets', PLUGINS))  # all of checks.INSIDE


def compiled() -> dict[str, Compiled]:
    return {name: checks.engine(name).compile(rules, ()) for name, rules in ENGINES}


@pytest.fixture(scope='module')
def fast() -> dict[str, Compiled]:
    return compiled()


def absent() -> None:
    raise ImportError


@pytest.fixture
def _without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, 'extension', absent)


@pytest.fixture(scope='module')
def slow() -> dict[str, Compiled]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(databases, 'extension', absent)
        made = compiled()
    for part in (part for one in made.values() for part in one['databases']):
        assert part[0].startswith(databases.PLAIN)
    return made


def found(changes: list[Change], rules: dict[str, Compiled]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, _ in ENGINES:
        engine = checks.engine(name)
        taken = [change for change in changes if engine.takes(change)]
        matches = list(engine.find(taken, rules[name], RUN))
        # Places and not values: a test that fails prints them.
        rows += [(m.rule, m.path, str(m.secret), m.confidence) for m in matches]
    return sorted(rows)


def examples() -> list[Change]:
    return [
        Change(f'{rule.id}/{number}.{end}', text.encode())
        for rule in PATTERNS
        for number, text in [*enumerate(texts(rule))][::8]
        for end in (('py', 'yml', 'txt')[number % 3],)
    ]


def installed() -> list[Change]:
    """Return files of Python's library, of all sizes."""
    top = Path(sysconfig.get_paths()['stdlib'])
    files = sorted(file for file in top.glob('[a-z]*/*.py') if file.is_file())
    return [Change(file.name, file.read_bytes()) for file in files[:: len(files) // 30]]


@pytest.mark.parametrize('changes', [examples, installed], ids=['examples', 'library'])
def test_the_same_is_found(
    changes: object,
    fast: dict[str, Compiled],
    slow: dict[str, Compiled],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert callable(changes)
    content = changes()
    expected = found(content, fast)
    monkeypatch.setattr(databases, 'extension', absent)
    assert set(found(content, slow)) ^ set(expected) == set()
    assert expected or changes is installed


@pytest.mark.usefixtures('_without')
def test_rules_compiled_with_hyperscan_are_still_of_use(
    fast: dict[str, Compiled],
) -> None:
    engine = checks.engine('pattern')
    value = os.urandom(9).hex()
    content = f'password = "{value}"'.encode()
    # A copy, or the databases would be those that are loaded.
    rules = marshal.loads(marshal.dumps(fast['pattern']))
    (match,) = engine.find([Change('a.py', content)], rules, RUN)
    assert match.secret == (12, 12 + len(value))


WORDS = [
    (rb'(?i:acme|ac.?me)_key', {b'acme', b'_key'}, {b'_key'}),
    (rb'gh[pos]_[a-z]{4}', {b'ghp_', b'gho_', b'ghs_'}, None),
    (rb'(?:[Ss]|\xc5\xbf)ecret', {b'secret', b'\xc5\xbfecret'}, None),
    (rb'(?:ab)?cd', {b'cd'}, None),
    (rb'[a-z]{20}', set(), None),
    (rb'(?:abc|[0-9])[a-z]', set(), None),
    (rb'(?:abc|[0-9]+def)', {b'abc', b'def'}, None),
    (rb'\bkey\b', {b'key'}, None),
    (rb'(?:token){2,}', {b'token'}, None),
]


@pytest.mark.parametrize(('regex', 'words', 'other'), WORDS)
def test_every_match_has_one_of_the_words(
    regex: bytes, words: set[bytes], other: set[bytes] | None
) -> None:
    assert set(regexes.needed(regex)) in (words, other)


def test_each_line_with_a_match_is_reported() -> None:
    forms = [rb'k\s*=\s*\d', rb'zz']
    database = plain.Database(forms, plain.words(forms))
    content = b'k=1 k=2\nk=\nk=3\nx\nk=4'
    ends: list[tuple[int, int]] = []
    database.scan(content, lambda number, _, end, *rest: ends.append((number, end)))
    assert {content.count(b'\n', 0, end) for _, end in ends} == {0, 2, 4}
    assert {number for number, _ in ends} == {0}


@pytest.mark.usefixtures('_without')
def test_it_is_said_where_more_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv('HOOKLINE_CACHE_DIR', str(tmp_path / 'cache'))
    file = tmp_path / 'a.py'
    file.write_text(f'password = "{os.urandom(9).hex()}"\n')
    arguments = ['--check', 'secrets', '--no-cache', str(file)]
    assert scan.main([*arguments, '-v']) == 1
    assert databases.SLOW in capsys.readouterr().out
    assert scan.main(arguments) == 1
    assert databases.SLOW not in capsys.readouterr().out
