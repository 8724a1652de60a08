"""The detect-secrets engine against detect-secrets itself and hostile files."""

from __future__ import annotations

import marshal
import os
import random
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import hyperscan
import pytest
from detect_secrets.core import scan
from detect_secrets.filters import heuristic
from detect_secrets.plugins import keyword
from detect_secrets.settings import default_settings
from detect_secrets.util.filetype import determine_file_type

from hookline import examples, prefilters, rulebook, ruletest
from hookline.engines import detect_secrets as engine
from hookline.nouns import Change, Compiled, Document, Failure, Match, Rule, Run

FOLDER = 'secrets/detect-secrets/'
NAME = {plugin.secret_type: name for name, plugin in sorted(engine.plugins().items())}


def built_in() -> list[Rule]:
    layer = rulebook.builtin()
    return [
        rule
        for name, _ in rulebook.files(layer)
        if name.startswith(FOLDER)
        for rule in rulebook.rules_of(rulebook.read(layer, name), name, examples=True)
    ]


RULES = built_in()
PLUGIN = {rule.id: str(rule.block['plugin']) for rule in RULES}


@pytest.fixture(scope='module')
def compiled() -> Compiled:
    # As the cache gives it back.
    made: Compiled = marshal.loads(marshal.dumps(engine.compile(RULES, ())))
    return made


def run(seconds: float = 600) -> Run:
    return Run(cache='', jobs=1, deadline=time.monotonic() + seconds)


def find(compiled: Compiled, content: bytes, path: str = 'a.txt') -> list[Match]:
    """Return what detect-secrets reports, before hookline grades it."""
    return list(engine.candidates([Change(path, content)], compiled, run()))


def graded(compiled: Compiled, content: bytes, path: str = 'a.txt') -> list[Match]:
    return list(engine.find([Change(path, content)], compiled, run()))


def ids(matches: list[Match]) -> set[str]:
    return {match.rule.removeprefix('detect-secrets-') for match in matches}


def expanded(text: str) -> bytes:
    return examples.expand(text, 'test').encode()


# Rules


def test_there_is_one_rule_for_each_plugin_of_the_installed_version() -> None:
    # A filter of detect-secrets drops all that IPPublicDetector finds; so do we.
    assert {*PLUGIN.values(), *engine.LETTERLESS} == set(engine.plugins())


def test_every_example_holds() -> None:
    assert [ruletest.describe(one) for one in ruletest.run(RULES, ())] == []


def test_no_rule_is_sure_of_what_stands_in_its_own_files(compiled: Compiled) -> None:
    layer = rulebook.builtin()
    changes = [
        Change(name, Path(layer.directory, name).read_bytes())
        for name, _ in rulebook.files(layer)
        if name.startswith(FOLDER)
    ]
    found = engine.find(changes, compiled, run())
    assert [(one.path, one.rule) for one in found if one.confidence != 'low'] == []


@pytest.mark.parametrize(
    ('block', 'key'),
    [
        ({}, 'plugin'),  # no plugin
        ({'plugin': 'AwsKey'}, 'plugin'),  # not its name
        ({'plugin': 'AWSKeyDetector', 'limit': 3}, 'limit'),  # takes none
        ({'plugin': 'KeywordDetector', 'keyword_exclude': 'x'}, 'keyword_exclude'),
        ({'plugin': 'HexHighEntropyString', 'limit': 4.6}, 'limit'),  # never reached
        ({'plugin': 'HexHighEntropyString', 'limit': -1}, 'limit'),
        ({'plugin': 'HexHighEntropyString', 'limit': 1e9}, 'limit'),
        ({'plugin': 'HexHighEntropyString', 'limit': '3'}, 'limit'),
        ({'plugin': 'HexHighEntropyString', 'limit': True}, 'limit'),
        ({'plugin': 'HexHighEntropyString', 'limit': float('nan')}, 'limit'),
        ({'plugin': 'HexHighEntropyString', 'path': 'x.py'}, 'path'),  # loads code
    ],
)
def test_a_block_that_detect_secrets_cannot_use_is_an_error(
    block: dict[str, object], key: str
) -> None:
    document = Document('rules/x.yaml', {}, {f'detect-secrets.{key}': 7})
    rule = RULES[0]._replace(block=block, document=document)
    with pytest.raises(Failure, match=rf'^rules/x\.yaml:7: detect-secrets\.{key}: '):
        engine.compile([rule], ())


