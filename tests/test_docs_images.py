"""docs/images.md says what is true: its examples hold, and no key is left out."""

from __future__ import annotations

import json
import re

import pytest

from conftest import CHECKOUT, hookline
from hookline import yamlfile
from hookline.commands import images as command
from hookline.dockerfile import images, reference
from hookline.dockerfile.reference import Reference
from hookline.engines import hadolint, image
from hookline.nouns import Change, Document, Run

TEXT = (CHECKOUT / 'docs/images.md').read_text(encoding='utf-8')
SCHEMA = json.loads(
    (CHECKOUT / 'hooks/hookline/schemas/images.schema.json').read_text('utf-8')
)
EVERY_BLOCK = re.findall(r'```yaml\n(.*?)```', TEXT, re.DOTALL)
BLOCKS = [block for block in EVERY_BLOCK if not block.startswith('# .hookline/docker')]


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table that begins with `heading`."""
    table = TEXT[TEXT.index(f'| {heading} |') :].partition('\n\n')[0]
    return [
        [cell.strip() for cell in line.strip('|').split(' | ')]
        for line in table.splitlines()[2:]
    ]


def listed(*blocks: str) -> list[Document]:
    # Dates are compared with today, which the page is not about.
    texts = [re.sub(r'expires: .*', 'expires: 2000-01-01', block) for block in blocks]
    return [yamlfile.parse(text.encode(), 'images.yaml') for text in texts]


@pytest.mark.parametrize('block', BLOCKS)
def test_the_examples_are_accepted(block: str) -> None:
    images.compile(listed(block))


def test_the_example_of_a_rule_holds() -> None:
    (block,) = (block for block in EVERY_BLOCK if block not in BLOCKS)
    value = yamlfile.parse(block.encode(), 'rule.yaml').value['hadolint']
    assert value['code'] == 'DL3049'
    assert {*value['labels'].values()} <= {*hadolint._FORMATS}


def test_what_is_off_at_first_is_what_the_page_says() -> None:
    modes = yamlfile.read(str(CHECKOUT / 'rules/policy.yaml')).value['mode']
    off = {
        name
        for name, mode in modes.items()
        if mode == 'off' and name.startswith('hadolint-')
    }
    start = TEXT.index('Off until policy.yaml')
    said = TEXT[start:].partition(' Which labels')[0]
    numbers = {int(found) for found in re.findall(r'-dl(\d+)', said)}
    assert {int(name[-4:]) for name in off} == numbers | {3055}  # 3054 to 3056


def test_every_key_is_described_and_none_that_there_is_not() -> None:
    described = {name for row in rows('key | says') for name in [row[0].strip('`')]}
    assert described == set(SCHEMA['properties'])
    start = TEXT.index('An entry of **`allow`**')
    table = TEXT[start : TEXT.index('**`add`**')]
    keys = set(re.findall(r'^\| `(\w+)` \|', table, re.MULTILINE))
    assert keys == set(SCHEMA['properties']['allow']['items']['properties'])
    for key in SCHEMA['properties']['deny']['items']['properties']:
        assert f'`{key}`' in TEXT
    example = yamlfile.parse(BLOCKS[1].encode(), '').value['exceptions'][0]
    assert set(example) == set(
        SCHEMA['properties']['exceptions']['items']['properties']
    )
    for key in SCHEMA['properties']['add']['properties']:
        assert f'`{key}`' in TEXT


def test_patterns_match_what_the_page_says() -> None:
    for row in rows('pattern | matches | does not'):
        wanted = images.pattern(row[0].strip('`'))
        for cell, expected in ((row[1], True), (row[2].strip('| '), False)):
            for name in re.findall(r'`([^`]+)`', cell):
                found = reference.parse(name)
                assert isinstance(found, Reference)
                assert images.matches(found, wanted) == expected, (row, name)


def test_the_comment_on_the_page_is_complete() -> None:
    from hookline import inline

    (block,) = re.findall(r'```dockerfile\n(.*?)```', TEXT, re.DOTALL)
    (allow,) = inline.allows(block.encode())
    compiled = {'inline': (True, (), True)}
    assert inline.problem(allow, compiled, '2026-01-01', strict=True) == ''


def test_every_rule_and_verdict_is_named() -> None:
    for verdict, rule in image.VERDICTS.items():
        assert f'`{verdict}`' in TEXT
        assert f'`{rule}`' in TEXT
    for folder in (CHECKOUT / 'rules/docker').glob('*.yaml'):
        assert f'`{folder.stem}`' in TEXT


def test_the_commands_and_their_options_exist() -> None:
    shown = re.findall(r'`hookline images (\w+)([^`]*)`', TEXT)
    for name, rest in shown:
        outcome = hookline('images', name, '--help')
        assert outcome.status == 0, outcome
        for option in re.findall(r'--[a-z]+', rest):
            assert option in outcome.out, (name, option)


def test_a_row_of_the_inventory_has_the_keys_of_the_page() -> None:
    use = image.Use(
        'FROM', 'a', 'docker.io/library/a:latest', 'approved', '', False, 0, 1
    )
    record = command._record(command.Row('Dockerfile', 1, use))
    start = TEXT.index('A row of `list --json`')
    assert set(record) <= set(re.findall(r'`(\w+)`', TEXT[start:].partition('\n\n')[0]))


def test_the_built_in_list_is_what_the_page_says_of_the_start() -> None:
    builtin = yamlfile.read(str(CHECKOUT / 'rules/images.yaml'))
    policy = images.compile([builtin])
    assert policy['listed'] is False
    assert policy['add'] == {
        'https': 'checksum',
        'http': 'forbid',
        'git': 'commit',
        'hosts': {},
    }
    compiled = image.compile([], [builtin])
    change = Change('Dockerfile', b'FROM debian\n')
    run = Run(cache='', jobs=1, deadline=float('inf'))
    (match,) = image.find([change], compiled, run)
    assert match.confidence == 'low'
