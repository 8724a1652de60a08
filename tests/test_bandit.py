"""The bandit engine: what it reports, and that it never stays silent about a file."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest

from hookline import programs, rulebook
from hookline.engines import bandit, bandit_worker
from hookline.nouns import Change, Document, Failure, Match, Rule, Run

if not bandit.available():  # loud: CI installs the extra `code`
    pytest.skip('bandit is not installed', allow_module_level=True)

SITE = Path(sysconfig.get_paths()['purelib'])


def run(jobs: int = 1, seconds: float = 120.0) -> Run:
    return Run(cache='', jobs=jobs, deadline=time.monotonic() + seconds)


def rule(test: str, **changes: object) -> Rule:
    fields: dict[str, object] = {
        'id': f'bandit-{test.lower()}',
        'check': 'code',
        'engine': 'bandit',
        'title': test,
        'severity': 'high',
        'confidence': 'high',
        'cwe': 0,
        'why': '',
        'remedy': '',
        'references': (),
        'tags': (),
        'block': {'test': test},
        'bad': (),
        'good': (),
        'document': Document(f'code/{test}.yaml', {}, {'bandit.test': 9}),
    }
    return Rule(**{**fields, **changes})  # type: ignore[arg-type]


ALL = bandit.compile(
    [rule(test) for test in (*bandit_worker.PLUGINS, *bandit_worker.BLACKLISTED)], ()
)


def find(content: bytes, path: str = 'a.py') -> list[Match]:
    return list(bandit.find([Change(path, content)], ALL, run()))


def found(content: bytes) -> list[tuple[str, int, bytes]]:
    """Return rule, line and text of each match."""
    return [
        (
            match.rule,
            content.count(b'\n', 0, match.start) + 1,
            content[match.start : match.end],
        )
        for match in find(content)
    ]


EVAL = b'total = eval(text)\n'
LATIN = '# coding: latin-1\nname = "é"; total = eval(name)\n'.encode('latin-1')
KOI8 = '# -*- coding: koi8-r -*-\nимя = eval("мир")\n'.encode('koi8-r')
BIDI = 'role = "user\u202e"\n'.encode()


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'\n\n',
        b'# eval(text)\n',  # a comment
        b'"""eval(text)"""\n',  # a docstring
        b'model.eval()\n',  # somebody else's eval
        b'total = eval(text)  # nosec\n',
        b'total = eval(text)  # nosec B307\n',
        b'total = eval(text)  # nosec: eval\n',  # by the test's name
        b'total = eval(  # nosec\n    text\n)\n',  # on any line of the call
        b'\xef\xbb\xbf# \xc3\xa9\n',  # a byte order mark
    ],
)
def test_nothing_is_found(content: bytes) -> None:
    assert found(content) == []


@pytest.mark.parametrize(
    ('content', 'expected'),
    [
        (EVAL, [('bandit-b307', 1, b'eval(text)')]),
        (EVAL.replace(b'\n', b'\r\n'), [('bandit-b307', 1, b'eval(text)')]),
        (b'\xef\xbb\xbf' + EVAL, [('bandit-b307', 1, b'eval(text)')]),
        (b'a = 1\rtotal = eval(text)\r', [('bandit-b307', 1, b'eval(text)')]),
        # a column counts bytes of UTF-8, whatever the file is written in
        (
            'name = "é"; total = eval(name)\n'.encode(),
            [('bandit-b307', 1, b'eval(name)')],
        ),
        (LATIN, [('bandit-b307', 2, b'eval(name)')]),
        (KOI8, [('bandit-b307', 2, 'eval("мир")'.encode('koi8-r'))]),
        # another test's comment does not silence this one
        (b'total = eval(text)  # nosec B102\n', [('bandit-b307', 1, b'eval(text)')]),
        # an argument on a line of its own is where bandit puts its finding
        (
            b'import requests as r\nr.get(\n  url, timeout=3,\n  verify=False,\n)\n',
            [('bandit-b501', 4, b'verify=False,')],
        ),
        (BIDI, [('bandit-b613', 1, '\u202e'.encode())]),
        (b'\xef\xbb\xbf' + BIDI, [('bandit-b613', 1, '\u202e'.encode())]),
        # ASCII, and yet there in what it says
        (b'# coding: utf-7\nx = "+IC4-"\n', [('bandit-b613', 2, b'+')]),
        # str.splitlines ends a line at a form feed, Python does not
        (b'a = 1\n\x0c\nb = 2\n' + BIDI, [('bandit-b613', 4, '\u202e'.encode())]),
        # deeper than Python's usual limit: bandit's command line drops such a file
        (
            b'x = ' + b' + '.join([b'y'] * 900) + b'\n' + EVAL,
            [('bandit-b307', 2, b'eval(text)')],
        ),
    ],
)
def test_matches_are_where_the_code_is(
    content: bytes, expected: list[tuple[str, int, bytes]]
) -> None:
    assert found(content) == expected


@pytest.mark.parametrize(
    ('content', 'line'),
    [
        (b'a = 1\ndef f(:\n    pass\n', 2),
        (b'print "hello"\n', 1),  # Python 2
        (b'a = 1\n\0\n', 1),  # a null byte
        (b'# coding: no-such\na = 1\n', 1),
        (b'a = "\xff"\n', 1),  # neither UTF-8 nor said to be anything else
        (b'if a:\nb = 1\n', 2),
        (b'x = ' + b'(' * 5000 + b')' * 5000 + b'\n', 1),
    ],
)
def test_a_file_that_python_cannot_parse_is_reported(content: bytes, line: int) -> None:
    (match,) = find(content)
    assert (match.rule, match.confidence) == ('unparsed-python', 'high')
    assert abs(content.count(b'\n', 0, match.start) + 1 - line) <= 1


@pytest.mark.parametrize(
    ('before', 'after'),
    [
        (b'password = "', b'"\n'),
        (b"password = '", b"'\n"),
        (b'password = """', b'"""\n'),
        (b'if password == "', b'":\n    pass\n'),
        (b'settings["token"] = "', b'"\n'),
        (b'settings = {"user": "me", "password": "', b'"}\n'),
        (b'connect("db", password="', b'")\n'),
        (b'connect(\n    "db",\n    password="', b'",\n)\n'),
        (b'def connect(user, password="', b'"):\n    pass\n'),
        (b'def connect(\n    user,\n    password="', b'",\n):\n    pass\n'),
        ('name = "é"; password = "'.encode(), b'"\n'),
    ],
)
def test_a_password_is_given_for_masking_and_in_no_message(
    before: bytes, after: bytes
) -> None:
    value = b'correct horse battery'
    matches = find(before + value + after)
    assert matches
    for match in matches:
        assert match.message == ''
        assert match.secret == (len(before), len(before) + len(value))
        assert match.start <= match.secret[0] < match.secret[1] <= match.end


def test_an_empty_password_has_nothing_to_mask() -> None:
    (match,) = find(b'password = ""\n')
    assert match.secret is None


@pytest.mark.parametrize(
    ('content', 'severity', 'confidence'),
    [
        # a command of the source's own making
        (b'import os\nos.system("ls")\n', 'low', ''),
        (b'import os\nos.system("ls " + name)\n', '', ''),
        (b'query = "select a from b where c = " + d\n', '', 'low'),
        (b'cursor.execute("select a from b where c = " + d)\n', '', ''),
        # what comes with a request is followed by rules of ours
        (b'import flask\nos.system("ls " + name)\n', '', 'low'),
        (b'from django.db import models\nn.extra(select={"a": b})\n', '', 'low'),
        (b'n.extra(select={"a": b})\n', '', ''),
        (b'from markupsafe import Markup\nMarkup(name)\n', '', ''),
        (b'import flask\nfrom markupsafe import Markup\nMarkup(a)\n', '', 'low'),
    ],
)
def test_what_bandit_calls_low_is_low(
    content: bytes, severity: str, confidence: str
) -> None:
    graded = {
        (match.severity, match.confidence)
        for match in find(content)
        if match.rule in ('bandit-b605', 'bandit-b608', 'bandit-b610', 'bandit-b704')
    }
    assert graded == {(severity, confidence)}


@pytest.mark.parametrize(
    ('path', 'content', 'taken'),
    [
        ('README.md', b'', False),
        ('a.pyc', b'', False),
        ('a.py.j2', b'', False),
        ('run', b'#!/bin/sh\n', False),
        ('a.py', b'', True),
        ('a.pyw', b'', True),
        ('run', b'#!/usr/bin/env python3\n', True),
    ],
)
def test_python_is_taken(path: str, content: bytes, taken: bool) -> None:
    assert bandit.takes(Change(path, content)) is taken


def test_a_link_is_not_taken() -> None:
    assert not bandit.takes(Change('a.py', b'b.py', kind='symlink'))


@pytest.mark.parametrize('block', [{'test': 'B999'}, {'test': 'B001'}, {}, {'test': 3}])
def test_an_unknown_test_is_refused(block: dict[str, object]) -> None:
    with pytest.raises(Failure, match=r'^code/B101\.yaml:9: bandit\.test: '):
        bandit.compile([rule('B101', block=block)], ())


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(Failure, match=r'bandit\.tests: unknown key'):
        bandit.compile([rule('B101', block={'test': 'B101', 'tests': []})], ())


def test_two_rules_for_one_test_are_refused() -> None:
    with pytest.raises(Failure, match=r'B101 has a rule: a file bandit-b101\.yaml'):
        bandit.compile([rule('B101'), rule('B101', id='mine')], ())


def test_only_tests_with_a_rule_run() -> None:
    compiled = bandit.compile([rule('B102')], ())
    changes = [Change('a.py', b'import pickle\nassert a\nexec(b)\n')]
    assert [m.rule for m in bandit.find(changes, compiled, run())] == ['bandit-b102']


def test_nothing_is_started_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, 'run', None)
    assert list(bandit.find([], ALL, run())) == []
    assert list(bandit.find([Change('a.py', EVAL)], {'tests': {}}, run())) == []


def test_several_workers_answer_for_every_file() -> None:
    content = EVAL + b'# ' + b'x' * 100_000 + b'\n'
    changes = [Change(f'{number}.py', content) for number in range(7)]
    matches = list(bandit.find(changes, ALL, run(jobs=3)))
    assert sorted(match.path for match in matches) == [f'{n}.py' for n in range(7)]


def test_the_deadline_ends_the_worker() -> None:
    with pytest.raises(Failure, match=r'^bandit was not done after'):
        list(bandit.find([Change('a.py', EVAL)], ALL, run(seconds=0)))


def test_a_test_that_raises_is_named_and_the_others_answer() -> None:
    # bandit looks for the argument `name` and finds none
    content = b'import importlib\nimportlib.import_module(**known)\n' + EVAL
    changes = [Change('src/a.py', content), Change('b.py', EVAL)]
    unread, here, there = bandit.find(changes, ALL, run())
    assert (unread.rule, unread.confidence) == ('unparsed-python', 'low')
    assert unread.message == (
        "bandit's test B001 failed here (KeyError) and says nothing of it"
    )
    line = content[unread.start : unread.end]
    assert line == b'importlib.import_module(**known)'
    assert (here.path, here.rule) == ('src/a.py', 'bandit-b307')
    assert (there.path, there.rule) == ('b.py', 'bandit-b307')


def test_without_bandit_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, 'path', [])
    assert not bandit.available()
    with pytest.raises(Failure, match=r"pip install 'hookline\[code\]'"):
        list(bandit.find([Change('a.py', EVAL)], {}, run()))


def test_another_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / 'bandit').mkdir()
    (tmp_path / 'bandit' / '__init__.py').touch()
    (tmp_path / 'bandit-1.8.0.dist-info').mkdir()
    monkeypatch.setattr(sys, 'path', [str(tmp_path)])
    with pytest.raises(Failure, match=r'bandit 1\.9\.4 is wanted'):
        list(bandit.find([Change('a.py', EVAL)], ALL, run()))


def test_a_broken_answer_is_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a bandit that is there, says it is right, and cannot be imported
    (tmp_path / 'bandit').mkdir()
    (tmp_path / 'bandit' / '__init__.py').touch()
    (tmp_path / f'bandit-{bandit.VERSION}.dist-info').mkdir()
    monkeypatch.setattr(sys, 'path', [str(tmp_path)])
    with pytest.raises(Failure, match=r'^bandit '):
        list(bandit.find([Change('a.py', EVAL)], ALL, run()))


def test_no_configuration_of_the_repository_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / '.bandit').write_text('[bandit]\nskips: B307\n')
    (tmp_path / 'pyproject.toml').write_text('[tool.bandit]\nskips = ["B307"]\n')
    (tmp_path / 'ast.py').write_text('raise SystemExit(0)\n')
    monkeypatch.chdir(tmp_path)
    assert found(EVAL) == [('bandit-b307', 1, b'eval(text)')]


# --- the same as bandit's command line ---------------------------------------------


def test_the_tests_are_those_that_bandit_registers() -> None:
    points = metadata.entry_points(group='bandit.plugins')
    registered = {
        (point.load()._test_id, point.name, *point.value.split(':')) for point in points
    }
    assert registered == {
        (test, name, f'bandit.plugins.{module}', function)
        for test, (name, module, function) in bandit_worker.PLUGINS.items()
    }
    listed = {
        item['id']
        for point in metadata.entry_points(group='bandit.blacklists')
        for items in point.load()().values()
        for item in items
    }
    assert listed == bandit_worker.BLACKLISTED


def test_each_test_has_a_rule() -> None:
    rules = rulebook.load([rulebook.builtin()]).rules.values()
    tests = [rule.block['test'] for rule in rules if rule.engine == 'bandit']
    expected = [*bandit_worker.PLUGINS, *bandit_worker.BLACKLISTED]
    assert sorted(tests) == sorted(expected)


def _ours(files: Iterable[Path]) -> list[tuple[str, str, int, str, str]]:
    asked = list(files)
    contents = [file.read_bytes() for file in asked]
    results = []
    home = str(SITE / 'bandit')
    outcome = programs.run(
        programs.python(bandit.WORKER),
        name='bandit',
        deadline=time.monotonic() + 120,
        stdin=marshal.dumps((home, list(ALL['tests']), contents)),
    )
    for file, content, answer in zip(
        asked, contents, marshal.loads(outcome.stdout), strict=True
    ):
        assert answer[0] == 'found', file
        for test, start, _, _, severity, confidence in answer[1]:
            line = len((content[:start] + b'x').splitlines())
            results.append((str(file), test, line, severity, confidence))
    return sorted(results)


def _upstream(files: Iterable[Path], cwd: Path) -> list[tuple[str, str, int, str, str]]:
    command = [sys.executable, '-m', 'bandit', '-q', '-f', 'json', *map(str, files)]
    done = subprocess.run(command, capture_output=True, cwd=cwd, check=False)
    answer = json.loads(done.stdout)
    assert answer['errors'] == []
    return sorted(
        (
            os.path.normpath(result['filename']),
            result['test_id'],
            result['line_number'],
            result['issue_severity'],
            result['issue_confidence'],
        )
        for result in answer['results']
    )


def test_the_findings_are_those_of_bandits_command_line(tmp_path: Path) -> None:
    files = []
    for rule in rulebook.load([rulebook.builtin()]).rules.values():
        if rule.engine == 'bandit':
            for number, example in enumerate((*rule.bad, *rule.good)):
                file = tmp_path / f'{rule.id}_{number}.py'
                file.write_text(example.content, encoding='utf-8')
                files.append(file)
    nosec = tmp_path / 'nosec.py'
    nosec.write_text(
        'import pickle  # nosec B403\nassert a  # nosec: B102 B101\n'
        'exec(b)  # nosec x y\neval(\n    c,  # nosec eval,exec_used\n)\n'
        'assert d, """  # nosec\n"""\nimport subprocess as s  # nosec B001\n'
        's.run(e, shell=True)  #nosec B602 # why\n'
    )
    files += [nosec, *sorted((SITE / 'bandit').rglob('*.py'))]
    assert _ours(files) == _upstream(files, tmp_path)
