"""What a change introduced: real contents, findings made by looking for a word.

The reason of a row is its id. `X` marks a finding; `unsafe(` is one unless the text
says `check()` first, so that a row can open a hole from elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest

from hookline.introduced import Base, Compared, surplus
from hookline.lines import Lines
from hookline.nouns import Finding, Place


def found(content: str, check: str = 'code') -> list[Finding]:
    """Report every line with `unsafe(` that has no `check()` above in its function."""
    lines = content.replace('\r\n', '\n').split('\n')
    result: list[Finding] = []
    context, checked = '', False
    for number, line in enumerate(lines, 1):
        text = ' '.join(line.split())
        if text.startswith('def '):
            context, checked = text, False
        checked |= text == 'check()'
        if 'unsafe(' in text and not checked:
            column = line.index('unsafe(')
            matched = line[column:].strip()
            result.append(one('unsafe', check, number, matched, context))
    return result


def one(
    rule: str,
    check: str,
    line: int,
    text: str,
    context: str = '',
    severity: str = 'high',
    confidence: str = 'high',
) -> Finding:
    return Finding(
        rule=rule,
        check=check,
        title='A title',
        severity=severity,
        confidence=confidence,
        path='',
        place=Place(line, 1, line, 2),
        message='',
        snippet='',
        caret=(0, 1),
        identity=hashlib.blake2b(text.encode(), digest_size=16).digest(),
        context=context,
        fingerprint='',
    )


def compared(new: str, *olds: str | None, check: str = 'code') -> Compared:
    """Return a file with one base for each parent; None is a parent without it."""
    return Compared(
        new.encode(),
        found(new, check),
        [
            Base(old.encode(), found(old, check), parent)
            for parent, old in enumerate(olds)
            if old is not None
        ],
    )


def lines(findings: Sequence[Finding]) -> list[int]:
    return [finding.place.line for finding in findings]


OLD = """\
import os

def first(a):
    log(a)
    unsafe(a)
    return a

def second(b):
    check()
    unsafe(b)
    return b
"""

CARRIED = {
    'nothing changed': OLD,
    'lines above': '# licence\n\n\n' + OLD,
    'indented anew, all of it': ''.join(
        f'    {line}\n' for line in ['class K:', *OLD.splitlines()]
    ),
    'tabs for spaces': OLD.replace('    ', '\t'),
    'CRLF': OLD.replace('\n', '\r\n'),
    'the end of the last line': OLD.rstrip('\n'),
    'the function has a new name': OLD.replace('def first(a)', 'def other(a, *more)'),
    'wrapped in a condition': OLD.replace(
        '    unsafe(a)', '    if a:\n        unsafe(a)'
    ),
    'functions swapped': """\
import os

def second(b):
    check()
    unsafe(b)
    return b

def first(a):
    log(a)
    unsafe(a)
    return a