def test_a_limit_of_a_rule_decides() -> None:
    rule = next(one for one in RULES if one.id == 'detect-secrets-hex-entropy')
    content = expanded('x = "{{hex:16}}"')
    for limit, expected in ((2.0, 1), (3.95, 0)):
        block = {**rule.block, 'limit': limit}
        made = engine.compile([rule._replace(block=block)], ())
        assert len(find(made, content)) == expected


def test_no_rules_find_nothing() -> None:
    assert find(engine.compile([], ()), expanded('password = "{{alnum:20}}"')) == []


# What is left alone


@pytest.mark.parametrize(
    ('path', 'content'),
    [
        ('a.py', ''),
        ('a.py', 'password = None'),
        ('a.py', 'password = ""'),
        ('a.py', 'def f(password="x"): ...'),  # one character
        ('a.py', 'password = get_password("{{alnum:20}}")'),  # a call
        ('a.py', 'password = headers["{{alnum:20}}"]'),
        ('a.py', 'password = "${PASSWORD}"'),
        ('a.py', 'password = "{{password}}"'),
        ('a.py', 'password = "<password>"'),
        ('a.py', 'password = "$PASSWORD"'),
        ('a.py', 'password = "12345678"'),  # no letter
        ('a.py', 'password = "abcdef"'),  # in sequence
        ('a.py', 'api_key = "{{uuid}}"'),
        ('a.py', 'password = {{alnum:20}}'),  # no quotes in Python
        ('a.py', 'user_id = "{{base64:64}}"'),
        ('a.py', 'x = "{{hex:8}}"'),  # too short for its limit
        ('a.py', 'x = "{{digits:40}}"'),
        ('a.py', "x = '{{base64:64}}"),  # the quotes do not match
        ('a.txt', 'listen on 127.0.0.1 and 10.2.3.4'),
        ('a.txt', '{{base64:64}}'),
        ('a.md', 'A password is best\nlong.\n\ntoken = {{base64:64}}\n'),  # no INI
        ('a.conf', 'token = {{base64:64}}'),  # no section, so not read as INI
        ('a.py', '[x]\nthis is no INI file\ntoken = {{base64:64}}'),
        ('a.txt', 'eyJ{{alnum:30}}.{{alnum:30}}.{{alnum:30}}'),  # decodes to no JSON
    ],
)
def test_is_not_reported(compiled: Compiled, path: str, content: str) -> None:
    assert ids(find(compiled, expanded(content), path)) == set()


@pytest.mark.parametrize(
    'path',
    ['a.lock', 'a.svg', 'x/package-lock.json', 'swagger/a.py', 'poetry.lock'],
)
def test_files_that_detect_secrets_leaves_out_are_left_out(path: str) -> None:
    assert not engine.takes(Change(path, b'x'))


@pytest.mark.parametrize('path', ['a.py', '.env', 'Dockerfile', 'lock.json', 'A.SVG'])
def test_other_files_are_taken(path: str) -> None:
    assert engine.takes(Change(path, b'x'))
    assert not engine.takes(Change(path, b''))


# What is reported, and where


