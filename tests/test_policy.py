"""Layers of policy.yaml, their locks, and what is made of a finding."""

from __future__ import annotations

import marshal
import os
import re
from collections.abc import Sequence

import pytest

from hookline import globs, policy, policyfile, yamlfile
from hookline.nouns import Compiled, Failure, Finding, Place

IDS: dict[str, tuple[str, Sequence[str], Sequence[str]]] = {
    'github-token': ('secrets', ('provider', 'pci'), ()),
    'password': ('secrets', ('generic',), ()),
    'sql-injection': ('code', ('injection', 'pci'), ('python',)),
    'bandit-b105': ('code', (), ('python',)),
    'dom-xss': ('code', ('xss',), ('javascript', 'typescript')),
    'image-denied': ('docker', (), ()),
}
BUILTIN = os.path.join(os.path.dirname(__file__), '..', 'rules', 'policy.yaml')
# Those that it names itself, to switch them off.
TASTE = {n for n, mode in yamlfile.read(BUILTIN).value['mode'].items() if mode == 'off'}
IDS.update((name, ('docker', (), ())) for name in TASTE)


def layers(*texts: str) -> Compiled:
    """Compile the built-in policy with these on top; the last is .hookline's."""
    names = [*(f'pack{n}/policy.yaml' for n in range(1, 9)), '.hookline/policy.yaml']
    documents = [
        yamlfile.parse(text.encode(), names[-1] if text is texts[-1] else name)
        for text, name in zip(texts, names, strict=False)
    ]
    return policy.compile(
        [yamlfile.read(BUILTIN, 'rules/policy.yaml'), *documents], IDS
    )


def judged(
    compiled: Compiled,
    rule: str = 'sql-injection',
    path: str = 'app.py',
    severity: str = 'high',
    confidence: str = 'high',
    today: str = '2026-11-22',
    language: str = '',
) -> tuple[str, str]:
    check, tags, languages = IDS[rule]
    finding = Finding(
        rule=rule,
        check=check,
        title='A title',
        severity=severity,
        confidence=confidence,
        path=path,
        place=Place(1, 1, 1, 2),
        message='',
        snippet='',
        caret=(0, 1),
        identity=b'',
        context='',
        fingerprint='',
    )
    languages = (language,) if language else languages
    return policy.judge(finding, compiled, tags, today, languages)[1:]


# Globs


@pytest.mark.parametrize(
    ('glob', 'path'),
    [
        ('tests', 'tests/a.py'),  # a name is that file alone
        ('tests/**', 'tests'),
        ('tests/**', 'src/tests/a.py'),  # from the top
        ('tests/**', 'Tests/a.py'),
        ('tests/**', 'tests2/a.py'),
        ('tests/*', 'tests/a/b.py'),
        ('*.md', 'docs/a.md'),
        ('**/a.py', 'a.pyc'),
        ('a/**/b', 'a/xb'),
        ('a*b', 'a/b'),
        ('a.py', 'aXpy'),  # a dot is a dot
        ('[ab].py', 'a.py'),  # and a bracket a bracket
        ('a*a', 'a'),
        ('**/x/**/x', 'x'),
        ('a*b*c', 'acb'),
    ],
)
def test_a_glob_that_does_not_match(glob: str, path: str) -> None:
    assert not globs.wrong(glob)
    assert not globs.matches(path, globs.compile(glob))


@pytest.mark.parametrize(
    ('glob', 'path'),
    [
        ('a.py', 'a.py'),
        ('**', 'a'),
        ('**', 'a/b/c'),
        ('tests/**', 'tests/a/b.py'),
        ('tests/**', 'tests/.hidden'),
        ('**/*.md', 'a.md'),
        ('**/*.md', 'docs/x/a.md'),
        ('a/**/b', 'a/b'),
        ('a/**/b', 'a/x/y/b'),
        ('**/x/*/**', 'y/x/x/x'),
        ('a*', 'a'),
        ('*a*a*', 'aa'),
        ('pages/[id].tsx', 'pages/[id].tsx'),
        ('{{app}}/**', '{{app}}/a'),
        ('caf*', 'caf\udce9'),  # not UTF-8
        ('*', 'a\nb'),
    ],
)
def test_a_glob_that_matches(glob: str, path: str) -> None:
    assert not globs.wrong(glob)
    assert globs.matches(path, globs.compile(glob))


