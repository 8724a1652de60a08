"""Rules directories: what is accepted, and what an error says."""

from __future__ import annotations

from pathlib import Path

import pytest

from hookline import examples, rulebook, yamlfile
from hookline.nouns import Failure, Rule

RULE = """\
id: acme-token
title: ACME token
severity: high
confidence: high
cwe: 798
why: Whoever has it can deploy.
remedy: Revoke it.
pattern:
  regex: '\\b(acme_[a-z0-9]{24})\\b'
examples:
  bad: ['acme_{{loweralnum:24}}']
  good: [acme_short]
"""


def layer(path: Path, files: dict[str, str], *, builtin: bool = True) -> rulebook.Layer:
    for name, content in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    return rulebook.Layer(str(path), path.name, builtin=builtin)


def load(path: Path, content: str, name: str = 'secrets/acme-token.yaml') -> Rule:
    (rule,) = rulebook.load([layer(path / 'r', {name: content})]).rules.values()
    return rule


def test_a_rule_file_is_one_rule(tmp_path: Path) -> None:
    rule = load(tmp_path, RULE)
    assert (rule.id, rule.check, rule.engine) == ('acme-token', 'secrets', 'pattern')
    assert rule.block == {'regex': r'\b(acme_[a-z0-9]{24})\b'}
    assert [example.content for example in rule.good] == ['acme_short']


