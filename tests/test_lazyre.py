"""Patterns are what re makes of them, whether compiled or read from the cache."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hookline import cache, fragments, lazyre, rulebook

PATTERNS: list[tuple[str | bytes, int]] = [
    (r'a(?P<one>b+)|(c)(?P<two>d)?', 0),
    (rb'(?i)(?<!x)token[ \t]{0,5}=\s*(\S{8,})\b', 0),
    (r'\w+[é-ü]', re.IGNORECASE),
    (rb'^a.b$', re.MULTILINE | re.DOTALL),
    ('', 0),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[str]:
    lazyre.use(str(tmp_path))
    yield str(tmp_path)
    lazyre.use('')


def forget() -> None:
    lazyre._made.clear()
    lazyre._new.clear()
    lazyre._lazy.clear()  # type: ignore[attr-defined]


def used(source: str | bytes, flags: int) -> re.Pattern[str] | re.Pattern[bytes]:
    made = lazyre.compile(source, flags)
    assert made.flags == re.compile(source, flags).flags
    return lazyre._made[source, int(flags)]


def test_what_is_kept_equals_what_re_makes(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for source, flags in PATTERNS:
        used(source, flags)
    lazyre.keep()
    forget()
    lazyre.use(folder)
    for source, flags in PATTERNS:
        assert used(source, flags) == re.compile(source, flags)
    assert not lazyre._new


def test_every_regex_of_our_rules_can_be_kept() -> None:
    book = rulebook.load([rulebook.builtin()])
    regexes = [
        fragments.expanded(rule.block['regex']).encode()
        for rule in book.rules.values()
        if rule.engine == 'pattern' and 'regex' in rule.block
    ]
    assert regexes
    for source in regexes:
        used(source, 0)
        assert lazyre._packed(source, 0)


@pytest.mark.parametrize('value', [b'', b'x', b'[]', b'\xdb\x01\0\0\0'])
def test_a_kept_pattern_that_is_damaged_is_compiled(folder: str, value: bytes) -> None:
    source, flags = PATTERNS[0]
    cache.store(folder, lazyre.FILE, lazyre._signature(), {(source, flags): value})
    forget()
    lazyre.use(folder)
    assert used(source, flags) == re.compile(source, flags)


def test_the_file_stays_small(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazyre, 'MAX_KEPT', 2)
    forget()
    for number in range(4):
        used(f'a{number}', 0)
    lazyre.keep()
    kept = cache.load(folder, lazyre.FILE, lazyre._signature())
    assert [source for source, _ in kept] == ['a2', 'a3']


def test_functions_answer_as_those_of_re() -> None:
    text = 'one two  three'
    assert lazyre.sub(r'\s+', ' ', text) == re.sub(r'\s+', ' ', text)
    assert lazyre.split(r'\s+', text, 1) == re.split(r'\s+', text, maxsplit=1)
    assert lazyre.findall(r'T\w+', text, lazyre.IGNORECASE) == ['two', 'three']
    for name in ('search', 'match', 'fullmatch'):
        ours, theirs = getattr(lazyre, name), getattr(re, name)
        assert bool(ours('one', text)) == bool(theirs('one', text))
    assert [m.span() for m in lazyre.finditer('t', text)] == [(4, 5), (9, 10)]
    assert lazyre.escape('a.b') == re.escape('a.b')


def test_known_patterns_need_no_re(folder: str) -> None:
    code = (
        'import sys; from hookline import lazyre as r; r.use(sys.argv[1]); '
        "assert r.search(r'a(b)', 'ab').group(1) == 'b'; r.keep(); "
        "sys.exit('re' in sys.modules)"
    )
    command = (
        sys.executable,
        '-S',
        '-c',
        f'import sys; sys.path[:0] = {sys.path!r}; {code}',
        folder,
    )
    assert subprocess.run(command, check=False).returncode == 1
    assert subprocess.run(command, check=False).returncode == 0