@pytest.mark.parametrize(
    ('glob', 'said'),
    [
        ('', 'empty'),
        ('tests/', 'write tests/**'),
        ('/tests', 'without a slash'),
        ('./tests', 'as git does'),
        ('../tests', 'as git does'),
        ('a//b', 'as git does'),
        ('!tests', 'negated'),
        ('a?b', 'only * and **'),
        ('a\\b', 'forward slashes'),
        ('*.{js,ts}', 'one glob for each'),
        ('a/**.py', 'a segment of its own'),
        ('a/b**', 'a segment of its own'),
    ],
)
def test_a_glob_that_may_not_mean_what_it_looks_like_is_refused(
    glob: str, said: str
) -> None:
    assert said in globs.wrong(glob)
    with pytest.raises(
        Failure, match=r'^\.hookline/policy.yaml:2: exclude\.0\.match\.0: '
    ):
        layers(f"exclude:\n- {{match: ['{glob}'], reason: r}}")


def test_no_glob_is_slow() -> None:
    path = 'a/' * 5_000 + 'a' * 5_000
    assert not globs.matches(path, globs.compile('**/a/' * 500 + 'b'))
    assert not globs.matches(path, globs.compile('**/' + '*a' * 2_000 + '*b'))


# What a document may say


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('', '1: policy: expected version'),
        ('- a', '1: policy: expected version'),
        ('modes: {}', '1: modes: unknown key; did you mean mode?'),
        ('\nversion: 2', '2: version: expected 1'),
        ('version: "1"', '1: version: expected 1'),
        ('version: true', '1: version: expected 1'),
        ('contact: #security', '1: contact: expected text'),
        ('contact: [a]', '1: contact: expected text'),
        ('block_at: high', '1: block_at: expected severity'),
        ('block_at: {severity: severe}', '1: block_at.severity: expected one of low'),
        ('block_at: {confidence: critical}', '1: block_at.confidence: expected one of'),
        ('block_at: {level: low}', '1: block_at.level: unknown key'),
        ('mode: warn', '1: mode: expected names'),
        ('mode:\n  code: warn\n  code2: warn', '3: mode.code2: no check, rule'),
        ('mode: {sql-injektion: warn}', 'did you mean sql-injection?'),
        ('mode: {code: off}', '1: mode.code: write "off" in quotes'),
        ('mode: {code: on}', '1: mode.code: expected block, warn or "off"'),
        ('mode: {code: Warn}', '1: mode.code: expected block, warn or "off"'),
        ('mode: {code: }', '1: mode.code: expected block, warn or "off"'),
        ('mode: {code: [warn]}', '1: mode.code: expected block, warn or "off"'),
        ('paths: tests', '1: paths: expected a list'),
        ('paths: [tests]', '1: paths.0: expected match'),
        ('paths: [{match: [a], mode: {code: warn}}]', '1: paths.0: reason is missing'),
        ('paths: [{match: [a], reason: r}]', '1: paths.0: mode is missing'),
        ('paths: [{mode: {code: warn}, reason: r}]', '1: paths.0: match is missing'),
        (
            'paths: [{match: a, mode: {code: warn}, reason: r}]',
            '1: paths.0.match: expected a list of globs',
        ),
        (
            'paths: [{match: [], mode: {code: warn}, reason: r}]',
            '1: paths.0: match is missing',
        ),
        (
            (
                'paths:\n- {match: [a], mode: {code: warn}, reason: r}\n'
                '- {match: [5], mode: {code: warn}, reason: r}'
            ),
            '3: paths.1.match.0: expected a glob',
        ),
        (
            'paths: [{match: [a], mode: {code: off}, reason: r}]',
            '1: paths.0.mode.code: write "off" in quotes',
        ),
        (
            'paths: [{match: [a], mode: {code: warn}, reason: r, until: x}]',
            '1: paths.0.until: unknown key',
        ),
        (
            'paths: [{match: [a], mode: {code: warn}, reason: r, expires: 31.1.2027}]',
            '1: paths.0.expires: expected a date',
        ),
        ('exclude: [{match: [a]}]', '1: exclude.0: reason is missing'),
        ('exclude: [{match: [a], reason: 5}]', '1: exclude.0.reason: expected text'),
        (
            'exclude: [{match: [a], reason: r, mode: {code: warn}}]',
            '1: exclude.0.mode: unknown key',
        ),
        (
            'exclude: [{match: [a], reason: r, expires: 2027-02-30}]',
            '1: exclude.0.expires: expected a date',
        ),
        ('inline: true', '1: inline: expected allow, require'),
        ('inline: {allow: "yes"}', '1: inline.allow: expected true or false'),
        ('inline: {others: }', '1: inline.others: expected true or false'),
        ('inline: {require: reason}', '1: inline.require: expected a list'),
        (
            'inline: {require: [reasons]}',
            "'reasons' is not known; did you mean reason?",
        ),
        ('locked: secrets', '1: locked: expected a list'),
        (
            'locked: [secret]',
            "1: locked.0: 'secret' is not known; did you mean secrets?",
        ),
        ('locked: [version]', "1: locked.0: 'version' is not known"),
    ],
)
def test_what_cannot_be_meant_is_an_error_with_file_and_line(
    text: str, said: str
) -> None:
    with pytest.raises(Failure) as raised:
        layers(text)
    assert str(raised.value).startswith('.hookline/policy.yaml:')
    assert said in str(raised.value)