@pytest.mark.parametrize(
    ('old', 'new', 'said'),
    [
        ('id: acme-token', 'id: other', "r/secrets/acme-token.yaml:1: id: is 'other'"),
        (
            'title: ACME token',
            'title: ' + 'x' * 61,
            ':2: title: 61 characters, at most',
        ),
        (
            'severity: high',
            'severity: huge',
            ':3: severity: expected one of low, medium',
        ),
        ('cwe: 798', 'cwe: CWE-798', ':5: cwe: expected a CWE number'),
        ('why: Whoever has it can deploy.', 'why:', ':6: why: expected text'),
        ('remedy:', 'remmedy:', 'remmedy: unknown key; did you mean remedy?'),
        (
            'pattern:',
            'semgrep:',
            ':8: semgrep: belongs in code/, this file is in secrets',
        ),
        (
            'pattern:',
            'bandit: {}\npattern:',
            ':9: pattern: expected exactly one engine',
        ),
        (
            'examples:\n',
            'tags: red\nexamples:\n',
            ':10: tags: expected a list of texts',
        ),
        ('  good: [acme_short]\n', '', 'examples.good: expected a list of examples'),
        ('good: [acme_short]', 'good: [{x: 1}]', ':12: examples.good.0: expected text'),
    ],
)
def test_an_error_names_file_line_and_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in RULE
    with pytest.raises(Failure) as raised:
        load(tmp_path, RULE.replace(old, new))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ('name', 'said'),
    [
        ('acme-token.yaml', 'a rule lies in a check folder'),
        ('other/acme-token.yaml', 'folder other: expected one of secrets, code'),
        ('secrets/acme-token.yml', 'a rule file ends in .yaml'),
    ],
)
def test_a_file_that_no_check_would_read_is_an_error(
    tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(Failure) as raised:
        load(tmp_path, RULE, name)
    assert said in str(raised.value)


def test_examples_are_optional_in_a_consumers_rules(tmp_path: Path) -> None:
    content = RULE.partition('examples:')[0]
    own = layer(tmp_path / 'own', {'secrets/acme-token.yaml': content}, builtin=False)
    assert rulebook.load([own]).rules['acme-token'].bad == ()


def test_a_later_layer_replaces_a_rule_whole(tmp_path: Path) -> None:
    first = layer(tmp_path / 'a', {'secrets/acme-token.yaml': RULE})
    loud = RULE.replace('severity: high', 'severity: low')
    second = layer(tmp_path / 'b', {'secrets/deep/er/acme-token.yaml': loud})
    book = rulebook.load([first, second])
    assert book.rules['acme-token'].severity == 'low'
    assert book.rules['acme-token'].document.path == 'b/secrets/deep/er/acme-token.yaml'


def test_an_id_twice_in_one_layer_is_an_error(tmp_path: Path) -> None:
    files = {'secrets/a/acme-token.yaml': RULE, 'secrets/b/acme-token.yaml': RULE}
    with pytest.raises(Failure, match='acme-token is also in'):
        rulebook.load([layer(tmp_path / 'r', files)])


def test_an_empty_layer_is_an_error(tmp_path: Path) -> None:
    (tmp_path / 'r').mkdir()
    with pytest.raises(Failure, match='r: no rule'):
        rulebook.load([rulebook.Layer(str(tmp_path / 'r'), 'r')])


def test_native_semgrep_files_drop_in(tmp_path: Path) -> None:
    content = """\
rules:
  - id: no-print
    languages: [python]
    message: Use logging. It can be switched off.
    severity: ERROR
    pattern: print(...)
    metadata: {cwe: 'CWE-532: Insertion of Sensitive Information', confidence: HIGH}
"""
    rule = load(tmp_path, content, 'code/native.yaml')
    assert (rule.id, rule.title, rule.severity) == ('no-print', 'Use logging', 'high')
    assert (rule.cwe, rule.confidence) == (532, 'high')
    assert rule.block == {'languages': ['python'], 'pattern': 'print(...)'}


# YAML that people, or attackers, write -----------------------------------------------


@pytest.mark.parametrize(
    ('content', 'said'),
    [
        ('a: 1\na: 2\n', ':2: a is given twice'),
        ('a: [\n', 'not YAML'),
        ('a: &x 1\nb: *y\n', 'unknown alias y|not YAML'),
        ('- a\n--- \n- b\n', ':2: one document a file'),
        ('a: !!python/object:os.system x\n', ':1: the tag'),
        ('a:\n  <<: {b: 1}\n', 'merge keys'),
        ('? [a]\n: b\n', ':1: a key must be plain text'),
        ('[' * 100_000, 'nested deeper than|not YAML'),
        ('a: ' + 'x' * (1 << 20), 'larger than'),
        (
            'a: &a [x, x, x, x, x, x, x, x, x]\n'
            + ''.join(
                f'{b}: &{b} [{", ".join([f"*{a}"] * 9)}]\n'
                for a, b in zip('abcdefgh', 'bcdefghi', strict=True)
            ),
            'more than 100000 values',
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_yaml_that_cannot_be_meant_is_an_error(content: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        yamlfile.parse(content.encode(), 'x.yaml')


def test_invalid_bytes_are_an_error_with_the_line() -> None:
    with pytest.raises(Failure, match=r'x\.yaml:2: not UTF-8'):
        yamlfile.parse(b'a: 1\nb: \xff\n', 'x.yaml')


def test_values_keys_and_lines() -> None:
    document = yamlfile.parse(
        b'a:\n  b: [1, yes, 2.5, ~, "3"]\n  c: 2026-12-31\nd: &x {e: f}\ng: *x\n', 'x'
    )
    assert document.value == {
        'a': {'b': [1, True, 2.5, None, '3'], 'c': '2026-12-31'},
        'd': {'e': 'f'},
        'g': {'e': 'f'},
    }
    assert document.lines['a.c'] == 3
    assert document.lines['a.b.4'] == 2
    assert str(document.wrong('a.b.9.z', 'bad')) == 'x:2: a.b.9.z: bad'


# Templates ----------------------------------------------------------------------------


def test_templates_expand_the_same_each_time_and_differ_by_rule() -> None:
    one = examples.expand('{{hex:40}} {{alnum:9}}', 'a')
    assert one == examples.expand('{{hex:40}} {{alnum:9}}', 'a')
    assert one != examples.expand('{{hex:40}} {{alnum:9}}', 'b')
    assert [len(word) for word in one.split()] == [40, 9]


@pytest.mark.parametrize(
    'text', ['{{ x }}', '${{ secrets.X }}', '{{nothing:9}}', '{{}}']
)
def test_what_is_no_template_of_ours_is_left_alone(text: str) -> None:
    assert examples.expand(text, 'seed') == text


SEMGREP = """\
id: acme-eval
title: Evaluated
severity: high
confidence: high
cwe: 94
why: It runs.
remedy: Do not.
semgrep:
  languages: [python]
  mode: taint
  pattern-sources: [{list: acme-request}, {pattern: read()}]
  pattern-sinks: [{pattern: eval(...)}]
examples: {bad: [eval(read())], good: [x]}
"""


def test_a_list_stands_for_its_items(tmp_path: Path) -> None:
    lists = (
        'lists: {acme-request: [{pattern: a()}, {list: more}], more: [{pattern: b()}]}'
    )
    files = {'code/acme-eval.yaml': SEMGREP, 'code/lists.yaml': lists}
    (rule,) = rulebook.load([layer(tmp_path, files)]).rules.values()
    said = [{'pattern': name} for name in ('a()', 'b()', 'read()')]
    assert rule.block['pattern-sources'] == said


@pytest.mark.parametrize(
    'lists',
    [
        'lists: {other: [{pattern: a()}]}',  # no such list
        'lists: {acme-request: [{list: acme-request}]}',  # itself
        'lists: {acme-request: []}',
        'lists: {acme-request: a}',
        'lists: [a]',
        'acme-request: [{pattern: a()}]',
    ],
)
def test_a_list_that_cannot_be_used_is_an_error(tmp_path: Path, lists: str) -> None:
    files = {'code/acme-eval.yaml': SEMGREP, 'code/lists.yaml': lists}
    with pytest.raises(Failure):
        rulebook.load([layer(tmp_path, files)])


def test_a_later_layer_replaces_no_list(tmp_path: Path) -> None:
    one = layer(tmp_path / 'a', {'code/lists.yaml': 'lists: {x: [{pattern: a()}]}'})
    two = layer(tmp_path / 'b', {'code/lists.yaml': 'lists: {x: [{pattern: b()}]}'})
    with pytest.raises(Failure, match='another list of this name'):
        rulebook.load([one, two])