""",
    'moved within its function': OLD.replace(
        '    log(a)\n    unsafe(a)\n', '    unsafe(a)\n    log(a)\n'
    ),
    'moved to a function of its own': OLD.replace('    unsafe(a)\n', '    run(a)\n')
    + '\ndef run(a):\n    unsafe(a)\n',
    'everything around it rewritten': 'def first(a):\n    unsafe(a)\n',
    'mended': OLD.replace('unsafe(a)', 'safe(a)'),
    'checked': OLD.replace('log(a)', 'check()'),
    'emptied': '',
}


@pytest.mark.parametrize('new', CARRIED.values(), ids=CARRIED)
@pytest.mark.parametrize('check', ['code', 'secrets', 'docker'])
def test_what_was_there_is_not_new(new: str, check: str) -> None:
    assert surplus([compared(new, OLD, check=check)]) == []


INTRODUCED = {
    'a first line': (OLD, 'unsafe(c)\n' + OLD, [1]),
    'no base': (None, OLD, [5]),
    'an empty base': ('', OLD, [5]),
    'a changed argument': (OLD, OLD.replace('unsafe(a)', 'unsafe(a, 1)'), [5]),
    'the same once more, below': (
        OLD,
        OLD.replace('    unsafe(a)\n', '    unsafe(a)\n    unsafe(a)\n'),
        [6],
    ),
    'the same once more, in another function above': (
        OLD,
        OLD.replace(
            '\ndef first', '\ndef zero(a):\n    unsafe(a)\n    end()\n\ndef first'
        ),
        [4],
    ),
    'the same once more, and the old one indented': (
        OLD,
        OLD.replace('    log(a)\n', '    unsafe(a)\n    log(a)\n').replace(
            '    unsafe(a)\n    return', '    if a:\n        unsafe(a)\n    return'
        ),
        [4],
    ),
    'the same once more, and all line ends changed': (
        OLD,
        (OLD + '\ndef third(a):\n    unsafe(a)\n').replace('\n', '\r\n'),
        [14],
    ),
    'the function moved down, and one added in it': (
        'def f(a):\n    unsafe(a)\n',
        'def g(a):\n    log(a)\n\ndef f(a):\n    unsafe(a)\n    unsafe(a)\n',
        [6],
    ),
    'a check taken away, and an equal finding elsewhere mended': (
        'def f(x):\n    unsafe(x)\n\ndef g(x):\n    check()\n    unsafe(x)\n',
        'def f(x):\n    safe(x)\n\ndef g(x):\n    unsafe(x)\n',
        [5],
    ),
    'a check taken away, and the line indented anew': (
        OLD,
        OLD.replace('    check()\n    unsafe(b)', '    if b:\n        unsafe(b)'),
        [10],
    ),
    'many equal ones and one more': (
        'unsafe(a)\n' * 50,
        'unsafe(a)\n' * 51,
        [51],
    ),
    'one of many equal ones between other lines': (
        ''.join(f'line {n}\nunsafe(a)\n' for n in range(20)),
        ''.join(f'line {n}\nunsafe(a)\n{"unsafe(a)" * (n == 7)}\n' for n in range(20)),
        [24],
    ),
    'a file rewritten around two, with a third': (
        OLD + 'def third(z):\n    unsafe(z)\n',
        'unsafe(z)\nunsafe(y)\ndef first(a):\n    unsafe(a)\n',
        [2],
    ),
}


@pytest.mark.parametrize(
    ('old', 'new', 'expected'), INTRODUCED.values(), ids=INTRODUCED
)
def test_the_surplus_is_reported_where_the_diff_added_it(
    old: str | None, new: str, expected: list[int]
) -> None:
    assert lines(surplus([compared(new, old)])) == expected


def test_a_secret_that_another_line_had_before_is_not_new() -> None:
    """Engines that report equal secrets of a file once pick another line."""
    key = one('key', 'secrets', 1, 'value')
    moved = key._replace(place=Place(3, 1, 3, 2))
    file = Compared(b'b\nc\na\n', [moved], [Base(b'a\nb\na\n', [key])])
    assert surplus([file]) == []


def test_of_equal_secrets_the_one_on_the_added_line_is_new() -> None:
    key = one('key', 'secrets', 2, 'value')
    new = [key._replace(place=Place(n, 1, n, 2)) for n in (1, 3)]
    # Line 1 was not there; line 3 was, though the base had the finding on line 2.
    file = Compared(b'k = 1\nb\na\n', new, [Base(b'b\nk\na\n', [key])])
    assert lines(surplus([file])) == [1]


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        # moved with its function to another file
        (
            [
                ('def f(a):\n    unsafe(a)\n', None),
                ('', OLD_F := 'def f(a):\n    unsafe(a)\n'),
            ],
            [],
        ),
        # the file with it was deleted, and a new one has it twice
        ([(OLD_F + OLD_F, None), ('', OLD_F)], [4]),
        # copied: the old file keeps its own
        ([(OLD_F, None), (OLD_F, OLD_F)], [2]),
        # the same text in another function of another file is another hole
        ([('def g(a):\n    unsafe(a)\n', None), ('', OLD_F)], [2]),
        # what the file keeps is matched there, not given to another
        ([('\n' + OLD_F, None), ('# more\n' + OLD_F, OLD_F)], [3]),
    ],
)
def test_findings_move_between_the_files_of_a_commit(
    files: list[tuple[str, str | None]], expected: list[int]
) -> None:
    assert lines(surplus([compared(new, old) for new, old in files])) == expected


def test_a_secret_moves_between_files_whatever_stands_around_it() -> None:
    key = one('key', 'secrets', 1, 'value', 'class Settings:')
    moved = key._replace(context='[settings]')
    files = [Compared(b'a\n', [moved]), Compared(b'', [], [Base(b'b\n', [key])])]
    assert surplus(files) == []


ONE = 'a\nb\nunsafe(x)\nc\nd\ne\n'
TWO = 'a\nb\nc\nd\nunsafe(x)\ne\n'


@pytest.mark.parametrize(
    ('new', 'parents', 'expected'),
    [
        # each parent has the one that the other lacks
        ('a\nb\nunsafe(x)\nc\nd\nunsafe(x)\ne\n', (ONE, TWO), []),
        ('a\nb\nunsafe(x)\nc\nd\nunsafe(x)\ne\nunsafe(x)\n', (ONE, TWO), [8]),
        (TWO, ('a\n', TWO), []),  # came from the other branch
        (TWO, (None, TWO), []),  # a file that only the other branch has
        (TWO, ('a\nb\nc\nd\ne\n', 'a\nb\nc\nd\n'), [5]),  # the merge itself brought it
        (TWO, ('a\n', 'b\n', TWO), []),  # an octopus
    ],
)
def test_a_merge_brings_only_what_no_parent_has(
    new: str, parents: tuple[str | None, ...], expected: list[int]
) -> None:
    assert lines(surplus([compared(new, *parents)])) == expected


@pytest.mark.parametrize(
    ('old', 'new', 'expected'),
    [
        ([], ('high', 'high'), [1]),  # this change broke it
        ([('high', 'high')], ('high', 'high'), []),
        ([('high', 'low')], ('high', 'high'), [1]),  # part of it was read before
        ([('high', 'high')], ('high', 'low'), []),
    ],
)
def test_an_unparsed_file_is_new_when_it_could_be_read_before(
    old: list[tuple[str, str]], new: tuple[str, str], expected: list[int]
) -> None:
    def broken(line: int, severity: str, confidence: str) -> Finding:
        return one('unparsed-python', 'code', line, '', '', severity, confidence)

    base = Base(b'x\ny\n', [broken(2, *grade) for grade in old])
    file = Compared(b'y\nx\n', [broken(1, *new)], [base])
    assert lines(surplus([file])) == expected


def test_a_base_that_could_not_be_analysed_suppresses_nothing() -> None:
    file = Compared(OLD.encode(), found(OLD), [Base(OLD.encode(), [])])
    assert lines(surplus([file])) == [5]


def test_the_table_counts_lines_as_hookline_does() -> None:
    assert len(Lines(OLD.encode())) == OLD.count('\n')
