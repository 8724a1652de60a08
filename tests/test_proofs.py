"""Proofs hold for what an issuer makes, and for little else."""

from __future__ import annotations

import ast
import random
from base64 import b64encode
from pathlib import Path

import pytest

from hookline import proofs
from hookline.generators import ALNUM, NAMED, characters
from hookline.proofs import PROOFS


def generated(name: str, seed: str = 'proofs') -> bytes:
    return NAMED[name](random.Random(seed)).encode()


def noise(length: int) -> bytes:
    return characters(random.Random('noise'), ALNUM, length).encode()


REJECTED = [
    ('github-crc32', b'ghp_' + noise(36)),  # check digits of another body
    ('github-crc32', b'ghp_' + generated('github-token')[:-1]),  # one short
    ('github-crc32', b''),
    ('npm-crc32', b'npm_' + b'x' * 36),  # a placeholder
    ('jwt', b'eyJ' + noise(40)),  # the header is no JSON
    ('jwt', b'W10.W10.c2ln'),  # JSON, but no object
    ('jwt', b'e30.e30.c2ln'),  # an object without alg
    ('jwt', b'eyJhbGciOiJIUzI1NiJ9.' + noise(60) + b'.' + noise(43)),  # no claims
    ('jwt-header', noise(40) + b'.' + noise(60) + b'.' + noise(43)),
    ('gitlab-crc32', b'glpat-' + noise(27) + b'.01.0r' + b'abcdefg'),  # of another body
    ('grafana-token', b'glsa_' + noise(32) + b'_01234567'),
    ('grafana-token', b'glc_eyJ' + noise(80)),  # no JSON in it
    ('synapse-crc32', b'syt_dXNlcg_' + noise(20) + b'_abcdef'),
    ('nostr-bech32', b'nsec1' + b'q' * 58),
    ('cloudflare-tunnel', b'eyJhIjoi' + noise(120)),
    ('neptune-token', b'eyJhcGlf' + noise(120)),
    ('nx-cloud-token', noise(66)),
    ('supabase-service-role', generated('supabase-anon-jwt')),  # public by design
    ('supabase-service-role', generated('jwt')),  # not Supabase's
    ('pem-key', b'paste your key here ' * 8),  # words
    ('pem-key', b'-----BEGIN PUBLIC KEY-----\n' + noise(64)),
    ('openssh-key', generated('pem-rsa')),  # a key of another container
    ('pem-base64', noise(200)),
    ('age-bech32', b'AGE-SECRET-KEY-1' + b'Q' * 58),
    ('age-bech32', b''),
    ('nkey-crc16', b'SU' + b'A' * 56),
    ('nkey-crc16', b'not base32!'),
    ('stellar-seed', b'S' + b'A' * 55),
    ('bitcoin-wif', b'K' + b'1' * 51),
    ('bitcoin-wif', b'0OIl'),  # not in the alphabet
    ('bip32', b'xprv' + noise(107)),
    ('aws-bedrock', b'ABSK' + noise(120)),
    ('pypi-macaroon', b'pypi-' + noise(120)),
    ('pypi-macaroon', b'pypi-AgE'),  # cut short
    ('discord-token', b'M' + noise(23) + b'.abcdef.' + noise(27)),
    ('docker-auth', b'cmVxdWlyZWQ='),  # base64, without user and password
    ('kubernetes-value', b'Y2hhbmdlbWU='),  # "changeme"
    ('kubernetes-value', b'e3sgLlZhbHVlcyB9fQ=='),  # a template in base64
    ('kubernetes-value', b'not/base64'),
    ('azure-storage-key', b'A' * 86 + b'=='),
    ('key-of-32-bytes', b'A' * 43 + b'='),
    ('onepassword-token', b'ops_' + noise(300)),
    ('grafana-legacy', b'eyJrIjoi' + noise(60)),
    ('sentry-organisation', b'sntrys_eyJ' + noise(80)),
    ('mapbox-token', b'sk.eyJ' + noise(60) + b'.' + noise(22)),
    ('intercom-token', noise(60)),
    ('artifactory-reference', noise(64)),
    # what it decodes to is a sentence
    ('artifactory-reference', b64encode(b'reftkn:' + noise(41))),
    ('atlassian-data-center', noise(44)),
    ('totp', b'A' * 16),
    ('mixed', b'documentation'),
    ('mixed', b'0000000000000000'),
    ('random', b'your_api_key_v2_here1'),  # a placeholder
    ('random', b'settings.API_KEY_2024'),  # a reference
    ('random', b'client-library-v1.2.13'),  # words
    ('random', b'v0.0.0-20240102030405-' + noise(12)),  # a version
    ('random', b'documentationoftheapi12'),  # a phrase
    ('random', b'90210480017736621904'),  # a number
    ('random', b'getAccessTokenSilently'),  # a name
]


@pytest.mark.parametrize(('name', 'secret'), REJECTED)
def test_what_no_issuer_made_is_rejected(name: str, secret: bytes) -> None:
    assert not PROOFS[name](secret)