@pytest.mark.parametrize(
    ('path', 'before', 'secret', 'after', 'rule'),
    [
        ('a.py', 'password = "', '{{alnum:20}}', '"', 'keyword'),
        ('a.py', 'é = 1; password = "', 'ü{{alnum:20}}', '"', 'keyword'),
        ('a.py', '# pragma: x\r\npassword = "', '{{alnum:20}}', '"\r\n', 'keyword'),
        ('a.py', 'x = 1\rpassword = "', '{{alnum:20}}', '"\r', 'keyword'),
        ('a.py', '"', '{{alnum:20}}', '" == my_password', 'keyword'),
        ('a.go', 'password := ', '{{alnum:20}}', '', 'keyword'),
        ('a.c', 'char password[25] = "', '{{alnum:20}}', '";', 'keyword'),
        ('a.cpp', 'std::string secret("', '{{alnum:20}}', '");', 'keyword'),
        ('a.yaml', 'db:\n  password: ', '{{alnum:20}}', '  # ours', 'keyword'),
        ('a.yaml', 'password : ', '{{alnum:20}}', '', 'keyword'),
        ('a.yaml', 'secret: |\n  ', '{{alnum:20}}', '\n', 'keyword'),
        ('.env', 'DB_PASSWORD=', '{{alnum:20}}', '\nB=2', 'keyword'),
        ('a.ini', '[db]\npassword = ', '{{alnum:20}}', '', 'keyword'),
        ('a.py', "x = '", '{{base64:64}}', "'", 'base64-entropy'),
        ('a.yaml', 'x: ', '{{base64:64}}', '', 'base64-entropy'),
        ('.env', 'x=', '{{base64:64}}', '', 'base64-entropy'),
        ('a.py', '[x]\nx = ', '{{base64:64}}', '', 'base64-entropy'),
        ('a.py', 'x = "', '{{hex:40}}', '"', 'hex-entropy'),
        ('a.py', 'x = f("', 'ghp_{{alnum:36}}', '")', ''),  # a call: indirect
        ('a.txt', 'x ', 'ghp_{{alnum:36}}', ' y', 'github-token'),
        ('a.txt', 'x ', 'glpat-{{alnum:20}}', ' y', 'gitlab-token'),
        ('a.txt', 'x x://u:', '{{alnum:9}}', '@host', 'basic-auth'),
        ('config', '[default]\naws_secret_access_key=', '{{base64:40}}', '', 'aws-key'),
        ('a.txt', 'x ', '{{jwt}}', ' y', 'jwt'),
    ],
)
def test_the_secret_is_placed_exactly(
    compiled: Compiled, path: str, before: str, secret: str, after: str, rule: str
) -> None:
    head, value, tail = (expanded(text) for text in (before, secret, after))
    content = head + value + tail
    spans = [
        match.secret
        for match in find(compiled, content, path)
        if match.rule == f'detect-secrets-{rule}'
    ]
    assert spans == ([(len(head), len(head) + len(value))] if rule else [])


@pytest.mark.parametrize(
    ('codec', 'mark'),
    [
        ('utf-16-le', b'\xff\xfe'),
        ('utf-16-be', b'\xfe\xff'),
        ('utf-16-le', b''),
        ('utf-16-be', b''),
        ('utf-8', b'\xef\xbb\xbf'),
        ('latin-1', b''),  # invalid UTF-8
    ],
)
def test_other_encodings_are_read(compiled: Compiled, codec: str, mark: bytes) -> None:
    secret = expanded('{{alnum:20}}').decode()
    text = f'# \xe9 the first line is long enough to tell\npassword = "{secret}"\n'
    content = mark + text.encode(codec)
    (match,) = find(compiled, content, 'a.py')
    assert match.secret is not None
    held = content[slice(*match.secret)] == secret.encode(codec)
    assert held


def test_a_line_of_a_million_characters_is_read(compiled: Compiled) -> None:
    filler = b'var a=[1,2,3];f(a);' * 30000
    secret = expanded('password="{{alnum:20}}"')
    random_one = expanded('"{{base64:9000}}"')
    content = filler + secret + filler + random_one + filler
    found = {(match.rule, match.start) for match in find(compiled, content, 'a.js')}
    assert found == {
        ('detect-secrets-keyword', len(filler)),
        ('detect-secrets-base64-entropy', 2 * len(filler) + len(secret)),
    }


