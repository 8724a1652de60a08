"""Grades of values. No value here is a secret: rare ones are drawn when a test runs."""

from __future__ import annotations

import base64
import random
import string

import pytest

from hookline import scoring
from hookline.examples import expand
from hookline.scoring import Value

DRAW = random.Random('scoring')


def rare(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return ''.join(DRAW.choices(alphabet, k=length))


def value(
    secret: str,
    key: str = 'password',
    kind: str = 'password',
    path: str = 'settings.ini',
    before: str = '',
    after: str = '',
) -> Value:
    return Value(
        secret.encode(), key.encode(), kind, path, before.encode(), after.encode()
    )


def quoted(secret: str, key: str = 'password', path: str = 'a.py') -> Value:
    kind = 'password' if 'pass' in key.lower() else 'token'
    return value(secret, key, kind, path, f'{key} = "', '"')


def url(secret: str, before: str = 'https://someone:') -> Value:
    return value(secret, 'https', 'credential', 'a.py', before, '@git.internal')


def basic(pair: str) -> Value:
    text = base64.b64encode(pair.encode()).decode()
    return value(text, 'Basic', 'token', 'a.py', '"Authorization": "Basic ', '"')


HARMLESS = [
    (quoted('changeme'), 'placeholder'),
    (quoted('your-password-here'), 'placeholder'),
    (quoted('<password>'), 'placeholder'),
    (quoted('xxxxxxxxxxxx'), 'placeholder'),
    (quoted('************'), 'mask'),
    (quoted('password'), 'everybody writes it'),
    (quoted('postgres'), 'default of a local database'),
    (quoted('${DB_PASSWORD}'), 'reference'),
    (quoted('{{ vault_password }}'), 'reference'),
    (quoted('%(password)s'), 'reference'),
    (quoted('%s'), 'reference'),
    (quoted('{password!r}'), 'format'),
    (quoted('$DB_PASSWORD'), 'reference'),
    (quoted('$USER:$PASSWORD'), 'two references'),
    (quoted('12345678'), 'counts up'),
    (quoted('qwertyuiop'), 'follows the keyboard'),
    (quoted('Enter your password'), 'prose'),
    (quoted('user_password_field'), 'identifier'),
    (quoted('ab'), 'short'),
    (value('getpass.getpass()', path='a.py'), 'call'),
    (value('options.password', path='a.py'), 'attribute'),
    (value('self', path='a.py', after='.password'), 'code'),
    (value('string;', path='a.ts'), 'type'),
    (value('getenv', after='("X")'), 'call'),
    (value('table{h}o[i].k9', after=');'), 'statement'),
    (value('m{h}o)k9[x', before='secret[] = '), 'array'),
    (value('some_variable', path='a.go'), 'identifier'),
    (quoted(rare(20), 'password_hash_algorithm'), 'key is the name of a setting'),
    (quoted(rare(20), 'reset_password'), 'key is an action'),
    (quoted(rare(32), 'public_key'), 'public'),
    (quoted(rare(32), 'monkey'), 'animal'),
    (quoted(rare(32), 'keyboardLayout'), 'keyboard'),
    (quoted('ctrl+shift+down', 'key'), 'key combination'),
    (quoted(rare(32), 'csrf_token'), 'valid for one page'),
    (quoted(rare(32), 'next_token'), 'page of a list'),
    (quoted('https://login.internal/oauth2/token', 'token'), 'address'),
    (quoted('application/octet-stream', 'secret'), 'media type'),
    (quoted('someone@mail.internal', 'secret'), 'e-mail address'),
    (quoted('2024-05-17T10:11:12Z', 'token'), 'date'),
    (quoted('/run/secrets/database/primary', 'secret'), 'path'),
    (quoted('accessTokenExpiryListener', 'token'), 'camelCase'),
    (quoted('00000000000000000000000000000000', 'api_key'), 'zeros'),
    (quoted(rare(40, '0123456789abcdef'), 'commit_key'), 'commit'),
    (value(rare(40, '0123456789abcdef'), '', 'entropy', before='x = "'), 'digest'),
    (
        value(rare(44), '', 'entropy', 'package-lock.json', '"integrity": "sha512-'),
        'integrity of a package',
    ),
    (value(rare(44), '', 'entropy', 'a.svg', 'd="'), 'markup'),
    (value(rare(20), after='...'), 'shortened in prose'),
    (value('p%2Fss9', after='@host.example.com/'), 'example host'),
    (url('password'), 'stands for a password'),
    (url('deploy', before='https://deploy:'), 'the same as the user'),
    (url('8080/a'), 'port and path'),
    (quoted('pypi-<token>', 'token'), 'placeholder inside'),
    (quoted('abcd1234' * 5 + 'tail'), 'repeats itself'),
    (quoted('sk-' + rare(20), 'api_key'), 'too short for an issued key'),
    (quoted('01ARZ3NDEKTSV4RRFFQ69G5FAV', 'token'), 'ULID'),
    (quoted('short1x', 'api_key'), 'too short for a key'),
    (quoted('eyJ' + rare(20) + '.eyJ' + rare(30) + '.signature', 'token'), 'cut'),
    (quoted('RSA/ECB/OAEPPadding', 'password'), 'cipher'),
    (quoted('lightweight.claim', 'access_token'), 'dotted name'),
    (quoted('urn:ietf:params:oauth:grant-type:ticket', 'token'), 'name'),
    (quoted('+e),o||(this.repo.admin&&warn(e),f())}log(', 'token'), 'code'),
    (quoted(rare(40), 'secret', 'bundle.js.map'), 'source map'),
    (quoted('2YotnFZFEjr1zCsic' + 'MWpAA', 'access_token'), 'RFC 6749'),
    (basic('admin:password'), 'Basic of a usual password'),
    (value(rare(20), 'encryptPassword', before='encryptPassword("'), 'argument'),
    (quoted('a1b2c3d4e5f6g7h8i9j0', 'api_key'), 'counts up'),
    (quoted(f'{rare(20)}q2r3S4t5U6v7W8x9Y0z', 'api_key'), 'counts up at its end'),
    (quoted('ZAQWS-XCDER-VBGTR', 'license_key'), 'columns of the keyboard'),
    (quoted('challengePassword', 'CHALLENGE_PASSWORD'), 'the name of its key'),
    (quoted('md5$$', 'password__startswith'), 'a lookup'),
    (quoted(f'mercury_sandbox_{rare(30)}', 'api_key'), 'sandbox'),
    (value('/workspace', 'PWD', before='docker run -v $(PWD):'), 'working directory'),
    (value('gewijzigd', 'wachtwoord', path='nl.po', before='wachtwoord is '), 'word'),
    (value('apples%2Foranges', path='a.rst', before='password '), 'escaped words'),
    (value('0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13', 'key', 'bytes'), 'in order'),
    (
        value('333, 1, 9, 4, 7, 2, 88, 3, 5, 61, 12, 6, 90, 8', 'key', 'bytes'),
        'no bytes',
    ),
    (quoted('-starts-like-an-option', 'password'), 'words'),
]
SECRET = [
    (quoted(f'acme_{rare(40, string.hexdigits[:16])}', 'token'), 'issued'),
    (quoted('Tr0ub4dor&3'), 'human-made'),
    (quoted(f'k9{rare(10)}!'), 'generated'),
    (value(f'k9{rare(10)}'), 'unquoted setting'),
    (value(f'k9{rare(12)}', path='Dockerfile'), 'no extension'),
    (quoted(f'7{rare(10)}q', 'dbPassword'), 'camelCase key'),
    (quoted(rare(32), 'api_key'), 'API key'),
    (quoted(rare(40, '0123456789abcdef'), 'api_key'), 'hexadecimal API key'),
    (quoted(rare(40), 'AUTH_TOKEN'), 'token'),
    (quoted(rare(44) + '=', 'clientSecret'), 'base64'),
    (value(rare(32), 'client_secret', 'token', '.env'), 'unquoted in .env'),
    (url(f'd5{rare(10)}'), 'in a URL'),
    (basic(f'admin:h7{rare(10)}'), 'Basic'),
    (value('k{{w}a)z${t]n,ob(ody[f', path='.env', before='PASS='), 'brackets crossed'),
    (quoted('m{{h}o)p${e]n,ob(ody[f>-_$#t}}', 'secret'), 'brackets that stay open'),
    (quoted(rare(40), 'api_key', 'tests/test_api.py'), 'random in a test, too'),
    (quoted('Falcon_4512'), 'words and digits, as people make them'),
    (quoted(f'h4{rare(8)}', 'client_secret'), 'a secret as short as a password'),
    (value(expand('{{key-bytes}}', 'one'), 'aes_key', 'bytes', 'a.c'), 'bytes'),
    (value('k9sH2fLq', 'PASS', path='.env', before='# PASS='), 'commented out'),
    (quoted('1ace4d19-fa7e-b4e2-c3f0-9129474bcd81', 'api_key'), 'UUID as an API key'),
]


@pytest.mark.parametrize(('given', 'why'), HARMLESS, ids=[why for _, why in HARMLESS])
def test_what_is_no_secret_is_dropped(given: Value, why: str) -> None:
    assert scoring.grade(given) == '', scoring.explain(given)


@pytest.mark.parametrize(('given', 'why'), SECRET, ids=[why for _, why in SECRET])
def test_a_secret_is_graded_medium_or_high(given: Value, why: str) -> None:
    assert scoring.grade(given) in ('medium', 'high'), scoring.explain(given)


@pytest.mark.parametrize(
    ('given', 'why'),
    [
        (url('s3cr3t'), 'usual words where nothing but a password stands'),
        (value('whiteduke', path='.env', before='PASS='), 'a word in a setting'),
        (quoted('blue.Fish7', 'password', 'tests/test_a.py'), 'in a test'),
        (quoted('s3krit'), 'usual words with digits for letters'),
        (quoted('blue.Fish7', 'password', 'docs/a.rst'), 'in documentation'),
    ],
)
def test_what_may_be_a_secret_is_no_more_than_low(given: Value, why: str) -> None:
    assert scoring.grade(given) == 'low', scoring.explain(given)


@pytest.mark.parametrize('given', [one for one, _ in SECRET])
def test_a_sentence_says_why_and_never_the_value(given: Value) -> None:
    sentence = scoring.because(given)
    assert sentence.startswith(f'Graded {scoring.grade(given)}: ')
    shown = given.secret.decode() in sentence
    assert not shown


@pytest.mark.parametrize('given', [one for one, _ in SECRET])
def test_an_explanation_has_reasons_and_never_the_value(given: Value) -> None:
    reasons = scoring.explain(given)
    assert reasons
    text = given.secret.decode()
    shown = any(text in reason for reason in reasons)
    assert not shown


def test_random_text_is_rarer_than_identifiers() -> None:
    names = ('hardcoded_password', 'accessTokenExpiry', 'get_default_backend')
    assert max(map(scoring.bits, names)) < 4.3
    assert min(scoring.bits(rare(24)) for _ in range(50)) > 4.7


@pytest.mark.parametrize(
    ('key', 'found'),
    [
        ('dbPassword', ['db', 'password']),
        ('AWS_SECRET_KEY', ['aws', 'secret', 'key']),
        ('HTTPToken', ['http', 'token']),
        ('spring.datasource.password', ['spring', 'datasource', 'password']),
        ('key2', ['key', '2']),
        ('', []),
    ],
)
def test_a_key_is_split_into_words(key: str, found: list[str]) -> None:
    assert list(scoring.words(key)) == found


@pytest.mark.parametrize(
    ('secret', 'made_up'),
    [
        (rare(36), False),
        (f'{rare(20)}EXAMPLE', True),
        (f'{rare(10)}1234567{rare(10)}', True),
        (f'{rare(10)}7654321', True),
        ('x' * 36, True),
        ('A' * 12 + rare(200), True),
    ],
    ids=['rare', 'says so', 'counts up', 'counts down', 'x', 'long run'],
)
def test_a_providers_token_may_be_made_up(secret: str, made_up: bool) -> None:
    assert scoring.placeholder(secret.encode()) is made_up