def test_the_built_in_policy_stands_alone_and_survives_the_cache() -> None:
    compiled = layers()
    assert judged(compiled) == ('block', 'severity high, confidence high')
    assert policy.off(compiled) == TASTE
    assert marshal.loads(marshal.dumps(layers(EVERYTHING))) == layers(EVERYTHING)


EVERYTHING = """
version: 1
contact: "#security"
block_at: {severity: medium, confidence: medium}
mode: {secrets: block, code: warn, bandit-b105: "off"}
paths:
  - {match: ["tests/**"], mode: {secrets: warn}, reason: fixtures, owner: team-x}
exclude:
  - {match: ["vendor/**"], reason: not ours, expires: 2027-01-31}
inline: {allow: true, require: [reason]}
locked: [block_at, secrets]
"""


# Judging


@pytest.mark.parametrize(
    ('severity', 'confidence', 'expected'),
    [
        ('low', 'high', ('warn', 'severity low, blocks from medium')),
        ('critical', 'low', ('warn', 'confidence low, blocks from medium')),
        ('medium', 'medium', ('block', 'severity medium, confidence medium')),
        ('critical', 'high', ('block', 'severity critical, confidence high')),
    ],
)
def test_severity_and_confidence_decide_where_no_mode_does(
    severity: str, confidence: str, expected: tuple[str, str]
) -> None:
    found = judged(layers(), severity=severity, confidence=confidence)
    assert found == expected


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('mode: {code: warn}', ('warn', 'mode code: warn')),
        ('mode: {secrets: warn}', ('block', 'severity high, confidence high')),
        ('mode: {sql-injection: "off"}', ('drop', 'mode sql-injection: off')),
        # rule beats tag beats check, whatever the order
        ('mode: {pci: warn, code: "off"}', ('warn', 'mode pci: warn')),
        (
            'mode: {sql-injection: warn, pci: "off"}',
            ('warn', 'mode sql-injection: warn'),
        ),
        # of two tags the stricter
        ('mode: {pci: "off", injection: warn}', ('warn', 'mode injection: warn')),
        # a path beats the general mode, even of the rule
        (
            (
                'mode: {sql-injection: block}\n'
                'paths: [{match: ["*.py"], mode: {code: warn}, reason: r}]'
            ),
            ('warn', '*.py: code: warn (r)'),
        ),
        # but does not bring back a rule that is off by its own name
        (
            (
                'mode: {sql-injection: "off"}\n'
                'paths: [{match: ["*.py"], mode: {code: warn}, reason: r}]'
            ),
            ('drop', 'mode sql-injection: off'),
        ),
        # unless it names the rule
        (
            (
                'mode: {sql-injection: "off"}\n'
                'paths: [{match: ["*.py"], mode: {sql-injection: warn}, reason: r}]'
            ),
            ('warn', '*.py: sql-injection: warn (r)'),
        ),
        # the last path that says something wins
        (
            (
                'paths: [{match: ["**"], mode: {sql-injection: warn}, reason: one},\n'
                '{match: [x, app.py], mode: {code: "off"}, reason: two},\n'
                '{match: ["**"], mode: {secrets: warn}, reason: three}]'
            ),
            ('drop', 'app.py: code: off (two)'),
        ),
        (
            'paths: [{match: [tests/**], mode: {code: "off"}, reason: r}]',
            ('block', 'severity high, confidence high'),
        ),
        # a path can be stricter as well
        (
            (
                'mode: {code: warn}\n'
                'paths: [{match: ["*.py"], mode: {code: block}, reason: r}]'
            ),
            ('block', 'severity high, confidence high'),
        ),
        # the last day, and the day after
        (
            (
                'paths:\n- {match: ["**"], mode: {pci: warn}, reason: r,'
                ' expires: 2026-11-22}'
            ),
            ('warn', '**: pci: warn (r)'),
        ),
        (
            (
                'paths:\n- {match: ["**"], mode: {pci: warn}, reason: r,'
                ' expires: 2026-11-21}'
            ),
            ('block', 'severity high, confidence high'),
        ),
    ],
)
def test_the_nearest_mode_decides_and_is_named(
    text: str, expected: tuple[str, str]
) -> None:
    assert judged(layers(text)) == expected