def test_a_value_told_often_in_one_file_is_told_in_the_next(
    compiled: Compiled,
) -> None:
    line = expanded('password = "{{alnum:20}}"\n')
    changes = [Change('a.py', line * 1500), Change('b.py', b'x = 1\n' + line)]
    # What was read of one file is remembered for the others, as in a history.
    found = engine.candidates(changes, compiled, run()._replace(kept={}))
    own = [one.path for one in found if one.rule == 'detect-secrets-keyword']
    assert own.count('b.py') == 1
    # Once for each regex that reports it.
    assert 300 < own.count('a.py') <= 1000


def test_an_inline_pragma_does_not_switch_the_check_off(compiled: Compiled) -> None:
    content = expanded('password = "{{alnum:20}}"  # pragma: allowlist secret')
    assert 'keyword' in ids(find(compiled, content, 'a.py'))


# Grading


@pytest.mark.parametrize(
    ('path', 'content'),
    [
        ('a.txt', 'x ghp_' + 'x' * 36 + ' y'),
        ('a.txt', 'x ghp_{{alnum:36}} y'),  # its checksum does not hold
        ('a.txt', 'x AKIAIOSFODNN7' + 'EXAMPLE y'),
        ('a.txt', 'ACCA' + 'GATTACAGATTACAGA'),  # a gene
        ('a.txt', 'AKIA{{base32:15}}1'),  # not of its alphabet
        ('a.txt', 'x xoxb-1-' + 'token y'),
        ('a.txt', 'glpat-' + 'your-token-goes-here'),
        ('a.txt', '-----BEGIN PRIVATE KEY-----\nof the issuer\n'),
        ('a.py', 'api_key = "insert_key_here"'),
        ('a.py', 'CLIENT_SECRET = "settings.CLIENT_SECRET"'),
        ('a.py', 'password = "password"'),
        ('a.txt', 'x://user:password@db.example.com/'),
        ('a.lock.yaml', 'checksum: {{hex:64}}'),
        ('a.py', 'public_key = "{{base64:43}}"'),
        ('a.html', '<input name="authenticity_token" value="{{base64:64}}">'),
        ('a.yaml', 'kind: SealedSecret\nspec:\n  password: {{alnum:240}}\n'),
    ],
)
def test_what_is_no_secret_is_not_reported(
    compiled: Compiled, path: str, content: str
) -> None:
    assert find(compiled, expanded(content), path)
    assert ids(graded(compiled, expanded(content), path)) == set()


@pytest.mark.parametrize(
    ('path', 'content', 'rule'),
    [
        ('a.txt', 'x ghp_{{github-token}} y', 'github-token'),
        ('a.txt', 'x glpat-{{alnum:20}} y', 'gitlab-token'),
        ('a.txt', 'x AKIA{{base32:16}} y', 'aws-key'),
        ('a.txt', '{{pem-rsa}}', 'private-key'),
        ('a.txt', 'x x://u:{{alnum:9}}@host', 'basic-auth'),
        ('a.py', 'password = "r7{{alnum:12}}"', 'keyword'),
        ('a.py', 'if "r7{{alnum:12}}" == password:', 'keyword'),  # name behind value
        ('a.c', 'char password[25] = "r7{{alnum:12}}";', 'keyword'),
        ('a.py', 'cipher_secret = ["{{base64:64}}"]', 'base64-entropy'),
    ],
)
def test_what_may_be_a_secret_is_reported(
    compiled: Compiled, path: str, content: str, rule: str
) -> None:
    assert rule in ids(graded(compiled, expanded(content), path))


