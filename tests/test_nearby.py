"""Values that only a name nearby makes telling. Values are drawn when the tests run."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest

from hookline import nearby, rulebook, yamlfile
from hookline.engines import pattern
from hookline.nouns import Change, Failure, Rule, Run

DRAW = random.Random('nearby')
RUN = Run(cache='', jobs=1, deadline=float('inf'))
VALUE = ''.join(DRAW.choices('0123456789abcdef', k=32))
OTHER = 'tok_' + ''.join(DRAW.choices(string.ascii_lowercase, k=20))


def rule(**block: Any) -> Rule:
    text = """
id: acme-key
title: A title
severity: high
confidence: medium
cwe: 798
why: because
remedy: change it
references: []
pattern: {regex: a}
"""
    document = yamlfile.parse(text.encode(), 'secrets/acme-key.yaml')
    (found,) = rulebook.rules_of(document, 'secrets/acme-key.yaml', examples=False)
    return found._replace(block=block)


ACME = pattern.compile([rule(near=['acme', r'\bac_'], value='[0-9a-f]{32}')], ())
BARE = pattern.compile([rule(near=['acme'], roles=[], value='[0-9a-f]{32}')], ())
BOTH = pattern.compile(
    [
        rule(
            regex=r'\b(?P<secret>tok_[a-z]{20})\b',
            near=['acme'],
            value='[0-9a-f]{32}',
        )
    ],
    (),
)


def found(line: str, compiled: dict[str, Any] = ACME) -> list[str]:
    content = f'first\n{line}\nlast\n'
    matches = pattern.find([Change('a.txt', content.encode())], compiled, RUN)
    return [content[one.secret[0] : one.secret[1]] for one in matches if one.secret]


NOT_THE_KEY = [
    ('API_KEY={}', 'no name'),
    ('ACME_KEY=', 'no value'),
    ('ACME_KEY=${{ACME_KEY}}', 'a reference'),
    ('ACME_KEY={}0', 'longer than the format'),
    ('ACME_KEY=0{}', 'longer, in front'),
    ('ACME_KEY={}-suffix', 'a part of something'),
    ('ACME_KEY={}=', 'padded: base64 of something else'),
    ('acme-1.2.0.tar.gz {}', 'a checksum of a file'),
    ('Acme: {}', 'a checksum in a lock file'),
    ('acme {}', 'no word for a credential'),
    ('acme_version: {}', 'another setting'),
    ('acme is fine; the key of others is {}', 'another statement'),
    ('{}  # the key of acme', 'behind the value'),
    ('acme\nkey: {}', 'on another line'),
    ('acme ' + 'x' * 60 + ' key: {}', 'too far away'),
    ('pac_key: {}', 'a part of another name'),
    ('pharmacme_key: {}', 'the end of a word'),
]


@pytest.mark.parametrize(('line', 'why'), NOT_THE_KEY)
def test_what_is_not_the_key_is_not_found(line: str, why: str) -> None:
    assert found(line.format(VALUE)) == [], why


# As files of all kinds assign.
ASSIGNED = [
    'ACME_API_KEY={}',
    'export ACME_API_KEY="{}"',
    'set ACME_TOKEN={}',
    'acme = {}',
    'acme.api.key={}',
    'acme_api_key: {}',
    "acme-api-key: '{}'",
    '"acmeApiKey": "{}",',
    '"acme": {{"api_key": "{}"}}',
    '{{\\"acmeApiKey\\":\\"{}\\"}}',
    '<add key="AcmeApiKey" value="{}" />',
    '<acmeApiKey>{}</acmeApiKey>',
    'acme login --api-key {}',
    'acme login --api-key={}',
    'X-Acme-Key: {}',
    'curl https://acme.dev -H "Authorization: Bearer {}"',
    'https://api.acme.dev/v1/items?api_key={}&page=2',
    'const acmeKey: string = "{}";',
    'private static final String ACME_KEY = "{}";',
    'const ACME_KEY: &str = "{}";',
    'char acme_key[] = "{}";',
    'acmeKey := "{}"',
    "'acme_key' => '{}',",
    "define('ACME_KEY', '{}');",
    "config['acme']['key'] = '{}'",
    'os.environ.get("ACME_KEY", "{}")',
    'client = Acme(api_key="{}")',
    'acmeKey {}',
    'ac_secret={}',
    'myAcmeKey = "{}"',
    'MY_ACME_KEY={}',
    'acme_key:              "{}"',
    '%ACME_KEY%={}',
    'acme_key=b"{}"',
    'acmeKey&quot;:&quot;{}&quot;',
    'acme.key&#61;{}',
]


@pytest.mark.parametrize('line', ASSIGNED)
def test_the_key_is_found_however_it_is_assigned(line: str) -> None:
    assert found(line.format(VALUE)) == [VALUE]


def test_a_value_that_may_hold_the_word_before_it_is_found() -> None:
    compiled = pattern.compile([rule(near=['acme'], value='[a-z0-9-]{32,60}')], ())
    assert found(f'acme-secret-key-{VALUE}', compiled) == [VALUE]


def test_without_roles_the_name_alone_is_telling() -> None:
    assert found(f'Acme: {VALUE}', BARE) == [VALUE]
    assert found(f'Other: {VALUE}', BARE) == []


@pytest.mark.parametrize(
    'name', ['acme_cloud', 'acmeCloud', 'acme-cloud', 'ACME CLOUD']
)
def test_the_words_of_a_name_may_be_joined_otherwise(name: str) -> None:
    compiled = pattern.compile([rule(near=['acme_?cloud'], value='[0-9a-f]{32}')], ())
    assert found(f'{name} key: {VALUE}', compiled) == [VALUE]
    assert found(f'acme/cloud key: {VALUE}', compiled) == []


def test_a_regex_beside_it_is_found_as_well() -> None:
    assert found(OTHER, BOTH) == [OTHER]
    assert found(f'acme_key={VALUE}', BOTH) == [VALUE]
    assert found(VALUE, BOTH) == []


def test_it_is_found_at_the_end_of_a_long_line() -> None:
    line = 'acme key ' * 20_000 + f'acme_key={VALUE}'
    assert found(line) == [VALUE]


@pytest.mark.parametrize(
    ('block', 'key'),
    [
        ({'near': [], 'value': 'a{9}'}, 'near'),
        ({'near': 'acme', 'value': 'a{9}'}, 'near'),
        ({'near': ['acme']}, 'value'),
        ({'near': ['acme'], 'value': 7}, 'value'),
        ({'near': ['acme'], 'value': 'a{9}', 'roles': 'key'}, 'roles'),
        ({'near': ['(acme'], 'value': 'a{9}'}, 'near'),
        ({'regex': 'abc', 'value': 'a{9}'}, 'near'),
        ({'regex': 'abc', 'roles': ['key']}, 'near'),
    ],
)
def test_a_wrong_block_names_file_and_key(block: dict[str, Any], key: str) -> None:
    with pytest.raises(Failure, match=rf'secrets/acme-key\.yaml:\d+: pattern\.{key}:'):
        pattern.compile([rule(**block)], ())


def test_the_prefilter_is_the_names_alone() -> None:
    assert nearby.loose(['ac_?me', r'\bac_']) == rb'(?i:ac.?me|\bac_)'


def test_the_prefilter_has_what_must_follow_a_name() -> None:
    assert nearby.loose(['app_?(?=secret)']) == b'(?i:app.?(?:secret))'
    compiled = pattern.compile(
        [rule(near=['app_?(?=secret)'], roles=['secret'], value='[0-9a-f]{32}')], ()
    )
    assert found(f'APP_SECRET={VALUE}', compiled) == [VALUE]
    assert found(f'APP_KEY={VALUE}', compiled) == []


@pytest.mark.parametrize('gap', range(0, 48, 5))
@pytest.mark.parametrize('names', ['acme', 'acme\n', 'acme acme ', 'acme;acme_'])
def test_names_that_are_close_to_each_other_all_count(names: str, gap: int) -> None:
    for line in (f'{names}{"x" * gap} acme_key = {VALUE}', f'{names}acme_key={VALUE}'):
        assert found(line) == [VALUE]


@pytest.mark.parametrize('between', ['x' * 39 + 'key' + 'y' * 16 + ' ' * 10 + '"'])
def test_the_value_may_stand_as_far_away_as_the_regex_says(between: str) -> None:
    assert found(f'acme{between}{VALUE}') == [VALUE]


def test_what_stands_before_a_value_may_look_like_one() -> None:
    compiled = pattern.compile([rule(near=['acme'], value='[a-z0-9_-]{16,80}')], ())
    assert found(f'acme secret-{VALUE}', compiled) == [VALUE]
    assert found(f'acme key-of-mine-{VALUE}', compiled) == [VALUE]


@pytest.mark.parametrize('role', ['key', 'api(?=_)', 'api|key', '[a-z]{3}'])
def test_any_regex_may_be_a_role(role: str) -> None:
    compiled = pattern.compile(
        [rule(near=['acme'], roles=[role], value='[0-9a-f]{32}')], ()
    )
    assert found(f'Acme_API_KEY: {VALUE}', compiled) == [VALUE]
