"""What is accepted, what is not, and that the file says nothing about a secret."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from hookline import baseline
from hookline.baseline import EMPTY, Baseline, Entry
from hookline.fingerprints import fingerprint
from hookline.nouns import Failure, Finding, Place

SALT = bytes(range(16))


def finding(
    line: int = 1,
    *,
    text: str = 'token = ********',
    path: str = 'app.py',
    rule: str = 'some-rule',
    context: str = '',
    value: bytes | None = b'swordfish',
    salt: bytes = SALT,
) -> Finding:
    return Finding(
        rule=rule,
        check='secrets',
        title='A title',
        severity='high',
        confidence='high',
        path=path,
        place=Place(line, 1, line, 5),
        message='',
        snippet=text,
        caret=(0, 4),
        identity=b'',
        context=context,
        fingerprint=fingerprint(rule, path, text, context, value, salt),
    )


@pytest.mark.parametrize(
    'other',
    [
        {'text': 'key = ********'},
        {'path': 'lib/app.py'},
        {'path': 'App.py'},
        {'rule': 'another-rule'},
        {'context': 'def main():'},
        {'value': b'hunter2'},  # replaced on the same line
        {'salt': bytes(16)},  # another repository
        {'value': None},
        # fields do not run into each other
        {'path': 'app.py\0token', 'text': '= ********'},
    ],
)
def test_what_is_not_the_same_finding_has_another_fingerprint(
    other: dict[str, object],
) -> None:
    assert finding(**other).fingerprint != finding().fingerprint  # type: ignore[arg-type]


@pytest.mark.parametrize(
    'other',
    [
        {'line': 99},  # moved down
        {'text': '\ttoken  =   ********'},  # indented anew
    ],
)
def test_a_finding_that_only_moved_keeps_its_fingerprint(
    other: dict[str, object],
) -> None:
    assert finding(**other).fingerprint == finding().fingerprint  # type: ignore[arg-type]


def test_without_a_salt_a_value_leaves_no_trace() -> None:
    one, other = finding(value=b'one', salt=b''), finding(value=b'other', salt=b'')
    assert one.fingerprint == other.fingerprint


def test_the_digits_of_a_value_are_the_same_at_each_place() -> None:
    """Were they not, each place would tell twelve bits more of the value."""
    digits = {
        finding(path=path, rule=rule, context=context).fingerprint.split('-')[4]
        for path in ('a', 'b')
        for rule in ('some-rule', 'another-rule')
        for context in ('', 'def f():')
    }
    assert len(digits) == 1
    assert len(digits.pop()) == 3


def test_a_path_that_is_not_utf8_survives_the_file() -> None:
    odd = finding(path='caf\udce9.py')
    written = baseline.write(baseline.accept([odd], EMPTY._replace(salt=SALT)))
    assert baseline.apply([odd], baseline.read(written)) == ([], [odd])


@pytest.mark.parametrize(
    ('accepted', 'found', 'kept'),
    [
        ([], [finding()], [finding()]),
        ([finding()], [finding()], []),
        ([finding()], [finding(7)], []),
        ([finding()], [finding(1), finding(7)], [finding(7)]),  # one more of the same
        ([finding(1), finding(2)], [finding(7)], []),
        ([finding()], [finding(value=b'new')], [finding(value=b'new')]),
        ([finding(path='old.py')], [finding()], [finding()]),  # renamed: name it anew
    ],
)
def test_as_many_are_accepted_as_were_there(
    accepted: list[Finding], found: list[Finding], kept: list[Finding]
) -> None:
    written = baseline.write(baseline.accept(accepted, EMPTY._replace(salt=SALT)))
    assert baseline.apply(found, baseline.read(written))[0] == kept


def test_the_file_is_the_same_whatever_the_order_of_findings() -> None:
    some = [finding(path='b.py'), finding(path='a.py'), finding(rule='a-rule')]
    old = EMPTY._replace(salt=SALT)
    forwards = baseline.write(baseline.accept(some, old))
    assert forwards == baseline.write(baseline.accept(some[::-1], old))
    rows = json.loads(forwards)['entries']
    assert [(row['path'], row['rule']) for row in rows] == [
        ('a.py', 'some-rule'),
        ('app.py', 'a-rule'),
        ('b.py', 'some-rule'),
    ]


def test_an_entry_is_one_line_without_line_number_or_value() -> None:
    written = baseline.write(baseline.accept([finding(4711)], EMPTY))
    lines = [line for line in written.splitlines() if b'some-rule' in line]
    assert [{*json.loads(line.rstrip(b','))} for line in lines] == [
        {'fingerprint', 'rule', 'path'}
    ]
    assert b'4711' not in written
    assert b'swordfish' not in written
    # What other scanners, and ours, would take for a key.
    assert not re.search(rb'"[0-9a-f]{16,}"', b''.join(lines))


def test_the_salt_is_made_once_and_kept() -> None:
    first = baseline.accept([finding()], EMPTY)
    assert len(first.salt) == 16
    assert first.salt != baseline.accept([finding()], EMPTY).salt
    assert baseline.accept([], first).salt == first.salt


def test_an_empty_baseline_reads_back() -> None:
    empty = Baseline(SALT, ())
    assert baseline.read(baseline.write(empty)) == empty


def test_entries_of_paths_that_were_not_read_stay() -> None:
    old = baseline.accept([finding(path='a.py'), finding(path='b.py')], EMPTY)
    new = baseline.accept([], old, scanned={'a.py'})
    assert [entry.path for entry in new.entries] == ['b.py']
    assert baseline.accept([], old).entries == ()


@pytest.mark.parametrize(
    ('found', 'scanned', 'gone'),
    [
        ([finding(), finding(2)], None, []),
        ([finding(), finding(2), finding(3)], None, []),
        ([], {'other.py'}, []),  # not read, so nothing is known
        ([], {'app.py'}, [2]),
        ([finding(9)], None, [1]),  # one of two
        ([], None, [2]),  # the file is gone
    ],
)
def test_stale_entries_are_those_that_nothing_needs(
    found: list[Finding], scanned: set[str] | None, gone: list[int]
) -> None:
    old = baseline.accept([finding(), finding(2)], EMPTY)
    stale = baseline.stale(old, found, scanned)
    assert [entry.count for entry in stale] == gone
    pruned = baseline.prune(old, stale)
    assert baseline.stale(pruned, found, scanned) == ()
    assert baseline.apply(found, pruned) == baseline.apply(found, old)


ENTRY = '{"fingerprint": "f", "rule": "r", "path": "p"}'


@pytest.mark.parametrize(
    ('content', 'said'),
    [
        ('', 'not JSON'),
        ('\udcff', 'not JSON'),
        ('[' * 200_000, 'not JSON'),  # deeper than the parser goes
        ('<<<<<<< HEAD\n=======\n>>>>>>> topic\n', 'merge conflict'),
        ('[]', 'expected version, salt and entries'),
        ('{"version": 1}', 'expected version, salt and entries'),
        ('{"version": 2, "salt": "SALT", "entries": []}', 'version: expected 1'),
        ('{"version": true, "salt": "SALT", "entries": []}', 'version: expected 1'),
        ('{"version": 1, "salt": "", "entries": []}', 'salt: expected 32 hex'),
        ('{"version": 1, "salt": "xy", "entries": []}', 'salt: expected 32 hex'),
        ('{"version": 1, "salt": 5, "entries": []}', 'salt: expected 32 hex'),
        ('{"version": 1, "salt": "SALT", "entries": {}}', 'entries: expected a list'),
        ('{"version": 1, "salt": "SALT", "entries": [5]}', 'entries.0: expected'),
        (
            '{"version": 1, "salt": "SALT", "entries": [ENTRY, {"rule": "r"}]}',
            'entries.1.fingerprint: expected text',
        ),
        (
            '{"version": 1, "salt": "SALT", "entries": [{"line": 1}]}',
            'entries.0: expected',
        ),
        *(
            (
                '{"version": 1, "salt": "SALT", "entries": ['
                + ENTRY[:-1]
                + f', "count": {count}}}]}}',
                'entries.0.count: expected a number',
            )
            for count in ('0', '-1', 'true', '1.5', '"2"', '1e9', 'null')
        ),
    ],
)
def test_a_damaged_baseline_is_an_error_that_names_the_file(
    content: str, said: str
) -> None:
    content = content.replace('SALT', SALT.hex()).replace('ENTRY', ENTRY)
    with pytest.raises(Failure) as raised:
        baseline.read(content.encode('utf-8', 'surrogateescape'), 'x/baseline.json')
    assert str(raised.value).startswith('x/baseline.json: ')
    assert said in str(raised.value)


def test_an_entry_that_came_from_both_sides_of_a_merge_counts_once() -> None:
    entries = (Entry('p', 'r', 'f', 1), Entry('p', 'r', 'f', 2))
    written = baseline.write(Baseline(SALT, entries))
    assert baseline.read(written).entries == (Entry('p', 'r', 'f', 2),)


def test_git_merges_entries_of_different_files(tmp_path: Path) -> None:
    old = baseline.accept([finding(path=f'{x}.py') for x in 'bdfhj'], EMPTY)
    sides = {
        'base': old,
        'ours': baseline.accept([finding(path='a.py')], old, {'a.py'}),
        'theirs': baseline.accept([finding(path='k.py')], old, {'k.py'}),
    }
    for name, side in sides.items():
        (tmp_path / name).write_bytes(baseline.write(side))
    merged = subprocess.run(
        ('git', 'merge-file', '-p', 'ours', 'base', 'theirs'),
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    paths = [entry.path[0] for entry in baseline.read(merged.stdout).entries]
    assert paths == list('abdfhjk')