def test_matches_come_by_change_and_place(compiled: Compiled) -> None:
    content = expanded('a = "{{base64:64}}"\npassword = "{{alnum:20}}"\n')
    changes = [Change('b.py', content), Change('a.py', content)]
    every = engine.candidates(changes, compiled, run())
    found = [(one.path, one.start) for one in every]
    assert [path for path, _ in found] == ['b.py'] * 2 + ['a.py'] * 2
    assert found[:2] == sorted(found[:2])


# The same as detect-secrets

WORDS = ('password', 'my_secret', 'api_key', 'apiKey2', 'pwd', 'id', 'user_id', 'token')
SIGNS = (' = ', '=', ': ', ':', ' := ', ' == ', ' != ', ' => ', '(', '.assign(', ' ')
QUOTES = ('"', "'", '`', '')
VALUES = (
    *(
        '{{alnum:12}}',
        '{{hex:40}}',
        '{{base64:64}}',
        '{{base64url:44}}',
        '{{lower:24}}',
    ),
    *('f(x)', 'a[0]', '${X}', '{x}', '<x>', 'abcdef', '1234567', 'hunter2', 'é\xa0b'),
    *('AKIA{{upperalnum:16}}', 'AKC{{alnum:20}}', 'ghp_{{alnum:36}}', 'AC{{hex:32}}'),
    *('http://u:{{alnum:8}}@h', '{{digits:9}}:{{base64url:35}}', '{{hex:32}}-us1'),
    *('{{uuid}}', '{{jwt}}', 'a "b" c', "it's", '', 'x', '\u212aey', '!pw{{alnum:9}}'),
)
TAILS = ('', ';', ',', ')', '  # x', ' == password', "['y']", ' \t', '\x0b', '";')
NAMES = ('a.py', 'a.go', 'a.c', 'a.cpp', 'a.yaml', 'a.ini', 'a.txt', 'a.js', 'a.m')


def lines(count: int, seed: int) -> list[str]:
    source = random.Random(seed)
    made = []
    for _ in range(count):
        parts: list[str] = []
        for _ in range(source.choice((1, 1, 2))):
            opening = source.choice(QUOTES)
            closing = opening if source.random() < 0.8 else source.choice(QUOTES)
            word = source.choice(WORDS) + source.choice(('', '', '"', "']", '_x'))
            value = examples.expand(source.choice(VALUES), str(source.random()))
            parts += (source.choice(('', '  ', '- ', '"')), word, source.choice(SIGNS))
            parts += (opening, value, closing, source.choice(TAILS))
        made.append(''.join(parts))
    return made


def as_reported(text: str, path: str) -> set[tuple[str, int]]:
    """Return (plugin, line) as detect-secrets reports line by line."""
    with default_settings() as settings:
        settings.disable_filters('detect_secrets.filters.allowlist.is_line_allowlisted')
        numbered = list(enumerate(text.split('\n'), 1))
        return {
            (NAME[one.type], one.line_number)
            for one in scan._process_line_based_plugins(numbered, path)
        }


@pytest.mark.parametrize('path', NAMES)
def test_nothing_that_detect_secrets_reports_is_lost(
    compiled: Compiled, path: str
) -> None:
    text = '\n'.join(lines(1500, len(path) + ord(path[-1])))
    content = text.encode()
    ours = {
        (PLUGIN[one.rule], content.count(b'\n', 0, one.start) + 1)
        for one in find(compiled, content, path)
    }
    theirs = as_reported(text, path)
    assert len(theirs) > 300  # the lines are worth comparing
    assert theirs - ours == set()
    # The filter on letters leaves IPPublicDetector nothing; settings files are read
    # with quotes around their values in addition.
    if path not in ('a.yaml', 'a.ini', 'a.txt'):
        assert {one for one in ours - theirs if one[0] != 'IPPublicDetector'} == set()


