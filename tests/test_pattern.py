"""The matcher of the secrets check. Values are drawn when the tests run."""

from __future__ import annotations

import marshal
import random
import string
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from hookline import regexes, rulebook, ruletest, yamlfile
from hookline.engines import pattern
from hookline.nouns import Change, Compiled, Failure, Match, Rule, Run

DRAW = random.Random('pattern')
RUN = Run(cache='', jobs=1, deadline=float('inf'))
GENERIC = Path(__file__).parent.parent / 'rules' / 'secrets' / 'generic'


def rare(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return ''.join(DRAW.choices(alphabet, k=length))


def rule(name: str = 'some-token', confidence: str = 'medium', **block: Any) -> Rule:
    text = f"""
id: {name}
title: A title
severity: high
confidence: {confidence}
cwe: 798
why: because
remedy: change it
references: []
pattern: {{regex: a}}
"""
    document = yamlfile.parse(text.encode(), f'secrets/{name}.yaml')
    (found,) = rulebook.rules_of(document, f'secrets/{name}.yaml', examples=False)
    return found._replace(block=block)


def find(content: bytes, *rules: Rule, path: str = 'a.txt') -> list[Match]:
    compiled = pattern.compile(rules, ())
    return list(pattern.find([Change(path, content)], compiled, RUN))


def secrets(content: bytes, matches: Sequence[Match]) -> list[bytes]:
    return [content[m.secret[0] : m.secret[1]] for m in matches if m.secret]


TOKEN = rule(regex=r'\b(tok_[a-z0-9]{20})\b', keywords=['tok_'])
A_TOKEN = f'tok_{rare(20, string.ascii_lowercase + string.digits)}'.encode()
PASSWORD = rule(
    'some-password',
    regex=r'(?i)(?P<key>password)["\']?\s?[:=]\s?["\']?(?P<secret>[^\s"\']{4,80})',
    score='password',
)
BLOCK = rule(
    'some-block', regex=r'-----BEGIN\n(?P<secret>(?:[a-z]{8}\n){1,9})-----END', lines=12
)


@pytest.fixture(scope='module')
def generic() -> Compiled:
    rules: list[Rule] = []
    for file in sorted(GENERIC.glob('*.yaml')):
        document = yamlfile.read(str(file), f'secrets/generic/{file.name}')
        rules += rulebook.rules_of(document, document.path, examples=True)
    return pattern.compile(rules, ())


# Rules


@pytest.mark.parametrize(
    ('block', 'key'),
    [
        ({}, 'pattern.regex'),
        ({'regex': ''}, 'pattern.regex'),
        ({'regex': 7}, 'pattern.regex'),
        ({'regex': '(a'}, 'pattern.regex'),
        ({'regex': 'a*'}, 'pattern.regex'),  # matches everywhere
        ({'regex': '(?&nothing)a'}, 'pattern.regex'),  # no such fragment
        ({'regex': 'abc', 'regexp': 'abc'}, 'pattern.regexp'),
        ({'regex': 'abc', 'keywords': 'abc'}, 'pattern.keywords'),
        ({'regex': 'abc', 'min_entropy': 'high'}, 'pattern.min_entropy'),
        ({'regex': 'abc', 'min_entropy': 9}, 'pattern.min_entropy'),
        ({'regex': 'abc', 'checksum': 'crc-of-nothing'}, 'pattern.checksum'),
        ({'regex': 'abc', 'lines': 0}, 'pattern.lines'),
        ({'regex': 'abc', 'lines': True}, 'pattern.lines'),
        ({'regex': 'abc', 'score': 'certain'}, 'pattern.score'),
        ({'regex': 'abc', 'ignore': ['(']}, 'pattern.ignore'),
    ],
)
def test_a_wrong_block_names_file_and_key(block: dict[str, Any], key: str) -> None:
    with pytest.raises(Failure, match=rf'secrets/some-token\.yaml:\d+: {key}:'):
        pattern.compile([rule(**block)], ())


SLOW = [
    (r'x(a+)+b', 'nested'),
    (r'x(a|a+)*b', 'nested in a branch'),
    (r'x(?:\w+\s?)+b', 'nested with an optional separator'),
    (r'x\w*\w*b', 'two in a row'),
    (r'x\w*-?\w*b', 'two in a row with an option between'),
    (r'x.*=.*b', 'two, and what parts them they both take'),
    (r'\w+secret', 'starts open'),
]
QUICK = [
    (r'\b\w{10,}\.\w{10,}\b', 'a separator between that neither takes'),
    (r'x(?:[a-z]+\.)+b', 'nested, each ended by a dot'),
    (r'\b[a-z]+=', 'starts at a word'),
    (r'key[ \t]{0,8}=[ \t]{0,8}\w{8,}', 'short bounds'),
    (r'"[^"\\]*"', 'a string'),
]


@pytest.mark.parametrize(('regex', 'why'), SLOW, ids=[why for _, why in SLOW])
def test_a_regex_that_can_blow_up_is_refused(regex: str, why: str) -> None:
    with pytest.raises(Failure, match=r'pattern\.regex'):
        pattern.compile([rule(regex=regex)], ())


@pytest.mark.parametrize(('regex', 'why'), QUICK, ids=[why for _, why in QUICK])
def test_a_linear_regex_is_taken(regex: str, why: str) -> None:
    assert regexes.slow(regex.encode()) == ''


def test_compiled_rules_survive_the_cache() -> None:
    compiled = marshal.loads(marshal.dumps(pattern.compile([TOKEN], ())))
    content = b'key: ' + A_TOKEN
    found = list(pattern.find([Change('a', content)], compiled, RUN))
    assert secrets(content, found) == [A_TOKEN]


def test_a_database_of_another_machine_is_built_anew() -> None:
    compiled = pattern.compile([TOKEN], ())
    ((_, *rest),) = compiled['databases']
    compiled['databases'] = ((b'of another processor', *rest),)
    content = b'key: ' + A_TOKEN
    found = list(pattern.find([Change('a', content)], compiled, RUN))
    assert secrets(content, found) == [A_TOKEN]


# The prefilter never misses what the regex matches.


@pytest.mark.parametrize(
    ('regex', 'content'),
    [
        (r'(?i)KEY\s*=\s*(\w{8,})', b'key\t=\r hgfjdkse'),
        (r'(?<=:)\s*(abb{1,3}ce)(?!d)', b'x:abbbbce'),
        (r'(?m)^pass (\S{4,})$', b'one\npass abcd\ntwo'),
        (r'(["\'])([a-z]{6,})\1', b'x "abcdef" y'),
        (r'\btok_(?:[a-f]{4}|[0-9]{6,9})\b', b'tok_173946'),
        ('(?x) tok [_-]  # a comment\n (?P<secret> [a-z]{4,} )', b'tok-abcd'),
        (r'\b[^\W\d]{8,}=', b'\x80hgfjdkse='),
        (r'a[\x80-\xff]b', b'a\xe9b'),
        (r'(?:ab)?tok_[a-z]{4,}(?:cd)?', b'tok_zzzz'),
        (r'\Btok[0-9]{4,40}\b', b'xtok12345'),
    ],
)
def test_the_prefilter_finds_what_the_regex_finds(regex: str, content: bytes) -> None:
    assert len(find(content, rule(regex=regex))) == 1


@pytest.mark.parametrize(
    'regex', [r'\b[a-z0-9]{40,}\b', r'(?i)key=([a-z]{8,})', r'x[a-z]{20,30}(?![a-z])']
)
def test_an_open_end_is_no_callback_for_every_byte(regex: str) -> None:
    import hyperscan

    database = hyperscan.Database()
    form = regexes.prefilter(regex.encode())
    database.compile(expressions=[form], flags=hyperscan.HS_FLAG_PREFILTER)
    ends: list[int] = []
    database.scan(
        b'key=' + b'x' + b'a' * 5000 + b' ',
        match_event_handler=lambda _, start, end, flags, context: ends.append(end),
    )
    assert len(ends) < 4


# Matching


@pytest.mark.parametrize(
    ('content', 'why'),
    [
        (b'', 'empty'),
        (b'nothing here', 'nothing'),
        (A_TOKEN[:-1], 'too short'),
        (A_TOKEN + b'x', 'too long'),
        (b'x' + A_TOKEN, 'within a word'),
        (b'tok_' + b'x' * 20, 'a placeholder'),
        (b'tok_example00000000000', 'says so itself'),
    ],
)
def test_what_is_not_the_token_is_not_found(content: bytes, why: str) -> None:
    assert find(content, TOKEN) == []


@pytest.mark.parametrize(
    ('content', 'why'),
    [
        (A_TOKEN, 'alone'),
        (b'a\r\nb ' + A_TOKEN + b'\r\n', 'CRLF'),
        (b'a\r' + A_TOKEN + b'\rb', 'CR alone'),
        (b'\0\0\1\2 ' + A_TOKEN + b'\0', 'binary'),
        (b'\xff\xfe\xfa ' + A_TOKEN + b' \xc3', 'not UTF-8'),
        (b'\xef\xbb\xbf' + A_TOKEN, 'UTF-8 with a BOM'),
        (b'\xff\xfe' + A_TOKEN, 'a BOM that lies'),
        (b'a' * 5_000_000 + b' ' + A_TOKEN + b' ' + b'b' * 100, 'one long line'),
        (b'a ' * 2_000_000 + A_TOKEN, 'one long line of words'),
        (b'\n' * 100_000 + A_TOKEN, 'far down'),
        (b'a' * 4095 + b' ' + A_TOKEN + b' a' * 5000, 'across cells of the grid'),
    ],
)
def test_the_token_is_found_whatever_stands_around(content: bytes, why: str) -> None:
    assert secrets(content, find(content, TOKEN)) == [A_TOKEN]


@pytest.mark.parametrize('offset', range(8130, 8200, 3))
def test_the_token_is_found_at_any_place_of_a_long_line(offset: int) -> None:
    content = b'a' * (offset - 1) + b' ' + A_TOKEN + b' ' + b'b' * 20_000
    assert secrets(content, find(content, TOKEN)) == [A_TOKEN]


def test_each_of_many_tokens_is_found_where_it_stands() -> None:
    tokens = [f'tok_{rare(20, string.ascii_lowercase)}'.encode() for _ in range(1400)]
    content = b'\n'.join(b'k ' + token for token in tokens[:500])
    content += b' ' + b' '.join(tokens[500:])
    found = find(content, TOKEN)
    assert secrets(content, found) == tokens
    assert [match.start for match in found] == sorted(match.start for match in found)


@pytest.mark.parametrize('between', [b'\n', b' '])
def test_a_value_is_told_a_thousand_times_and_masked_everywhere(between: bytes) -> None:
    other = f'tok_{rare(20, string.ascii_lowercase)}'.encode()
    content = between.join([A_TOKEN] * 1500 + [other])
    found = find(content, TOKEN)
    assert secrets(content, found) == [A_TOKEN] * 1000 + [other]
    assert [match.start for match in found[:1000]] == list(range(0, 25_000, 25))
    assert '1,000 places' in found[999].message
    assert not any(match.message for match in (*found[:999], found[1000]))
    spans = pattern.spans(content, pattern.compile([TOKEN], ()))
    assert spans == [(at, at + 24) for at in range(0, len(content), 25)]


def test_what_repeats_itself_is_graded_where_it_stands() -> None:
    """The same line and value, told apart by what stands around them."""
    value = rare(14, string.ascii_letters + string.digits)
    line = f'password = "{value}"\n'.encode()
    other = f'see {value} in the text\n'.encode()
    content = (line + other) * 3 + b'x = 1\n' + line
    found = find(content, PASSWORD)
    assert secrets(content, found) == [value.encode()] * 4
    assert [content[: m.start].count(b'\n') for m in found] == [0, 2, 4, 7]


WIDE: list[tuple[str, bytes]] = [
    ('utf-16-le', b'\xff\xfe'),
    ('utf-16-be', b'\xfe\xff'),
    ('utf-16-le', b''),
    ('utf-16-be', b''),
    ('utf-32-le', b'\xff\xfe\0\0'),
    ('utf-32-be', b'\0\0\xfe\xff'),
]


@pytest.mark.parametrize(('codec', 'bom'), WIDE)
def test_wide_text_is_read_and_offsets_are_those_of_the_file(
    codec: str, bom: bytes
) -> None:
    head = 'é\N{GRINNING FACE} some words before it\n'
    token = A_TOKEN.decode()
    content = bom + (head + token + ' after\n').encode(codec)
    (match,) = find(content, TOKEN)
    assert match.secret == (
        len(bom + head.encode(codec)),
        len(bom + (head + token).encode(codec)),
    )


def test_a_link_is_scanned_as_text() -> None:
    compiled = pattern.compile([TOKEN], ())
    link = Change('link', b'/srv/' + A_TOKEN, kind='symlink')
    assert pattern.takes(link)
    assert len(list(pattern.find([link], compiled, RUN))) == 1


def test_a_block_of_lines_is_one_match() -> None:
    body = b''.join(rare(8, string.ascii_lowercase).encode() + b'\n' for _ in range(9))
    content = b'x\n' * 50 + b'-----BEGIN\n' + body + b'-----END\n' + b'y\n' * 50
    assert secrets(content, find(content, BLOCK)) == [body]


def test_a_match_may_not_span_more_lines_than_the_rule_says() -> None:
    content = b'-----BEGIN\n' + b'hgfjdkse\n' * 3 + b'-----END\n'
    assert len(find(content, BLOCK)) == 1
    assert find(content, BLOCK._replace(block={**BLOCK.block, 'lines': 3})) == []


@pytest.mark.parametrize(
    ('block', 'content', 'count'),
    [
        ({'min_entropy': 3.0}, b'tok_' + b'ab' * 10, 0),
        ({'min_entropy': 3.0}, A_TOKEN, 1),
        ({'ignore': ['^tok_a']}, b'tok_a' + A_TOKEN[5:], 0),
        ({'ignore': ['^tok_a']}, b'tok_b' + A_TOKEN[5:], 1),
        ({'keywords': ['service']}, A_TOKEN, 0),
        ({'keywords': ['service']}, b'SERVICE=' + A_TOKEN, 1),
    ],
)
def test_a_rule_may_ask_for_more(
    block: dict[str, Any], content: bytes, count: int
) -> None:
    asked = {'regex': r'\btok_[a-z0-9]{20}\b', **block}
    assert len(find(content, rule(**asked))) == count


@pytest.mark.parametrize(
    ('regex', 'secret'),
    [
        (r'key=(?P<secret>\w{8,})', b'hgfjdkse'),
        (r'(key)=(?P<secret>\w{8,})', b'hgfjdkse'),
        (r'key=(\w{8,})', b'hgfjdkse'),
        (r'key=\w{8,}', b'key=hgfjdkse'),
        (r'key=(?:"(?P<secret>\w{8,})"|(?P<secret1>\w{8,}))', b'hgfjdkse'),
    ],
)
def test_the_secret_is_the_named_group_or_the_first_or_all(
    regex: str, secret: bytes
) -> None:
    content = b'x key=hgfjdkse y'
    assert secrets(content, find(content, rule(regex=regex))) == [secret]


# Overlaps


def test_one_secret_is_one_finding_of_the_provider() -> None:
    content = b'password = "' + A_TOKEN + b'"'
    for rules in ((TOKEN, PASSWORD), (PASSWORD, TOKEN)):
        (match,) = find(content, *rules)
        assert match.rule == 'some-token'


def test_a_finding_is_as_sure_as_the_surest_of_those_it_stands_for() -> None:
    unsure = TOKEN._replace(confidence='low')
    content = b'password = "' + A_TOKEN + b'"'
    (match,) = find(content, unsure, PASSWORD)
    assert (match.rule, match.confidence) == ('some-token', 'high')


CONTEXT = rule('ci-key', regex=r'(?i)ci_password\s?=\s?"(?P<secret>[a-z0-9_]{24})"')


@pytest.mark.parametrize(
    ('rules', 'name'),
    [
        ((CONTEXT, TOKEN), 'some-token'),  # knows its own by tok_
        ((CONTEXT, PASSWORD), 'ci-key'),  # a provider, not a general rule
        (
            (TOKEN, TOKEN._replace(id='some-token-unproven')),
            'some-token',  # the other is for what the first turns down
        ),
    ],
)
def test_of_two_rules_the_more_specific_names_the_secret(
    rules: tuple[Rule, ...], name: str
) -> None:
    content = b'ci_password="' + A_TOKEN + b'"'
    for order in (rules, rules[::-1]):
        (match,) = find(content, *order)
        assert match.rule == name


def test_two_secrets_of_a_line_are_two_findings() -> None:
    content = b'a ' + A_TOKEN + b' password=k9' + rare(10).encode()
    assert [match.rule for match in find(content, TOKEN, PASSWORD)] == [
        'some-token',
        'some-password',
    ]


# Masking


def test_spans_cover_what_is_low_and_join_what_overlaps() -> None:
    low = rule('low-password', regex=PASSWORD.block['regex'], score='password')
    content = b'x password: "blooberry" ' + A_TOKEN
    compiled = pattern.compile([low, TOKEN], ())
    assert [content[a:b] for a, b in pattern.spans(content, compiled)] == [
        b'blooberry',
        A_TOKEN,
    ]


def test_spans_cover_a_token_whose_checksum_does_not_hold() -> None:
    proven = rule(
        regex=r'\b(ghp_[A-Za-z0-9]{36})\b', checksum='github-crc32', confidence='high'
    )
    content = f'ghp_{rare(36)}'.encode()
    compiled = pattern.compile([proven], ())
    assert list(pattern.find([Change('a', content)], compiled, RUN)) == []
    assert pattern.spans(content, compiled) == [(0, 40)]


def test_what_a_proof_turns_down_is_yielded_where_it_is_asked_for() -> None:
    proven = rule(
        regex=r'\b(ghp_[A-Za-z0-9]{36})\b', checksum='github-crc32', confidence='high'
    )
    content = f'ghp_{rare(36)}'.encode()
    asked = RUN._replace(disproved=True)
    compiled = pattern.compile([proven], ())
    (match,) = pattern.find([Change('a', content)], compiled, asked)
    assert match.disproved == 'its format (github-crc32) proves that it is none'
    # Another rule that knows what it is has the word.
    other = rule('another', regex=r'\b(ghp_[A-Za-z0-9]{36})\b')
    compiled = pattern.compile([proven, other], ())
    found = pattern.find([Change('a', content)], compiled, asked)
    assert [(one.rule, one.disproved) for one in found] == [('another', '')]


def test_what_an_issuer_prints_for_all_is_no_finding_of_a_form() -> None:
    form = rule(regex=r'\b(2YotnFZ[A-Za-z0-9]{15})\b')
    compiled = pattern.compile([form], ())
    printed = ('2YotnFZFEjr1zCsic' + 'MWpAA').encode()  # by RFC 6749
    for content, found in ((printed, 0), (f'2YotnFZ{rare(15)}'.encode(), 1)):
        assert len(list(pattern.find([Change('a', content)], compiled, RUN))) == found


@pytest.mark.parametrize(
    ('path', 'escape'),
    [('build.log', '\x1b'), ('a.ipynb', '\\u001b'), ('a.cast', '\\u001b')],
)
def test_colours_are_no_part_of_a_value(path: str, escape: str) -> None:
    assigned = rule(regex=r'\bkey[ ]{0,40}=[ ]{0,40}([A-Za-z0-9]{20})\b')
    compiled = pattern.compile([assigned], ())
    value = rare(20)
    line = f'{escape}[1mkey{escape}[0m {escape}[0;34m={escape}[93m{value}{escape}[0m'
    (match,) = pattern.find([Change(path, line.encode())], compiled, RUN)
    assert match.secret == (line.index(value), line.index(value) + 20)


TOKENS = rule(
    'any-token',
    regex=r'(?i)(?P<key>key|token)["\']?\s?[:=]\s?["\']?(?P<secret>[^\s"\']{16,80})',
    score='token',
)
ACME = rule('acme-key', regex=r'\b(acme_[a-z0-9]{24})\b', sole_form_of=['acme_api_key'])


@pytest.mark.parametrize(
    ('name', 'found'),
    [
        ('ACME_API_KEY', []),
        ('VITE_ACME_API_KEY', []),  # names have words in front
        ('acmeApiKey', []),
        ('ACME_SIGNING_KEY', ['any-token']),  # another key of theirs
        ('API_KEY', ['any-token']),
    ],
)
def test_a_general_rule_finds_no_other_form_of_a_key_that_has_one(
    name: str, found: list[str]
) -> None:
    content = f'{name} = "{rare(40)}"'.encode()
    assert [match.rule for match in find(content, TOKENS, ACME)] == found
    right = f'{name} = "acme_{rare(24, string.ascii_lowercase)}"'.encode()
    assert [match.rule for match in find(right, TOKENS, ACME)] == ['acme-key']


def test_a_format_that_counts_up_is_said_to_and_does_not_block() -> None:
    (match,) = find(b'x tok_1234567890abcdefghij y', TOKEN)
    assert (match.rule, match.confidence) == ('some-token', 'low')
    assert 'Counts up or down' in match.message


def test_spans_of_nothing_are_none() -> None:
    assert pattern.spans(b'', pattern.compile([TOKEN], ())) == []
    assert pattern.spans(A_TOKEN, pattern.compile([], ())) == []


# The rules for general secrets


def test_every_example_of_the_general_rules_holds() -> None:
    rules: list[Rule] = []
    for file in sorted(GENERIC.glob('*.yaml')):
        document = yamlfile.read(str(file), f'secrets/generic/{file.name}')
        rules += rulebook.rules_of(document, document.path, examples=True)
    failed = ruletest.run(rules, ())
    assert [one.name for one in failed] == []


ORDINARY = [
    ('a.py', 'password = os.environ["DB_PASSWORD"]'),
    ('a.py', 'def login(user, password=None, token=None):'),
    ('a.py', 'parser.add_argument("--password", help="the password to use")'),
    ('a.py', 'token = tokens[position]'),
    ('a.py', 'self.secret_key = secret_key'),
    ('a.py', 'key = f"{prefix}:{name}"'),
    ('a.py', 'Token.Name.Function: "#pop:2"'),
    ('a.ts', 'const token: string = await session.getToken();'),
    ('a.js', 'var key = keys[i], value = map[key];'),
    ('a.go', 'password := cfg.Database.Password'),
    ('A.java', '@Value("${app.client-secret}") private String clientSecret;'),
    ('a.tf', 'password = var.database_password'),
    ('a.yml', 'secretKeyRef: {name: database, key: password}'),
    ('a.yml', 'token: ${{ secrets.GITHUB_TOKEN }}'),
    ('a.yml', 'password: !vault |'),
    ('a.json', '"author": "Someone <someone@mail.internal>",'),
    ('a.html', '<label for="password">Password:</label>'),
    ('a.md', 'Use `--password` to give the password, or set `TOKEN`.'),
    ('a.sh', 'curl -u "$USER:$PASSWORD" "https://$HOST/api"'),
    ('a.sh', 'mkdir -p "$DIR" && mysql -p < dump.sql'),
    ('a.po', 'msgstr "Le mot de passe est incorrect"'),
    ('a.conf', 'url = https://localhost:8080/a@b'),
    ('a.sql', 'SELECT password, token FROM users WHERE key = 1;'),
    ('.env', 'API_KEY=\nAPI_TOKEN=\nPASSWORD=\n'),
]


@pytest.mark.parametrize(('path', 'line'), ORDINARY)
def test_ordinary_lines_hold_no_secret(path: str, line: str, generic: Compiled) -> None:
    change = Change(path, f'first\n{line}\nlast\n'.encode())
    assert [one.rule for one in pattern.find([change], generic, RUN)] == []


# Hostile content: a bound far above what it takes, for what is quadratic takes minutes.

HOSTILE: list[tuple[str, Callable[[], bytes]]] = [
    ('one character', lambda: b'a' * 2_000_000),
    ('one digit', lambda: b'0' * 2_000_000),
    ('spaces', lambda: b' ' * 2_000_000),
    ('quotes', lambda: b'"' * 2_000_000),
    ('lines', lambda: b'\n' * 2_000_000),
    ('keys', lambda: b'password' * 250_000),
    ('assignments', lambda: b'password=' * 50_000),
    ('words and spaces', lambda: b'secret ' * 280_000),
    ('addresses', lambda: b'a://' * 500_000),
    ('address without end', lambda: b'a://' + b'b' * 1_000_000 + b':' * 1_000_000),
    ('headers', lambda: b'Authorization: ' * 30_000),
    ('pairs', lambda: b'{"name":"password","value":' * 20_000),
    ('options', lambda: b'--password ' * 90_000),
    ('base64', lambda: b'"' + b'QUJD' * 500_000 + b'"'),
    ('quoted digits', lambda: b'"0' * 1_000_000),
]


@pytest.mark.parametrize(('name', 'content'), HOSTILE, ids=[one for one, _ in HOSTILE])
def test_hostile_content_is_read_to_its_end(
    name: str, content: Callable[[], bytes], generic: Compiled
) -> None:
    secret = rare(30).encode()
    text = content() + b'\nDB_PASSWORD=q7' + secret + b'\n'
    run = RUN._replace(deadline=time.monotonic() + 60)
    found = list(pattern.find([Change('a.txt', text)], generic, run))
    assert b'q7' + secret in secrets(text, found)


def test_a_run_that_is_out_of_time_fails() -> None:
    compiled = pattern.compile([TOKEN], ())
    with pytest.raises(Failure, match='not done in time'):
        list(pattern.find([Change('a', A_TOKEN)], compiled, RUN._replace(deadline=0.0)))
