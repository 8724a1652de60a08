from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

import hookline
from hookline import baseline, nouns, policyfile, rulebook, yamlfile
from hookline.engines import pattern

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGE = os.path.dirname(hookline.__file__)
SCHEMAS = os.path.join(PACKAGE, 'schemas')
RULES = os.path.join(TOP, 'rules')
NAMES = sorted(os.listdir(SCHEMAS))


def load(name: str) -> Any:
    with open(os.path.join(SCHEMAS, name), encoding='utf-8') as file:
        return json.load(file)


@functools.cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    registry: Registry[Any] = Registry().with_resources(
        (other, Resource.from_contents(load(other))) for other in NAMES
    )
    return jsonschema.Draft202012Validator(load(name), registry=registry)


def wrong(name: str, value: object) -> list[str]:
    """Return where `value` is not what the schema says."""
    errors = validator(name).iter_errors(value)
    return sorted('.'.join(map(str, error.absolute_path)) for error in errors)


def yaml_files() -> Iterator[str]:
    for folder, _, names in os.walk(RULES):
        for name in names:
            if name.endswith('.yaml'):
                yield os.path.relpath(os.path.join(folder, name), RULES)


def schema_of(path: str) -> str:
    name = os.path.basename(path)
    if name in ('policy.yaml', 'images.yaml', 'lists.yaml'):
        return name.replace('.yaml', '.schema.json')
    if name.endswith('.flow.yaml'):
        return 'flow.schema.json'
    return 'rule.schema.json'


@pytest.mark.parametrize('name', NAMES)
def test_schemas_are_valid_and_strict(name: str) -> None:
    schema = load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema['$schema'] == 'https://json-schema.org/draft/2020-12/schema'
    assert schema['title'].startswith('hookline ')
    assert schema['additionalProperties'] is False


@pytest.mark.parametrize('path', sorted(yaml_files()))
def test_what_is_built_in_is_valid_and_names_its_schema(path: str) -> None:
    full = os.path.join(RULES, path)
    assert wrong(schema_of(path), yamlfile.read(full).value) == []
    with open(full, encoding='utf-8') as file:
        first = file.readline()
    # In the checkout, where editors look for it; the wheel has the package elsewhere.
    schema = os.path.join(TOP, 'hooks', 'hookline', 'schemas', schema_of(path))
    relative = os.path.relpath(schema, os.path.dirname(full))
    assert first == f'# yaml-language-server: $schema={relative}\n'


RULE = """\
id: acme-token
title: Acme access token
severity: high
confidence: high
cwe: 798
why: Whoever has it acts as its owner.
remedy: Revoke it.
references: [https://docs.acme.example/tokens]
pattern: {regex: 'acme_([a-z]{20})', keywords: [acme_]}
examples: {bad: ['{{lower:20}}'], good: [{path: a.py, content: ''}]}
"""


@pytest.mark.parametrize(
    ('old', 'new', 'place'),
    [
        ('id: acme-token', 'id: Acme_Token', 'id'),
        ('severity: high', 'severity: urgent', 'severity'),
        ('cwe: 798', 'cwe: CWE-798', 'cwe'),
        ('cwe: 798\n', '', ''),  # missing
        ('why:', 'reason:', ''),  # unknown, and why is missing
        ('title: Acme', f'title: {"A" * 60}', 'title'),
        ('remedy: Revoke it.', 'remedy: " "', 'remedy'),
        ('https:', 'ftp:', 'references.0'),
        ('pattern: ', 'bandit: {test: B102}\npattern: ', ''),  # two blocks
        ('pattern: ', 'other: ', ''),  # none
        ('keywords', 'words', 'pattern'),
        ('path: a.py, ', '', 'examples.good.0'),
    ],
)
def test_a_wrong_rule_is_refused(old: str, new: str, place: str) -> None:
    assert old in RULE
    assert wrong('rule.schema.json', yaml(RULE)) == []
    found = wrong('rule.schema.json', yaml(RULE.replace(old, new, 1)))
    assert place in found


@pytest.mark.parametrize(
    'block',
    [
        'detect-secrets: {plugin: Base64HighEntropyString, limit: 4.5}',
        'semgrep: {languages: [python], pattern: eval(...)}',
        'semgrep: {languages: [go], mode: taint, pattern-sources: [], options: {}}',
        'bandit: {test: B102}',
        'hadolint: {code: DL3006}',
        'hadolint: {code: SC2086}',
        'hadolint: {code: SC}',  # what no other rule names
        'image: {verdict: unapproved}',
        'add: {source: url, images: {add: {https: allow}}}',
        'unparsed: {language: python}',
    ],
)
def test_each_engine_has_its_block(block: str) -> None:
    head, _, tail = RULE.partition('pattern:')
    text = f'{head}{block}\n{tail.partition(chr(10))[2]}'
    assert wrong('rule.schema.json', yaml(text)) == []


@pytest.mark.parametrize(
    'block',
    [
        'semgrep: {languages: [python], pattern: eval(...), message: no}',
        'semgrep: {pattern: eval(...)}',
        'bandit: {test: exec}',
        'hadolint: {code: 3006}',
        'image: {}',
        'add: {source: ftp}',
        'add: {source: url, images: {ad: {}}}',
        'unparsed: {}',
    ],
)
def test_a_wrong_block_is_refused(block: str) -> None:
    head, _, tail = RULE.partition('pattern:')
    text = f'{head}{block}\n{tail.partition(chr(10))[2]}'
    assert wrong('rule.schema.json', yaml(text)) != []