@pytest.mark.parametrize(
    ('path', 'content'),
    [
        ('.env', 'A=1\n\nexport DB_PASSWORD={{alnum:20}}\nTOKEN={{base64:64}}\n'),
        ('.env', '# x\nSECRET="{{alnum:20}}"\nKEY: {{hex:64}}\n'),
        ('credentials', '[a]\naws_secret_access_key = {{base64:40}}\n'),
        ('a.ini', '; x\n[a]\npassword = two words\nx = {{base64:64}}\n'),
        ('a.toml', '[a]\npassword = "{{alnum:20}}"\nx = "{{base64:64}}"\n'),
        ('a.yaml', 'a:\n  - password: {{alnum:20}}\n  - x: {{base64:64}}  # y\n'),
        ('a.yml', "a: {b: c}\npassword: 'f(x)'\n'x': '{{base64:64}}'\n"),
        ('a.py', '[a]\nx = {{base64:64}}\npassword = {{alnum:20}}\n'),
        ('a.txt', 'x = require("y")("sk_live_{{alnum:24}}")\n'),
    ],
)
def test_settings_files_give_what_a_scan_of_the_file_gives(
    compiled: Compiled, tmp_path: Path, path: str, content: str
) -> None:
    text = expanded(content)
    file = tmp_path / path
    file.write_bytes(text)
    with default_settings():
        theirs = {
            (NAME[one.type], one.line_number) for one in scan.scan_file(str(file))
        }
    ours = {
        (PLUGIN[one.rule], text.count(b'\n', 0, one.start) + 1)
        for one in find(compiled, text, path)
    }
    assert theirs
    assert theirs - ours == set()


def test_a_call_is_told_as_detect_secrets_tells_it() -> None:
    source = random.Random(7)
    for _ in range(20000):
        line = ''.join(
            source.choices('ab.- =!:[](){}"\x0b\xa0é', k=source.randrange(14))
        )
        assert engine._is_indirect(line) == heuristic.is_indirect_reference(line)


def test_names_of_files_are_told_as_detect_secrets_tells_them() -> None:
    table = determine_file_type.__code__.co_consts
    rows = [row if isinstance(row, tuple) else (row,) for row in table]
    known = {one for row in rows for one in row if str(one).startswith('.')}
    assert '.py' in known
    usual = keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP
    patterns = engine._keyword_patterns()
    ours: dict[int, set[tuple[str, int]]] = {one: set() for one in engine.EXTENSIONS}
    for pattern in patterns:
        for family, found in ours.items():
            if pattern.families & family:
                found.add((pattern.regex, pattern.group))
    for extension in {*known, '.xyz', ''}:
        chosen = keyword.REGEX_BY_FILETYPE.get(
            determine_file_type(f'a{extension}'), usual
        )
        theirs = {(one.pattern, group) for one, group in chosen.items()}
        assert ours[engine._family(f'a{extension}')] == theirs, extension
    assert set(engine.NOT_TEXT) == heuristic.IGNORED_FILE_EXTENSIONS
    names = heuristic.is_lock_file.__code__.co_consts
    assert engine.LOCK_FILES in names


# Prefilters


@pytest.mark.parametrize(
    ('regex', 'flags', 'text'),
    [
        (r'a\sb', 0, 'a\xa0b'),  # wide space
        (r'a\wb', 0, 'aéb'),
        (r'a.{0,2}b', 0, 'a😀😀b'),  # four bytes each
        ('key', re.IGNORECASE, '\u212aEY'),  # the Kelvin sign
        ('secret', re.IGNORECASE, '\u017fECRET'),
        ('[^a]id', re.IGNORECASE, 'x\u0131D'),
        ('i{2}x', re.IGNORECASE, '\u0130\u0131X'),
        ('[a-z]{2}1', re.IGNORECASE, '\u212a\u017f1'),
        ('contraseña', 0, 'contraseña'),
        (r'(["\'])x+(\1)', 0, '"xx"'),
        (r'^a$', 0, 'a'),
        (r'(?<=\W)a(?!\w)', 0, ' a '),
        (r'(?:a|)b(?:c|)', 0, 'b'),
        (r'[^a-c]x', 0, 'dx'),
        (r'(?x) a b # comment', 0, 'ab'),
        (r'a{3,}', 0, 'aaaa'),
        (r'ab*[bc]', 0, 'ac'),
        (r'ab+[bc]', 0, 'abc'),
    ],
)
def test_a_prefilter_misses_nothing(regex: str, flags: int, text: str) -> None:
    assert re.search(regex, text, flags)
    form = prefilters.expression(regex, flags)
    assert hits(form, text.encode())
    if max(text) < '\u0100':
        # What is not UTF-8 is read as Latin-1.
        assert hits(form, text.encode('latin-1'))