@pytest.mark.parametrize(
    ('text', 'rules'),
    [
        ('mode: {code: warn}', set()),
        ('mode: {code: "off"}', {'sql-injection', 'bandit-b105', 'dom-xss'}),
        ('mode: {code: "off", pci: block}', {'bandit-b105', 'dom-xss'}),
        ('mode: {bandit-b105: "off"}', {'bandit-b105'}),
        # on somewhere: it has to run
        (
            (
                'mode: {code: "off"}\n'
                'paths: [{match: [a], mode: {bandit-b105: warn}, reason: r}]'
            ),
            {'sql-injection', 'dom-xss'},
        ),
        # off somewhere: so has this
        ('paths: [{match: ["**"], mode: {code: "off"}, reason: r}]', set()),
    ],
)
def test_rules_that_are_off_everywhere_need_not_run(text: str, rules: set[str]) -> None:
    assert policy.off(layers(text)) == rules | TASTE


@pytest.mark.parametrize(
    ('path', 'today', 'reason'),
    [
        ('vendor/a.py', '2027-01-31', 'not ours'),
        ('vendor/a.py', '2027-02-01', ''),
        ('vendor', '2026-11-22', ''),
        ('src/vendor/a.py', '2026-11-22', ''),
    ],
)
def test_an_excluded_path_is_named_with_its_reason(
    path: str, today: str, reason: str
) -> None:
    assert policy.excluded(path, layers(EVERYTHING), today) == reason


def test_an_entry_that_ended_is_said() -> None:
    compiled = layers(EVERYTHING)
    assert list(policy.ended(compiled, '2027-01-31')) == []
    assert list(policy.ended(compiled, '2027-02-01')) == [
        'policy: exclude vendor/** ended on 2027-01-31'
    ]