# Proof, generator, and what the rule's regex has in front of the generated part.
ACCEPTED = [
    ('age-bech32', 'age-key', b''),
    ('artifactory-reference', 'artifactory-reference', b''),
    ('atlassian-data-center', 'atlassian-data-center', b''),
    ('aws-bedrock', 'bedrock-key', b''),
    ('aws-key-id', 'aws-key-id', b''),
    ('azure-storage-key', 'azure-storage-key', b''),
    ('bip32', 'bip32-key', b''),
    ('bitcoin-wif', 'bitcoin-wif', b''),
    ('discord-token', 'discord-token', b''),
    ('docker-auth', 'docker-auth', b''),
    ('github-crc32', 'github-token', b'ghs_'),
    ('grafana-legacy', 'grafana-legacy', b''),
    ('intercom-token', 'intercom-token', b''),
    ('cloudflare-tunnel', 'cloudflare-tunnel', b''),
    ('gitlab-crc32', 'gitlab-routable', b''),
    ('grafana-token', 'grafana-token', b''),
    ('grafana-token', 'grafana-cloud', b''),
    ('jwt', 'jwt', b''),
    ('jwt-header', 'jwt', b''),
    ('neptune-token', 'neptune-token', b''),
    ('nostr-bech32', 'nostr-key', b''),
    ('nx-cloud-token', 'nx-cloud-token', b''),
    ('synapse-crc32', 'synapse-token', b''),
    ('jwt', 'supabase-jwt', b''),
    ('key-of-32-bytes', 'key-of-32-bytes', b''),
    ('kubernetes-value', 'kubernetes-value', b''),
    ('mapbox-token', 'mapbox-token', b'sk.'),
    ('nkey-crc16', 'nkey', b''),
    ('npm-crc32', 'npm-token', b'npm_'),
    ('onepassword-token', 'onepassword-token', b''),
    ('openssh-key', 'openssh-key', b''),
    ('pem-base64', 'pem-base64', b''),
    ('pem-key', 'openssh-key', b''),
    ('pem-key', 'pem-ec', b''),
    ('pem-key', 'pem-json', b''),
    ('pem-key', 'pem-pkcs8', b''),
    ('pem-key', 'pem-rsa', b''),
    ('pem-key-encrypted', 'pem-encrypted', b''),
    ('pem-key-encrypted', 'pem-legacy-encrypted', b''),
    ('pypi-macaroon', 'pypi-token', b''),
    ('sentry-organisation', 'sentry-organisation', b''),
    ('stellar-seed', 'stellar-seed', b''),
    ('supabase-service-role', 'supabase-jwt', b''),
]


@pytest.mark.parametrize(('proof', 'generator', 'prefix'), ACCEPTED)
def test_every_generator_satisfies_its_proof(
    proof: str, generator: str, prefix: bytes
) -> None:
    for seed in range(40):
        held = PROOFS[proof](prefix + generated(generator, str(seed)))
        assert held, f'{generator}, seed {seed}'  # never the value


def test_every_proof_is_accepted_by_something() -> None:
    shapes = {'mixed', 'random', 'totp'}  # what they ask for, a bare alphabet gives
    assert {proof for proof, *_ in ACCEPTED} | shapes == set(PROOFS)


@pytest.mark.parametrize(
    ('proof', 'generator', 'prefix', 'from_'),
    [
        ('github-crc32', 'github-token', b'ghp_', 4),
        ('npm-crc32', 'npm-token', b'npm_', 4),
        ('age-bech32', 'age-key', b'', 16),
        ('gitlab-crc32', 'gitlab-routable', b'', 6),
        ('grafana-token', 'grafana-token', b'', 5),
        ('nostr-bech32', 'nostr-key', b'', 5),
        ('synapse-crc32', 'synapse-token', b'', 4),
        ('nkey-crc16', 'nkey', b'', 2),
        ('stellar-seed', 'stellar-seed', b'', 1),
        ('bitcoin-wif', 'bitcoin-wif', b'', 1),
        ('bip32', 'bip32-key', b'', 4),
    ],
)
def test_a_changed_character_breaks_a_checksum(
    proof: str, generator: str, prefix: bytes, from_: int
) -> None:
    source = random.Random(proof)
    held = 0
    for seed in range(100):
        secret = bytearray(prefix + generated(generator, str(seed)))
        at = source.randrange(from_, len(secret))
        others = sorted(set(secret[from_:]) - {secret[at]})
        secret[at] = source.choice(others)
        held += PROOFS[proof](bytes(secret))
    # Not 0: the last letter of an unpadded base32 has bits that mean nothing.
    assert held <= 2


@pytest.mark.parametrize('name', sorted(PROOFS))
def test_no_proof_fails_on_any_bytes(name: str) -> None:
    source = random.Random(name)
    rows = [b'', b'.', b'_', b'-', b'=', b'\xff' * 30, b'[' * 5000, b'eyJ.eyJ.eyJ']
    rows += [source.randbytes(source.randrange(200)) for _ in range(200)]
    for row in rows:
        assert PROOFS[name](row) in (True, False)


@pytest.mark.parametrize(
    'quoted',
    [
        lambda key: key.replace('\n', '\r\n'),  # a file from Windows
        lambda key: key.replace('\n', '\n    '),  # in a YAML block
        lambda key: key.replace('\n', '\\n'),  # in a JSON string
        lambda key: key.replace('\n', '\\\\n'),  # in a string in a string
        lambda key: key.replace('\n', '\\n" +\n    "'),  # a string in pieces
    ],
)
def test_a_key_is_known_however_it_is_quoted(quoted) -> None:  # type: ignore[no-untyped-def]
    for name in ('pem-rsa', 'pem-pkcs8', 'openssh-key'):
        key = quoted(generated(name).decode()).encode()
        assert PROOFS['pem-key'](key)


def test_an_aws_key_id_names_its_account() -> None:
    # The id's last 40 bits of the first six bytes, shifted by one, are the account.
    account = 123456789012
    raw = (account << 7 | 1 << 47).to_bytes(6, 'big')
    import base64

    key_id = b'ASIA' + base64.b32encode(raw + bytes(4))
    assert proofs.aws_account(key_id) == str(account)


def test_nothing_heavy_is_imported_at_the_top() -> None:
    source = Path(proofs.__file__).read_text(encoding='utf-8')
    modules = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in ast.parse(source).body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in node.names
    }
    assert modules == {'__future__', 'hookline', 'hookline.light'}