def hits(form: bytes, content: bytes) -> list[int]:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=[form], ids=[0], flags=[0])
    ends: list[int] = []
    database.scan(content, match_event_handler=lambda *event: ends.append(event[2]))
    return ends


def test_an_open_end_is_one_event() -> None:
    form = prefilters.expression(r'key=[a-z]{20,}', 0)
    assert len(hits(form, b'key=' + b'a' * 100000)) == 1


@pytest.mark.parametrize('regex', ['', 'a*', r'\b', '(?=a)'])
def test_what_matches_everywhere_has_no_prefilter(regex: str) -> None:
    with pytest.raises(ValueError, match='empty'):
        prefilters.expression(regex, 0)


def test_quotes_may_be_left_out_of_a_prefilter() -> None:
    form = prefilters.expression('key = ["\'][a-z]{4}["\']', 0, quoted=False)
    assert hits(form, b'key = abcd')


# The library stays out of it


@pytest.mark.parametrize(
    ('content', 'asked'),
    [
        ('x = 1\npassword = os.environ["X"]\n', 0),
        ('password = "{{alnum:20}}"\nx = "{{base64:64}}"\nAKIA{{base32:16}}\n', 0),
        ('token = "{{jwt}}"\nxoxb-{{digits:10}}-{{alnum:20}}\n', 1),
        ('token = "{{jwt}}"\nother = "{{jwt}}"\n', 1),  # one worker for all lines
    ],
)
def test_a_worker_is_asked_for_a_plugin_with_code_of_its_own_only(
    compiled: Compiled, tmp_path: Path, content: str, asked: int
) -> None:
    (tmp_path / 'compiled').write_bytes(marshal.dumps(compiled))
    (tmp_path / 'content').write_bytes(expanded(content))
    program = """
import marshal, sys, time
network = ('socket.connect', 'socket.getaddrinfo', 'socket.sendto')
sys.addaudithook(lambda name, _: name in network and sys.exit(name))
started = []
starts = ('subprocess.Popen', 'os.posix_spawn')
sys.addaudithook(lambda name, _: name in starts and started.append(1))
from hookline.engines import detect_secrets
from hookline.nouns import Change, Run
compiled = marshal.load(open('compiled', 'rb'))
change = Change('a.py', open('content', 'rb').read())
found = detect_secrets.find([change], compiled, Run('', 1, time.monotonic() + 60))
print(len(found) > 0, len(started), 'detect_secrets' in sys.modules)
"""
    source = Path(engine.__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, '-c', program],
        cwd=tmp_path,
        env={**os.environ, 'PYTHONPATH': str(source)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = 'environ' not in content
    expected = [str(found), str(asked), 'False']
    assert (done.stdout.split(), done.stderr) == (expected, '')


def test_the_worker_has_no_library_for_the_network() -> None:
    program = """
import sys
network = ('socket.connect', 'socket.getaddrinfo', 'socket.sendto')
sys.addaudithook(lambda name, _: name in network and sys.exit(name))
from hookline.engines import detect_secrets_worker
detect_secrets_worker.main()
print(sorted({'requests', 'urllib3'} & set(sys.modules)), sys.modules['requests'].get)
"""
    rows = [
        (plugin.__module__, name, 'a.py', 'x')
        for name, plugin in engine.plugins().items()
    ]
    done = subprocess.run(
        [sys.executable, '-c', program],
        input=marshal.dumps(rows),
        env={**os.environ, 'PYTHONPATH': str(Path(engine.__file__).parents[2])},
        capture_output=True,
        check=False,
    )
    assert done.stdout.endswith(b"['requests'] None\n"), done.stderr


@pytest.mark.parametrize(
    ('worker', 'said'),
    [
        (
            'import time; time.sleep(60)',
            r'^detect-secrets was not done after \d+ s and was ended',
        ),
        ('raise SystemExit(3)', r'^detect-secrets ended with status 3$'),
        ('import os; os.kill(os.getpid(), 9)', 'was ended by signal 9'),
        ('print("x")', 'an answer that cannot be read'),
        ('pass', 'an answer that cannot be read'),
        (
            'import marshal; sys.stdout.buffer.write(marshal.dumps([]))',
            'did not answer about every line',
        ),
    ],
)
def test_a_worker_that_does_not_answer_is_a_failure(
    compiled: Compiled, monkeypatch: pytest.MonkeyPatch, worker: str, said: str
) -> None:
    monkeypatch.setattr(engine, 'WORKER', worker)
    change = Change('a.py', expanded('token = "{{jwt}}"\n'))
    with pytest.raises(Failure, match=said):
        engine.find([change], compiled, run(2))


# Hostile content, time and threads


@pytest.mark.parametrize(
    ('path', 'content'),
    [
        ('docker-compose.yml', b'a: &a [x]\n' + b'b: &b [*a,*a,*a,*a,*a,*a]\n' * 5000),
        ('a.yaml', b'[' * 100000),
        ('a.json', b'{"a":' * 100000),
        ('a.js', b'"' + b'Ab1+/' * 400000),
        ('a.txt', b'=Ab1+/' * 100000),
        ('a.txt', b'AC' * 500000),
        ('a.py', b'password' * 2000 + b'!"x";'),
        ('a.py', b'password="xq"' + b' ' * 900 + b'a' + b' ' * 80 + b'.'),
        ('a.txt', b'eyJ' * 3000 + b'!eyJa.b'),
        ('a.bin.txt', bytes(range(256)) * 4000),
        ('a.ini', b'[x]\n' + b'\n' * 100000 + b'x'),
        ('a.env', b'#\n' * 100000 + b'x'),
    ],
)
def test_a_file_made_to_stall_does_not(
    compiled: Compiled, path: str, content: bytes
) -> None:
    assert isinstance(find(compiled, content, path), list)


def test_the_end_of_its_time_is_a_failure(compiled: Compiled) -> None:
    late = Run(cache='', jobs=1, deadline=time.monotonic() - 1)
    with pytest.raises(Failure, match=r'^detect-secrets was not done in time'):
        engine.find([Change('a.py', b'x')], compiled, late)


def test_a_database_of_another_machine_is_made_again(compiled: Compiled) -> None:
    broken = {
        **compiled,
        'databases': tuple(
            (b'HS' + content[2:], *rest) for content, *rest in compiled['databases']
        ),
    }
    content = expanded('password = "{{alnum:20}}"')
    assert find(broken, content) == find(compiled, content) != []


def test_threads_find_the_same(compiled: Compiled) -> None:
    content = expanded('password = "{{alnum:20}}"\nx = "{{jwt}}"\n' * 50)
    expected = find(compiled, content)
    found: list[list[Match]] = []
    # Each with databases of its own: one thread at a time may scan with one.
    copies: list[Compiled] = [marshal.loads(marshal.dumps(compiled)) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda own=own: found.append(find(own, content)))
        for own in copies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4