# Layers and locks


def test_later_layers_win_key_by_key_and_paths_add_up() -> None:
    compiled = layers(
        'contact: one\nmode: {code: warn, secrets: warn}\nblock_at: {severity: low}\n'
        'paths: [{match: [a], mode: {docker: warn}, reason: r}]',
        'contact: two\nmode: {secrets: block}\nblock_at: {confidence: low}\n'
        'paths: [{match: [b], mode: {docker: warn}, reason: r}]\n'
        'inline: {require: [reason, owner]}',
    )
    assert compiled['contact'] == 'two'
    assert compiled['block_at'] == ('low', 'low')
    modes = {name: mode for name, mode in compiled['mode'].items() if name not in TASTE}
    assert modes == {'code': 'warn', 'secrets': 'block', 'docker': 'block'}
    assert compiled['inline'] == (True, ('reason', 'owner'), False)
    for path in 'ab':
        assert judged(compiled, 'image-denied', path)[0] == 'warn'


LOCKED = 'block_at: {severity: medium}\nmode: {code: warn}\nlocked: '


@pytest.mark.parametrize(
    ('locked', 'text', 'said'),
    [
        ('[block_at]', 'block_at: {severity: high}', '1: block_at.severity: high is'),
        (
            '[block_at]',
            'block_at: {confidence: high}',
            '1: block_at.confidence: high is',
        ),
        ('[secrets]', 'mode: {secrets: warn}', '1: mode.secrets: warn is looser than'),
        ('[secrets]', 'mode: {secrets: "off"}', '1: mode.secrets: off is looser than'),
        # by another name
        ('[secrets]', 'mode: {password: warn}', '1: mode.password: warn is looser'),
        ('[secrets]', 'mode: {generic: warn}', '1: mode.generic: warn is looser than'),
        ('[password]', 'mode: {secrets: warn}', '1: mode.secrets: warn is looser than'),
        (
            '[pci]',
            'mode: {sql-injection: "off"}',
            '1: mode.sql-injection: off is looser',
        ),
        ('[mode]', 'mode: {code: "off"}', '1: mode.code: off is looser than warn'),
        # in places
        (
            '[secrets]',
            'paths: [{match: [a], mode: {secrets: warn}, reason: r}]',
            '1: paths.0.mode.secrets: warn is looser than block',
        ),
        (
            '[secrets]',
            (
                'paths: [{match: [a], mode: {code: "off"}, reason: r},'
                ' {match: [a], mode: {password: warn}, reason: r}]'
            ),
            '1: paths.1.mode.password: warn is looser than block',
        ),
        (
            '[paths]',
            'paths: [{match: [a], mode: {docker: warn}, reason: r}]',
            '1: paths.0.mode.docker: warn is looser than block',
        ),
        # around the rule: what is not read is not found
        (
            '[secrets]',
            'exclude: [{match: [a], reason: r}]',
            '1: exclude: nothing scans',
        ),
        (
            '[exclude]',
            'exclude: [{match: [a], reason: r}]',
            '1: exclude: nothing scans',
        ),
        (
            '[secrets]',
            'block_at: {severity: critical}',
            '1: block_at.severity: critical',
        ),
        ('[secrets]', 'inline: {require: []}', '1: inline.require: no longer requires'),
        ('[inline]', 'inline: {require: [owner]}', '1: inline.require: no longer'),
        ('[contact]', 'contact: me', '1: contact: cannot be changed'),
    ],
)
def test_a_later_layer_cannot_loosen_what_is_locked(
    locked: str, text: str, said: str
) -> None:
    with pytest.raises(Failure) as raised:
        layers(f'{LOCKED}{locked}', text)
    assert str(raised.value).startswith(f'.hookline/policy.yaml:{said}')
    assert f'{locked.strip("[]")} is locked by pack1/policy.yaml' in str(raised.value)