POLICY = """\
version: 1
contact: "#security"
block_at: {severity: medium, confidence: medium}
mode: {secrets: block, code: warn, some-rule: "off"}
paths:
  - {match: ["tests/**"], mode: {secrets: warn}, reason: fixtures}
  - {match: ["old/**"], mode: {code: "off"}, reason: x, owner: a, expires: 2027-01-31}
inline: {allow: true, require: [reason, owner, expires]}
exclude:
  - {match: ["*.min.js"], reason: made by the build}
locked: [block_at, secrets]
"""


@pytest.mark.parametrize(
    ('old', 'new', 'place'),
    [
        ('version: 1', 'version: 2', 'version'),
        ('"off"}\npaths', 'off}\npaths', 'mode.some-rule'),  # YAML's false
        ('severity: medium', 'severity: all', 'block_at.severity'),
        (', reason: fixtures', '', 'paths.0'),
        ('"tests/**"', '', 'paths.0.match'),
        ('2027-01-31', 'soon', 'paths.1.expires'),
        ('[reason, owner', '[ticket, owner', 'inline.require.0'),
        (', reason: made by the build', '', 'exclude.0'),
        ('locked: [block_at', 'locked: [1', 'locked.0'),
        ('contact:', 'contacts:', ''),
    ],
)
def test_a_wrong_policy_is_refused(old: str, new: str, place: str) -> None:
    assert old in POLICY
    assert wrong('policy.schema.json', yaml(POLICY)) == []
    assert place in wrong('policy.schema.json', yaml(POLICY.replace(old, new, 1)))


IMAGES = """\
version: 1
default: deny
scratch: allow
unresolved: error
frontends: ['docker.io/docker/dockerfile:1*']
allow:
  - {image: registry.example.com/base/**, digest: required, stages: [final, build]}
  - image: docker.io/library/python
    tags: ["3.*-slim*"]
    end_of_life: {"3.9-*": 2025-10-31}
    replace_with: registry.example.com/base/python:3.12
max_exception_days: 180
deny:
  - {id: moving-tag, image: "**/*:latest", reason: "moving tag"}
args: {REGISTRY: registry.example.com}
mirrors: {mirror.example.com/dockerhub/: docker.io/}
add:
  https: checksum
  http: forbid
  git: commit
  hosts: [artifacts.example.com, {host: files.example.com, https: allow}]
exceptions:
  - {paths: ["legacy/**"], image: "docker.io/library/centos:7", owner: team-x,
     reason: moves in spring, ticket: SEC-12, expires: 2026-12-31}
"""


@pytest.mark.parametrize(
    ('old', 'new', 'place'),
    [
        ('default: deny', 'default: block', 'default'),
        ('digest: required', 'digest: yes', 'allow.0.digest'),
        ('stages: [final', 'stages: [last', 'allow.0.stages.0'),
        ('"3.*-slim*"', '3.10', 'allow.1.tags.0'),  # the number 3.1
        ('2025-10-31', 'autumn', 'allow.1.end_of_life.3.9-*'),
        ('git: commit', 'git: checksum', 'add.git'),
        ('artifacts.example.com', 'artifacts.example.com/x', 'add.hosts.0'),
        ('owner: team-x,', '', 'exceptions.0'),
        ('ticket: SEC-12', 'ticket: SEC-12, note: x', 'exceptions.0'),
        ('scratch:', 'scratches:', ''),
    ],
)
def test_wrong_images_are_refused(old: str, new: str, place: str) -> None:
    assert old in IMAGES
    assert wrong('images.schema.json', yaml(IMAGES)) == []
    assert place in wrong('images.schema.json', yaml(IMAGES.replace(old, new, 1)))


ENTRIES = (
    baseline.Entry('app/settings.py', 'github-token', '0' * 32 + '-abc', 1),
    baseline.Entry('app/views.py', 'python-sql-injection', '1' * 32, 3),
)


@pytest.mark.parametrize('entries', [(), ENTRIES])
def test_a_baseline_as_written_is_valid(entries: tuple[baseline.Entry, ...]) -> None:
    made = baseline.Baseline(baseline.new_salt(), entries)
    assert wrong('baseline.schema.json', json.loads(baseline.write(made))) == []


@pytest.mark.parametrize(
    ('change', 'place'),
    [
        ({'version': 2}, 'version'),
        ({'salt': ''}, 'salt'),
        ({'entries': {}}, 'entries'),
        ({'entries': [{'rule': 'x', 'path': 'y'}]}, 'entries.0'),
        (
            {'entries': [{'fingerprint': 'f', 'rule': 'x', 'path': 'y', 'count': 0}]},
            'entries.0.count',
        ),
        ({'made': 'today'}, ''),  # dates would change it for nothing
    ],
)
def test_a_wrong_baseline_is_refused(change: dict[str, Any], place: str) -> None:
    made = baseline.Baseline(baseline.new_salt(), ENTRIES)
    value = {**json.loads(baseline.write(made)), **change}
    assert place in wrong('baseline.schema.json', value)


def yaml(text: str) -> Any:
    return yamlfile.parse(text.encode(), 'x.yaml').value


def test_schemas_say_what_the_code_reads() -> None:
    rule = load('rule.schema.json')
    assert rule['properties']['severity']['enum'] == list(nouns.SEVERITIES)
    assert rule['properties']['confidence']['enum'] == list(nouns.CONFIDENCES)
    assert [one['required'] for one in rule['oneOf']] == [[n] for n in rulebook.ENGINES]
    assert rule['properties']['title']['maxLength'] == rulebook.MAX_TITLE
    block = rule['$defs']['pattern']['properties']
    assert set(block) == set(pattern.KEYS)
    assert block['score']['enum'] == list(pattern.SCORES)
    policy = load('policy.schema.json')['properties']
    assert set(policy) == set(policyfile.KEYS)
    required = policy['inline']['properties']['require']['items']['enum']
    assert required == list(policyfile.REQUIRABLE)
