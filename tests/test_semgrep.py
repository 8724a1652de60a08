"""The semgrep engine, with the semgrep that is installed and our own rules."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from hookline import (
    examples,
    programs,
    rulebook,
    ruletest,
    semgrep_core,
    semgrep_rules,
    sourcetext,
)
from hookline.engines import semgrep
from hookline.nouns import Change, Compiled, Document, Failure, Match, Rule, Run

pytestmark = pytest.mark.skipif(
    not semgrep.available() and 'CI' not in os.environ,
    reason="semgrep is not installed: pip install 'hookline[code]'",
)

EVAL = {'languages': ['python'], 'pattern': 'eval(...)'}
JS_EVAL = {'languages': ['javascript', 'typescript'], 'pattern': 'eval(...)'}


def make_rule(
    name: str, block: Mapping[str, Any], engine: str = 'semgrep', text: str = ''
) -> Rule:
    document = Document(f'rules/code/{name}.yaml', {}, {engine: 7})
    return Rule(
        *(name, 'code', engine, name, 'high', 'high', 95, 'why', 'remedy'),
        *((), (), block, (), (), document),
    )


RULES = (
    make_rule('py-eval', EVAL),
    make_rule('js-eval', JS_EVAL),
    make_rule('unparsed-python', {'language': 'python'}, 'unparsed'),
    make_rule('unparsed-javascript', {'language': 'javascript'}, 'unparsed'),
)


@pytest.fixture(scope='module')
def compiled() -> Compiled:
    return semgrep.compile(RULES, ())


@pytest.fixture(scope='module')
def ours() -> Sequence[Rule]:
    return code_rules()


@pytest.fixture(scope='module')
def everything() -> Compiled:
    return semgrep.compile(code_rules('semgrep', 'unparsed', 'flow'), ())


def code_rules(*engines: str) -> Sequence[Rule]:
    found = rulebook.load([rulebook.builtin()]).rules.values()
    engines = engines or ('semgrep', 'unparsed')
    others = ('dockerfile', 'manifest')
    return [
        rule
        for rule in found
        if rule.engine in engines and rule.block.get('language') not in others
    ]


def of_examples(rules: Sequence[Rule]) -> list[Change]:
    return [
        Change(
            f'{rule.id}/{kind}/{number}/{example.path or ruletest.usual_name(rule)}',
            examples.expand(example.content, rule.id).encode(),
        )
        for rule in rules
        for kind, rows in (('bad', rule.bad), ('good', rule.good))
        for number, example in enumerate(rows)
    ]


def limits(seconds: float = 120) -> Run:
    return Run('', 2, time.monotonic() + seconds)


def find(compiled: Compiled, *changes: Change) -> list[Match]:
    return list(semgrep.find(changes, compiled, limits()))


def found(compiled: Compiled, path: str, content: bytes) -> list[tuple[str, bytes]]:
    matches = find(compiled, Change(path, content))
    return [(match.rule, content[match.start : match.end]) for match in matches]


@pytest.mark.parametrize(
    ('path', 'content'),
    [
        ('a.py', b''),
        ('a.py', b'# eval(1)\n'),
        ('a.py', b'evaluate(1)\n'),
        ('a.js', b'const a = 1;\n'),
        ('a.md', b'eval(1)\n'),  # no language
        ('a.go', b'package a\nfunc f( {'),  # no rule reads it
        ('a.py', b'eval(1)  # nosemgrep\n'),
        ('a.py', 'é = "eval(1)"\n'.encode()),
        ('a.ts', b'const a = <T>b;\nenum E { A }\n'),
        ('a.tsx', b'const A = () => <p onClick={() => 1}>x</p>;\n'),
    ],
)
def test_nothing_is_found(compiled: Compiled, path: str, content: bytes) -> None:
    changes = [Change(path, content)]
    taken = [change for change in changes if semgrep.takes(change)]
    assert list(semgrep.find(taken, compiled, limits())) == []


@pytest.mark.parametrize(
    ('path', 'content', 'text'),
    [
        ('a.py', b'x = eval(y)\n', b'eval(y)'),
        ('a.py', 'é = "ü😀"; eval("é")\n'.encode(), 'eval("é")'.encode()),
        ('a.py', b'x = 1\r\neval(y)\r\n', b'eval(y)'),
        ('a.py', b'x = 1\reval(y)\r', b'eval(y)'),  # line ends of an old Macintosh
        ('a.py', b'\xef\xbb\xbfeval(y)\n', b'eval(y)'),  # the core loses line 1
        ('a.py', b'# coding: latin-1\nx = "\xe9"\neval(y)\n', b'eval(y)'),
        ('a.js', b'x = "\xe9\xff"; eval(y);\n', b'eval(y)'),  # not UTF-8
        ('a.js', 'x = "é"; eval(y);\n'.encode('utf-16'), 'eval(y)'.encode('utf-16-le')),
        (
            'a.js',
            'x = 11; eval(y);\n'.encode('utf-16-le'),
            'eval(y)'.encode('utf-16-le'),
        ),
        ('a.jsx', b'const A = () => <p onClick={() => eval(y)} />;', b'eval(y)'),
        ('a.tsx', b'const A = (p: P) => <p onClick={() => eval(y)} />;', b'eval(y)'),
        ('a.ts', b'const a = <T>eval(y);\n', b'eval(y)'),
        ('bin/run', b'#!/usr/bin/env python3\neval(y)\n', b'eval(y)'),
        ('-rules\n"\'$(x).py', b'eval(y)\n', b'eval(y)'),  # a hostile name
        ('\udcff.py', b'eval(y)\n', b'eval(y)'),  # a name that is not UTF-8
    ],
)
def test_offsets_are_bytes_of_the_content(
    compiled: Compiled, path: str, content: bytes, text: bytes
) -> None:
    matches = [m for m in find(compiled, Change(path, content)) if 'eval' in m.rule]
    assert [(m.path, content[m.start : m.end]) for m in matches] == [(path, text)]


@pytest.mark.parametrize(
    ('path', 'content', 'confidence'),
    [
        ('a.py', b'def f(', 'high'),  # the core's prefilter passes it in silence
        ('a.py', b'def f(:\n\nimport os\neval(1)\n', 'low'),
        ('a.py', b'x = = 1\n', 'low'),  # semgrep reads `x`
        ('a.py', b'if x:\neval(1)\n', 'low'),  # semgrep reads it, Python does not
        ('a.py', b'print "Python 2"\n', 'low'),
        ('a.py', b'x = 1\n\0eval(1)\n', 'low'),
        ('a.py', 'x = 1\n'.encode('utf-16'), 'low'),  # semgrep reads it, in our UTF-8
        ('a.js', b'function f(', 'high'),
        ('a.js', b'function f(\n\neval(1)\n', 'high'),
        ('a.js', b'const a = 1;\nconst b = = 2;\n', 'low'),
    ],
)
def test_what_cannot_be_parsed_is_a_finding(
    compiled: Compiled, path: str, content: bytes, confidence: str
) -> None:
    matches = [
        m
        for m in find(compiled, Change(path, content))
        if m.rule.startswith('unparsed')
    ]
    language = 'python' if path.endswith('py') else 'javascript'
    assert [(m.rule, m.confidence) for m in matches] == [
        (f'unparsed-{language}', confidence)
    ]
    assert 0 <= matches[0].start <= matches[0].end <= len(content)


def test_a_python_change_without_the_words_of_a_rule_starts_no_program(
    compiled: Compiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError('a program was started')

    monkeypatch.setattr(programs, 'run', refuse)
    assert find(compiled, Change('a.py', b'print(1)\n')) == []


SINK = b'def f(cursor, name):\n    cursor.execute(f"SELECT {name}")\n'
SOURCE = b'import flask\nf(None, flask.request.args["name"])\n'


def test_a_sink_in_a_file_without_a_source_starts_no_program(
    everything: Compiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [m.rule for m in find(everything, Change('a.py', SINK + SOURCE))]
    told = limits()._replace(told=True)
    match, *_ = semgrep.find([Change('a.py', SINK)], everything, told)
    assert (match.rule, match.disproved) == (
        'python-sql-injection',
        'not known to be tainted: nothing in this file is what a caller chose',
    )
    monkeypatch.setattr(programs, 'run', None)
    assert find(everything, Change('a.py', SINK)) == []


@pytest.mark.parametrize('narrow', [0, 1 << 40])
def test_what_is_not_asked_for_is_nothing_that_would_be_reported(
    everything: Compiled, narrow: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semgrep, 'NARROW', narrow)
    changes = of_examples(code_rules('flow'))

    def reported(run: Run) -> list[Match]:
        found = semgrep.find(changes, everything, run)
        return sorted(match for match in found if not match.disproved)

    every = reported(limits()._replace(told=True))
    assert len({match.rule for match in every}) > 20
    assert reported(limits()) == every


@pytest.mark.parametrize('narrow', [0, 1 << 40])
def test_searching_for_sinks_first_finds_the_same(
    ours: Sequence[Rule], narrow: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semgrep, 'NARROW', narrow)
    compiled = semgrep.compile(ours, ())
    assert len(compiled['sinks']) > 20
    changes = of_examples([rule for rule in ours if rule.id in compiled['sinks']])
    asked = []
    run = programs.run

    def counted(*arguments: Any, **more: Any) -> Any:
        asked.append(1)
        return run(*arguments, **more)

    monkeypatch.setattr(programs, 'run', counted)
    found = []
    for size in 1 << 40, 0:
        monkeypatch.setattr(semgrep, 'WORTH_A_SEARCH', size)
        found.append(sorted(semgrep.find(changes, compiled, limits())))
    assert found[0] == found[1]
    assert {match.rule for match in found[0]} >= set(compiled['sinks'])
    assert len(asked) == 3


def test_only_the_rules_that_are_asked_for_run(compiled: Compiled) -> None:
    change = Change('a.py', b'eval(1)\n')
    for rules, expected in (
        (frozenset(('py-eval',)), ['py-eval']),
        (frozenset(('js-eval',)), []),
    ):
        found = semgrep.find([change], compiled, limits()._replace(rules=rules))
        assert [match.rule for match in found] == expected


def test_a_file_that_python_cannot_read_hides_no_match_of_another(
    compiled: Compiled,
) -> None:
    broken = Change('b.py', b'print "Python 2"\n')
    matches = find(compiled, Change('a.py', b'eval(1)\n'), broken)
    assert sorted((m.path, m.rule) for m in matches) == [
        ('a.py', 'py-eval'),
        ('b.py', 'unparsed-python'),
    ]


@pytest.mark.parametrize(
    ('words', 'text', 'passes'),
    [
        (None, b'', True),  # the core gave no filter
        (('words', b'eval'), b'x', False),
        (('words', b'req'), b'require("fs")', False),
        (('words', b'eval'), b'eval(x)', True),
        (('words', b'exec'), b"'node:exec'", True),
        (('words', b'raw'), b'db.$raw`x`', True),
        (('and', ('words', b'a'), ('words', b'b')), b'a', False),
        (('or', ('words', b'a'), ('words', b'b')), b'b', True),
        (('parts', b'get', b'post'), b'together', True),  # as the core's own regex
        (('parts', b'get', b'post'), b'put', False),
        (('regex', rb'@\s*get\b'), b'@ get()', True),
        (('regex', rb'@\s*get\b'), b'@ getter()', False),
    ],
)
def test_filter(words: Any, text: bytes, passes: bool) -> None:
    assert semgrep_rules.holds(words, semgrep_rules.text_of(text)) is passes


@pytest.mark.parametrize(
    ('value', 'filter'),
    [
        ('None', None),
        (['Some', ['Pred', ['Regexp', 'a|b$']]], None),  # the core's to judge
        (
            ['Some', ['Or', [['Pred', ['Idents', ['a']]], ['Pred', ['Regexp', '.']]]]],
            None,
        ),
        (
            ['Some', ['And', [['Pred', ['Idents', ['a']]], ['Pred', ['Regexp', '.']]]]],
            ('and', ('words', b'a')),
        ),
        (['Some', ['Pred', ['Regexp', 'a(b|c)']]], None),
        (['Some', ['Pred', ['Regexp', '(?i)a']]], None),
        (['Some', ['Pred', ['Regexp', 'a.c']]], None),
        (['Some', ['Pred', ['Regexp', '(get|post)']]], ('parts', b'get', b'post')),
        (['Some', ['Pred', ['Regexp', 'get']]], ('parts', b'get')),
        (['Some', ['Pred', ['Idents', ['$scope']]]], ('words', b'scope')),
    ],
)
def test_a_filter_that_we_cannot_judge_lets_all_pass(value: Any, filter: Any) -> None:
    assert semgrep_rules.filter_of(value) == filter


@pytest.mark.parametrize(
    ('block', 'said'),
    [
        ({'languages': ['python'], 'patern': 'eval(...)'}, 'patern'),
        ({'languages': ['python']}, 'expected one of pattern'),
        ({'languages': [], 'pattern': 'a'}, 'list of languages'),
        ({'pattern': 'a'}, 'list of languages'),
        ({'languages': ['pyton'], 'pattern': 'a'}, 'pyton'),
        ({'languages': ['python'], 'mode': 'tain', 'pattern': 'a'}, 'mode'),
        (
            {'languages': ['python'], 'mode': 'taint', 'pattern-sources': []},
            'pattern-sinks',
        ),
        ({'languages': ['python'], 'pattern': 'foo((('}, 'Invalid pattern'),
        (
            {'languages': ['python'], 'patterns': [{'pattern-nott': 'a'}]},
            'broken',  # the core names the rule
        ),
    ],
)
def test_a_rule_that_semgrep_would_pass_over_is_an_error(
    block: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(Failure) as failure:
        semgrep.compile([make_rule('ok', EVAL), make_rule('broken', block)], ())
    assert said in str(failure.value)
    assert str(failure.value).startswith('rules/code/broken.yaml:')


def test_yaml_aliases_reach_semgrep_written_out() -> None:
    sources = [{'pattern': 'source(...)'}]
    block = {
        'languages': ['python'],
        'mode': 'taint',
        'pattern-sources': sources,
        'pattern-sinks': [{'pattern': 'sink(...)'}, *sources],
    }
    compiled = semgrep.compile([make_rule('flow', block)], ())
    assert found(compiled, 'a.py', b'sink(source())\n')[0][0] == 'flow'


def test_paths_of_a_rule_are_those_of_the_repository() -> None:
    block = {**EVAL, 'paths': {'include': ['app/**']}}
    text = {'languages': ['generic'], 'pattern': 'eval', 'paths': block['paths']}
    compiled = semgrep.compile([make_rule('eval', block), make_rule('text', text)], ())
    changes = [
        Change('app/a.py', b'eval(1)\n'),
        Change('tests/a.py', b'eval(1)\n'),
        Change('app/../\ud800\n/a.py', b'eval(1)\n'),
    ]
    assert sorted((m.rule, m.path) for m in find(compiled, *changes)) == [
        *(('eval', path) for path in ('app/../\ud800\n/a.py', 'app/a.py')),
        *(('text', path) for path in ('app/../\ud800\n/a.py', 'app/a.py')),
    ]


@pytest.mark.parametrize('narrow', [0, 64])
def test_many_files_and_few_find_the_same(
    compiled: Compiled, monkeypatch: pytest.MonkeyPatch, narrow: int
) -> None:
    monkeypatch.setattr(semgrep, 'NARROW', narrow)
    contents = (b'eval(1)\n', b'print(1)\n', b'def f(', b'eval(2)\n')
    changes = [Change(f'{n}.py', content) for n, content in enumerate(contents)]
    changes += [Change(f'{n}.js', content) for n, content in enumerate(contents)]
    assert {(m.path, m.rule) for m in find(compiled, *changes)} == {
        *(('0.py', 'py-eval'), ('2.py', 'unparsed-python'), ('3.py', 'py-eval')),
        *(('0.js', 'js-eval'), ('2.js', 'unparsed-javascript'), ('3.js', 'js-eval')),
    }


def test_compiled_is_what_marshal_stores(compiled: Compiled) -> None:
    import marshal

    assert marshal.loads(marshal.dumps(compiled)) == compiled


# --- configuration: several languages of one syntax -----------------------------------

POD = b'apiVersion: v1\nkind: Pod\nspec:\n  shell: $(cat)\n'
FLOW = b'on: push\njobs:\n  a:\n    runs-on: b\n    shell: $(cat)\n'


@pytest.mark.parametrize('narrow', [0, 64])
@pytest.mark.parametrize(
    ('language', 'block', 'expected'),
    [
        ('kubernetes', {'pattern': 'shell: $X'}, {'a.yaml'}),
        ('actions', {'pattern': 'shell: $X'}, {'b.yaml'}),
        ('yaml', {'pattern': 'shell: $X'}, {'a.yaml', 'b.yaml', 'c.yaml'}),
        ('kubernetes', {'pattern-regex': r'\$\(cat\)'}, {'a.yaml'}),
        ('bash', {'pattern-regex': r'\$\(cat\)'}, {'d.sh'}),
        ('nginx', {'pattern-regex': r'\$\(cat\)'}, {'nginx.conf'}),
        ('nginx', {'pattern': '$(cat)'}, {'nginx.conf'}),
        ('regex', {'pattern-regex': r'\$\(cat\)'}, None),  # every file
    ],
)
def test_a_rule_reads_the_files_of_its_language_only(
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    block: Mapping[str, Any],
    expected: set[str] | None,
    narrow: int,
) -> None:
    monkeypatch.setattr(semgrep, 'NARROW', narrow)
    contents = {
        'a.yaml': POD,
        'b.yaml': FLOW,
        'c.yaml': b'shell: $(cat)\n',
        'd.sh': b'a=$(cat)\n',
        'nginx.conf': b'set $a $(cat);\n',
        'e.py': b'a = "$(cat)"\n',
    }
    rules = [
        make_rule('one', {'languages': [language], **block}),
        make_rule('other', {'languages': ['python'], 'pattern': 'eval(...)'}),
    ]
    compiled = semgrep.compile(rules, ())
    changes = [Change(path, content) for path, content in contents.items()]
    for ask in (semgrep.find, semgrep.find_by_cli):
        found = {m.path for m in ask(changes, compiled, limits())}
        assert found == (set(contents) if expected is None else expected), ask


def test_a_template_is_read_around_its_actions() -> None:
    text = (
        b'{{- if .Values.on }}\napiVersion: v1\nkind: Pod\n'
        b'metadata:\n  name: {{ include "a" . }}\n  labels:\n'
        b'    {{- include "b" . | nindent 4 }}\n'
        b'spec:\n  shell: {{ .Values.shell | quote }} # \xc3\xa9\n{{- end }}\n'
    )
    rule = make_rule('a', {'languages': ['kubernetes'], 'pattern': 'shell: $X'})
    assert found(semgrep.compile([rule], ()), 'a.yaml', text) == [
        ('a', b'shell: {{ .Values.shell | quote }}')
    ]


def test_a_template_that_cannot_be_read_is_a_warning() -> None:
    text = (
        b'kind: Pod\napiVersion: v1\n{{- if a }}\n  - b: [{{ c }}\n a: {\n{{- end }}\n'
    )
    rule = make_rule('unparsed-kubernetes', {'language': 'kubernetes'}, 'unparsed')
    compiled = semgrep.compile([rule], ())
    match = find(compiled, Change('a.yaml', text))[0]
    assert (match.rule, match.confidence) == ('unparsed-kubernetes', 'low')
    plain = text.replace(b'{{- if a }}\n', b'').replace(b'{{ c }}', b'c')
    match = find(compiled, Change('a.yaml', plain.replace(b'{{- end }}', b'')))[0]
    assert (match.rule, match.confidence) == ('unparsed-kubernetes', 'high')


# --- semgrep fails open, we do not ----------------------------------------------------


def answer(**changes: Any) -> dict[str, Any]:
    usual = {
        'results': [],
        'errors': [],
        'paths': {'scanned': ['0.py']},
        'skipped_rules': [],
    }
    return {**usual, **changes}


def error(kind: Any, path: str = '0.py') -> dict[str, Any]:
    return {'error_type': kind, 'message': 'm', 'location': {'path': path}}


NO_RULES: Compiled = {
    'rules': [],
    'parsed': [],
    'paths': False,
    'sinks': {},
    'flows': {},
    'models': [],
}
TARGET = semgrep._Target(
    Change('src/a.py', b'eval(1)'),
    *('python', 'python'),
    '0.py',
    sourcetext.Source(b'eval(1)'),
    semgrep_rules.text_of(b'eval(1)'),
    True,
)


@pytest.mark.parametrize(
    ('said', 'expected'),
    [
        (answer(paths={'scanned': []}), 'left out src/a.py'),
        (answer(errors=[error('Too many matches')]), 'Too many matches'),
        (answer(errors=[error('Fatal error')]), 'Fatal error'),
        (answer(errors=[error('Syntax error', 'other.py')]), 'did not finish'),
        (answer(errors=[error('Something new')]), 'Something new'),
    ],
)
def test_what_was_not_analysed_is_an_error(
    said: Mapping[str, Any], expected: str
) -> None:
    with pytest.raises(Failure) as failure:
        semgrep._matches(said, [TARGET], NO_RULES)
    assert expected in str(failure.value)


@pytest.mark.parametrize(
    ('outcome', 'expected'),
    [
        (programs.Outcome(0, b'', b''), 'gave no answer'),
        (programs.Outcome(2, b'{"results": [', b''), 'gave no answer (status 2)'),
        (programs.Outcome(2, b'{"results": [], "errors": []}', b''), 'status 2'),
        (programs.Outcome(0, b'[]', b''), 'gave no answer'),
        (
            programs.Outcome(0, b'{"skipped_rules": [{"rule_id": "x"}]}', b''),
            'the rule x',
        ),
    ],
)
def test_an_answer_that_is_not_whole_is_an_error(
    outcome: programs.Outcome, expected: str
) -> None:
    with pytest.raises(Failure) as failure:
        semgrep_core.answer(outcome)
    assert expected in str(failure.value)


def test_a_match_inside_another_of_the_same_rule_is_not_said_twice(
    compiled: Compiled,
) -> None:
    assert found(compiled, 'a.py', b'eval(eval(1)); eval(2)\n') == [
        ('py-eval', b'eval(eval(1))'),
        ('py-eval', b'eval(2)'),
    ]


def test_what_python_can_parse_was_read_by_bandit() -> None:
    said = answer(errors=[error('Syntax error')])
    assert [
        (m.rule, m.confidence) for m in semgrep._matches(said, [TARGET], NO_RULES)
    ] == [('unparsed-python', 'low')]


@pytest.mark.parametrize(
    ('kind', 'said'),
    [
        ('Timeout', 'semgrep ran into its time limit on this file'),
        ('Out of memory', 'semgrep ran out of memory on this file'),
        ('Stack overflow', 'semgrep ran out of stack on this file'),
    ],
)
def test_a_limit_that_one_file_runs_into_is_a_finding_about_it(
    kind: str, said: str
) -> None:
    target = TARGET._replace(language='javascript', analyzer='javascript')
    matches = semgrep._matches(answer(errors=[error(kind)]), [target], NO_RULES)
    assert [(m.rule, m.confidence) for m in matches] == [
        ('unparsed-javascript', 'high')
    ]
    assert matches[0].message == f'{said}; not all of its rules were tried'
    assert not semgrep.lasts(matches[0])  # another time there may be more of it


def test_a_file_of_a_language_without_a_rule_about_that_is_an_error() -> None:
    target = TARGET._replace(language='ruby', analyzer='ruby')
    with pytest.raises(Failure, match=r'cannot read all of src/a\.py; exclude'):
        semgrep._matches(answer(errors=[error('Syntax error')]), [target], NO_RULES)


def test_the_languages_with_such_a_rule_are_known(ours: Sequence[Rule]) -> None:
    rules = {r.block['language'] for r in ours if r.engine == 'unparsed'}
    assert rules == semgrep_rules.SAID


def test_a_taint_analysis_that_was_cut_short_is_said() -> None:
    said = answer(errors=[error('Fixpoint timeout')])
    assert [m.rule for m in semgrep._matches(said, [TARGET], NO_RULES)] == [
        'unparsed-python'
    ]


def test_a_deadline_that_passed_is_an_error(compiled: Compiled) -> None:
    with pytest.raises(Failure, match='semgrep was not done'):
        list(semgrep.find([Change('a.py', b'eval(1)')], compiled, limits(-1)))


# --- what lies on the disk ------------------------------------------------------------


def test_temporary_files_are_private_and_removed(
    compiled: Compiled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int]] = []

    def look(files: Any, question: object) -> Any:
        for path in (files.directory, *Path(files.directory).iterdir()):
            seen.append((Path(path).name, stat.S_IMODE(os.stat(path).st_mode)))
        raise Failure('seen')

    monkeypatch.setattr(semgrep, '_ask_core', look)
    run = Run(str(tmp_path), 1, time.monotonic() + 60)
    with pytest.raises(Failure, match='seen'):
        list(semgrep.find([Change('../../x/../a.py', b'eval(1)')], compiled, run))
    assert [mode for _, mode in seen] == [0o700, *[0o600] * (len(seen) - 1)]
    assert {name for name, _ in seen[1:]} == {'0.python.py', 'rules.json'}
    assert list(tmp_path.iterdir()) == []


# --- the installed program ------------------------------------------------------------


def test_semgrep_of_another_version_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / 'site-packages'
    (site / 'semgrep' / 'bin').mkdir(parents=True)
    (site / 'semgrep-1.99.0.dist-info').mkdir()
    monkeypatch.setattr('sys.path', [str(site)])
    with pytest.raises(Failure) as failure:
        semgrep_core.program()
    assert '1.99.0' in str(failure.value)
    assert semgrep.VERSION in str(failure.value)


def test_without_semgrep_the_line_that_installs_it_is_given(
    compiled: Compiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('sys.path', [])
    assert not semgrep.available()
    with pytest.raises(Failure, match=r"pip install 'hookline\[code\]'"):
        list(semgrep.find([Change('a.py', b'eval(1)')], compiled, limits()))


def test_a_folder_of_the_repository_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / 'semgrep' / 'bin').mkdir(parents=True)
    monkeypatch.setattr('sys.path', [str(tmp_path)])
    assert not semgrep.available()


# --- our rules ------------------------------------------------------------------------


def test_every_example_holds(ours: Sequence[Rule]) -> None:
    assert [ruletest.describe(failed) for failed in ruletest.run(ours, ())] == []


def test_every_rule_has_as_many_good_examples_as_bad(ours: Sequence[Rule]) -> None:
    assert [rule.id for rule in ours if len(rule.good) < len(rule.bad)] == []


def test_the_public_command_finds_the_same(ours: Sequence[Rule]) -> None:
    compiled = semgrep.compile(ours, ())
    changes = of_examples(ours)
    assert places(semgrep.find_by_cli(changes, compiled, limits())) == places(
        semgrep.find(changes, compiled, limits())
    )


def test_the_public_command_can_be_chosen(
    compiled: Compiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('HOOKLINE_SEMGREP', 'cli')
    monkeypatch.setattr(semgrep, '_ask_core', None)
    assert found(compiled, 'a.py', b'eval(1)\n') == [('py-eval', b'eval(1)')]


def places(matches: Iterable[Match]) -> set[tuple[str, str, int, int, str]]:
    return {(m.rule, m.path, m.start, m.end, m.confidence) for m in matches}