@pytest.mark.parametrize(
    ('locked', 'text'),
    [
        ('[block_at]', 'block_at: {severity: low}'),
        ('[block_at, mode]', 'block_at: {severity: medium}\nmode: {code: warn}'),
        ('[secrets]', 'mode: {code: "off"}'),
        ('[code]', 'mode: {code: block}'),
        ('[mode]', 'mode: {sql-injection: block}'),
        ('[code]', 'paths: [{match: [a], mode: {code: block}, reason: r}]'),
        ('[secrets]', 'paths: [{match: [a], mode: {code: "off"}, reason: r}]'),
        ('[block_at]', 'exclude: [{match: [a], reason: r}]'),
        ('[inline]', 'inline: {allow: false, require: [reason, owner]}'),
        ('[secrets]', 'locked: [code]'),
        ('[]', 'mode: {secrets: "off"}'),
    ],
)
def test_a_later_layer_may_tighten_what_is_locked(locked: str, text: str) -> None:
    layers(f'{LOCKED}{locked}', text)


def test_inline_comments_stay_switched_off() -> None:
    with pytest.raises(Failure, match=r'inline\.allow: true is looser than false'):
        layers('inline: {allow: false}\nlocked: [inline]', 'inline: {allow: true}')


@pytest.mark.parametrize(
    ('below', 'above', 'taken'),
    [
        ('{}', '{}', True),
        ('{}', '{others: false}', False),
        ('{others: false}', '{allow: true}', False),
        ('{others: false}', '{others: true}', True),
        ('{require: [reason, owner]}', '{}', False),  # they have no room for one
        ('{}', '{require: [expires]}', False),
        ('{require: []}', '{}', True),
        ('{require: [owner], others: true}', '{}', True),
    ],
)
def test_policy_says_whether_comments_of_other_tools_count(
    below: str, above: str, taken: bool
) -> None:
    compiled = layers(f'inline: {below}', f'inline: {above}')
    assert compiled['inline'][2] is taken


@pytest.mark.parametrize('below', ['{others: false}', '{require: [reason, owner]}'])
def test_a_lock_keeps_them_out(below: str) -> None:
    with pytest.raises(Failure, match=r'inline\.others: true is looser than false'):
        layers(
            f'inline: {below}\nlocked: [inline]',
            'inline: {others: true, require: [reason, owner]}',
        )


def test_a_lock_holds_through_the_layers_between() -> None:
    with pytest.raises(Failure, match='locked by pack1'):
        layers('locked: [secrets]', 'locked: [secrets]', 'mode: {secrets: warn}')


def test_a_path_cannot_undo_the_stricter_path_of_a_locked_rule() -> None:
    strict = 'paths: [{match: [prod/**], mode: {code: block}, reason: r}]'
    loose = 'paths: [{match: [prod/**], mode: {code: warn}, reason: r}]'
    with pytest.raises(
        Failure, match=r'paths\.0\.mode\.code: warn is looser than block'
    ):
        layers(f'mode: {{code: warn}}\nlocked: [code]\n{strict}', loose)


def test_the_rules_whose_files_are_locked_are_known() -> None:
    document = yamlfile.parse(b'locked: [secrets, bandit-b105, block_at]', 'p')
    assert policyfile.locks(document, IDS) == {
        'github-token',
        'password',
        'bandit-b105',
    }


# Languages


@pytest.mark.parametrize(
    ('text', 'rule', 'language', 'action'),
    [
        ('mode: {python: warn}', 'sql-injection', '', 'warn'),
        ('mode: {python: warn}', 'github-token', '', 'block'),  # code rules alone
        ('mode: {python: warn}', 'dom-xss', 'javascript', 'block'),
        ('mode: {python: "off"}', 'bandit-b105', '', 'drop'),
        ('mode: {code: warn, python: block}', 'sql-injection', '', 'block'),
        ('mode: {code: warn, python: block}', 'dom-xss', 'typescript', 'warn'),
        ('mode: {python: "off", injection: warn}', 'sql-injection', '', 'warn'),
        ('mode: {python: "off", sql-injection: block}', 'sql-injection', '', 'block'),
        # of a rule for two languages, that of the file
        ('mode: {typescript: warn}', 'dom-xss', 'typescript', 'warn'),
        ('mode: {typescript: warn}', 'dom-xss', 'javascript', 'block'),
        ('mode: {typescript: warn, javascript: "off"}', 'dom-xss', '', 'warn'),
        (
            'paths: [{match: ["*.py"], mode: {python: warn}, reason: r}]',
            'sql-injection',
            '',
            'warn',
        ),
        (
            'paths: [{match: ["*.go"], mode: {python: warn}, reason: r}]',
            'sql-injection',
            '',
            'block',
        ),
    ],
)
def test_a_language_has_a_mode_for_its_code_rules(
    text: str, rule: str, language: str, action: str
) -> None:
    assert judged(layers(text), rule, language=language)[0] == action


@pytest.mark.parametrize(
    ('text', 'off'),
    [
        ('mode: {python: "off"}', ('bandit-b105', 'sql-injection')),
        ('mode: {javascript: "off"}', ()),  # and typescript has a mode of its own
        ('mode: {javascript: "off", typescript: "off"}', ('dom-xss',)),
        (
            (
                'mode: {python: "off"}\n'
                'paths: [{match: [a], mode: {injection: warn}, reason: r}]'
            ),
            ('bandit-b105',),
        ),
    ],
)
def test_a_rule_whose_languages_are_off_does_not_run(
    text: str, off: tuple[str, ...]
) -> None:
    assert policy.off(layers(text)) == {*off} | TASTE


@pytest.mark.parametrize(
    ('locked', 'text'),
    [
        ('[code]', 'mode: {python: warn}'),
        ('[sql-injection]', 'mode: {python: "off"}'),
        ('[dom-xss]', 'mode: {typescript: warn}'),
        ('[python]', 'mode: {code: warn}'),
        ('[python]', 'mode: {injection: warn}'),
        ('[typescript]', 'paths: [{match: [a], mode: {dom-xss: warn}, reason: r}]'),
        ('[code]', 'paths: [{match: [a], mode: {javascript: warn}, reason: r}]'),
    ],
)
def test_a_language_undoes_no_lock(locked: str, text: str) -> None:
    with pytest.raises(Failure, match='is looser than block'):
        layers(f'locked: {locked}', text)


def test_the_lock_of_one_language_is_not_that_of_another() -> None:
    layers('locked: [python]', 'mode: {javascript: warn}')
    layers('locked: [sql-injection]', 'mode: {typescript: warn}')


# The page


def _page() -> str:
    page = os.path.join(os.path.dirname(BUILTIN), '..', 'docs', 'policy.md')
    with open(page, encoding='utf-8') as file:
        return file.read()


def test_the_example_of_the_page_is_a_policy() -> None:
    example, *_ = re.findall(r'```yaml\n(.*?)```', _page(), re.DOTALL)
    assert judged(layers(example))[0] == 'warn'
    assert policyfile.compile([yamlfile.parse(example.encode(), 'page')], IDS)


def test_the_page_has_every_key() -> None:
    assert re.findall(r'^\| `(\w+)` \|', _page(), re.MULTILINE) == [*policyfile.KEYS]


def test_the_globs_of_the_page_match_what_it_says() -> None:
    for glob, path, other in [
        ('tests/**', 'tests/x/b.py', 'src/tests/a.py'),
        ('**/tests/**', 'src/tests/a.py', 'tests'),
        ('*.md', 'README.md', 'docs/a.md'),
        ('**/*.md', 'docs/a.md', 'a.MD'),
    ]:
        row = next(line for line in _page().splitlines() if f'| `{glob}` ' in line)
        assert f'`{other}`' in row
        assert globs.matches(path, globs.compile(glob))
        assert not globs.matches(other, globs.compile(glob))
