"""Values for rule examples whose format a bare alphabet cannot express.

Each is made to pass the proof of its format, and opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import string
import textwrap
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from hookline import proofs

ALNUM = string.ascii_letters + string.digits


def characters(source: random.Random, alphabet: str, length: int) -> str:
    return ''.join(source.choices(alphabet, k=length))


def standard(body: bytes) -> str:
    return base64.b64encode(body).decode()


def urlsafe(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b'=').decode()


def as_json(value: Any) -> bytes:
    return json.dumps(value, separators=(',', ':')).encode()


def checked_body(source: random.Random) -> str:
    """Return the 36 characters behind `ghp_` or `npm_`, check digits right."""
    body = characters(source, ALNUM, 30)
    return body + proofs.base62_crc32(body.encode()).decode()


def jwt(source: random.Random, claims: Mapping[str, object] | None = None) -> str:
    header = as_json({'alg': 'HS256', 'typ': 'JWT'})
    claims = claims or {'sub': str(source.randrange(10**9)), 'iat': 1700000000}
    parts = (header, as_json(dict(claims)), source.randbytes(32))
    return '.'.join(urlsafe(part) for part in parts)


def supabase_jwt(source: random.Random, role: str) -> str:
    reference = characters(source, string.ascii_lowercase, 20)
    claims = {'iss': 'supabase', 'ref': reference, 'role': role, 'exp': 2015363536}
    return jwt(source, claims)


def der(tag: int, body: bytes) -> bytes:
    """Return one DER element, its length in the short or the two-byte form."""
    if len(body) < 128:
        return bytes((tag, len(body))) + body
    return bytes((tag, 0x82)) + len(body).to_bytes(2, 'big') + body


def pkcs1(source: random.Random) -> bytes:
    """Return the outline of an RSA key: nine integers, of the right sizes only."""
    sizes = (1, 257, 3, 256, 129, 129, 128, 128, 128)
    return der(0x30, b''.join(der(2, b'\0' + source.randbytes(n - 1)) for n in sizes))


def pkcs8(source: random.Random) -> bytes:
    rsa = bytes.fromhex('300d06092a864886f70d0101010500')
    return der(0x30, der(2, b'\0') + rsa + der(4, pkcs1(source)))


def encrypted_pkcs8(source: random.Random) -> bytes:
    pbes2 = bytes.fromhex('06092a864886f70d01050d')
    scheme = der(0x30, pbes2 + der(0x30, source.randbytes(60)))
    return der(0x30, scheme + der(4, source.randbytes(1232)))


def sec1(source: random.Random) -> bytes:
    curve = der(0xA0, bytes.fromhex('06082a8648ce3d030107'))
    return der(0x30, der(2, b'\1') + der(4, source.randbytes(32)) + curve)


def openssh(source: random.Random) -> bytes:
    header = b'openssh-key-v1\0' + b'\0\0\0\4none' * 2
    return header + b'\0\0\0\0\0\0\0\1\0\0\0\x33' + source.randbytes(220)


def pem(label: str, body: bytes, headers: str = '') -> str:
    lines = textwrap.fill(standard(body), 64)
    # In two pieces: this file must not look like a key itself.
    dashes = '-' * 5
    return (
        f'{dashes}BEGIN {label}{dashes}\n{headers}{lines}\n{dashes}END {label}{dashes}'
    )


def encrypted_pem(source: random.Random) -> str:
    vector = source.randbytes(16).hex().upper()
    headers = f'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{vector}\n\n'
    return pem('RSA PRIVATE KEY', source.randbytes(1200), headers)


def one_line(block: str) -> str:
    """Return a PEM block as a JSON or shell string holds it."""
    return block.replace('\n', '\\n')


def pgp(source: random.Random) -> str:
    checksum = '=' + standard(source.randbytes(3))
    block = pem('PGP PRIVATE KEY BLOCK', b'\x95\x03' + source.randbytes(600))
    head, _, foot = block.rpartition('\n')
    return f'{head}\n{checksum}\n{foot}'.replace('-----\n', '-----\n\n', 1)


def putty(source: random.Random) -> str:
    public = textwrap.fill(standard(source.randbytes(280)), 64)
    private = textwrap.fill(standard(source.randbytes(600)), 64)
    return (
        'PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: ci\n'
        f'Public-Lines: {public.count(chr(10)) + 1}\n{public}\n'
        f'Private-Lines: {private.count(chr(10)) + 1}\n{private}\n'
        f'Private-MAC: {source.randbytes(32).hex()}'
    )


def bech32(source: random.Random, prefix: str) -> str:
    """Return 32 random bytes as BIP 173 writes them."""
    values = [source.randrange(32) for _ in range(51)] + [source.randrange(2) * 16]
    start = proofs.bech32_prefix(prefix.encode())
    residue = proofs.bech32_polymod(start + values + [0] * 6)
    values += [(residue ^ 1) >> 5 * (5 - place) & 31 for place in range(6)]
    return f'{prefix}1{bytes(proofs.BECH32[v] for v in values).decode()}'


def gitlab_routable(source: random.Random) -> str:
    payload = urlsafe(source.randbytes(16) + b'c:1\no:1\nu:2s' + bytes((13,)))
    length = proofs.base36(len(payload), 2).decode()
    head = f'glpat-{payload}.01.{length}'
    return head + proofs.gitlab_tail(head.encode()).decode()


def grafana_token(source: random.Random) -> str:
    head = f'glsa_{characters(source, ALNUM, 32)}'
    return f'{head}_{proofs.grafana_tail(head.encode()).decode()}'


def grafana_cloud(source: random.Random) -> str:
    claims = {'o': '123456', 'n': 'ci', 'k': characters(source, ALNUM, 24), 'm': {}}
    return f'glc_{standard(as_json(claims))}'


def synapse_token(source: random.Random) -> str:
    user = standard(characters(source, string.ascii_lowercase, 9).encode())
    head = f'syt_{user}_{characters(source, string.ascii_letters, 20)}'
    return f'{head}_{proofs.base62_crc32(head.encode()).decode()}'


def cloudflare_tunnel(source: random.Random) -> str:
    claims = {
        'a': source.randbytes(16).hex(),
        't': str(uuid.UUID(int=source.getrandbits(128), version=4)),
        's': standard(source.randbytes(32)),
    }
    return standard(as_json(claims))


def neptune_token(source: random.Random) -> str:
    claims = {
        'api_address': 'https://app.neptune.ai',
        'api_url': 'https://app.neptune.ai',
        'api_key': str(uuid.UUID(int=source.getrandbits(128), version=4)),
    }
    return standard(as_json(claims))


def nx_cloud(source: random.Random) -> str:
    identifier = uuid.UUID(int=source.getrandbits(128), version=4)
    return standard(f'{identifier}|read-write'.encode())


def nkey(source: random.Random) -> str:
    raw = bytes((18 << 3 | 20 << 3 >> 5, (20 << 3 & 31) << 3)) + source.randbytes(32)
    return base64.b32encode(raw + proofs.crc16(raw)).decode().rstrip('=')


def stellar(source: random.Random) -> str:
    raw = bytes((18 << 3,)) + source.randbytes(32)
    return base64.b32encode(raw + proofs.crc16(raw)).decode()


def base58_check(body: bytes) -> str:
    digest = hashlib.sha256(hashlib.sha256(body).digest()).digest()
    value = int.from_bytes(body + digest[:4], 'big')
    text = ''
    while value:
        value, digit = divmod(value, 58)
        text = chr(proofs.BASE58[digit]) + text
    return text


def bip32(source: random.Random) -> str:
    return base58_check(bytes.fromhex('0488ade4') + source.randbytes(74))


def pypi(source: random.Random) -> str:
    identifier = str(uuid.UUID(int=source.getrandbits(128), version=4)).encode()
    return 'pypi-' + urlsafe(
        b'\2\1\x08pypi.org\2\x24' + identifier + b'\0\0\6\x20' + source.randbytes(32)
    )


def discord(source: random.Random) -> str:
    snowflake = str(source.randrange(10**17, 10**18)).encode()
    time = characters(source, ALNUM, 6)
    return f'{urlsafe(snowflake)}.{time}.{characters(source, ALNUM, 38)}'


def onepassword(source: random.Random) -> str:
    account = {
        'signInAddress': 'acme.1password.com',
        'email': f'{characters(source, string.ascii_lowercase, 13)}@svc.example',
        'secretKey': 'A3-' + characters(source, ALNUM, 31).upper(),
        'srpX': source.randbytes(32).hex(),
    }
    return f'ops_{urlsafe(as_json(account))}'


def sentry_organisation(source: random.Random) -> str:
    claims = {'iat': 1690880000.1, 'url': 'https://sentry.io', 'org': 'acme'}
    return f'sntrys_{standard(as_json(claims))}_{urlsafe(source.randbytes(32))}'


def mapbox(source: random.Random) -> str:
    claims = {'u': 'acme', 'a': characters(source, string.ascii_lowercase, 25)}
    return f'{urlsafe(as_json(claims))}.{urlsafe(source.randbytes(16))}'


def grafana_legacy(source: random.Random) -> str:
    key = {'k': characters(source, ALNUM, 32), 'n': 'backups', 'id': 1}
    return standard(as_json(key))


def credential(source: random.Random) -> bytes:
    return f'deploy:{characters(source, ALNUM, 20)}'.encode()


def kubernetes_value(source: random.Random) -> str:
    return standard(characters(source, ALNUM, 21).encode())


def crypt(source: random.Random, head: str, length: int) -> str:
    return head + characters(source, './' + ALNUM, length)


NAMED: Mapping[str, Callable[[random.Random], str]] = {
    'key-bytes': lambda source: ', '.join(map(hex, source.randbytes(16))),
    'age-key': lambda s: bech32(s, 'age-secret-key-').upper(),
    'artifactory-reference': lambda s: standard(
        f'reftkn:01:0000000000:{characters(s, ALNUM, 27)}'.encode()
    ),
    'atlassian-data-center': lambda s: standard(
        f'{s.randrange(10**11, 10**12)}:'.encode() + s.randbytes(20)
    ),
    'aws-key-id': lambda s: (
        'AKIA' + characters(s, string.ascii_uppercase + '234567', 16)
    ),
    'azure-storage-key': lambda s: standard(s.randbytes(64)),
    'base32-lower': lambda s: characters(s, string.ascii_lowercase + '234567', 52),
    'bcrypt-hash': lambda s: crypt(s, '$2b$12$', 53),
    'bedrock-key': lambda s: (
        'ABSK'
        + standard(f'BedrockAPIKey-{characters(s, ALNUM, 4)}-at-'.encode())[:-2]
        + characters(s, ALNUM, 92)
    ),
    'bip32-key': bip32,
    'bitcoin-wif': lambda s: base58_check(b'\x80' + s.randbytes(32) + b'\1'),
    'cloudflare-tunnel': cloudflare_tunnel,
    'discord-token': discord,
    'docker-auth': lambda s: standard(credential(s)),
    'github-token': checked_body,
    'gitlab-routable': gitlab_routable,
    'grafana-cloud': grafana_cloud,
    'grafana-legacy': grafana_legacy,
    'grafana-token': grafana_token,
    'intercom-token': lambda s: standard(f'tok:{s.randbytes(18).hex()}:1:0'.encode()),
    'jwt': jwt,
    'key-of-32-bytes': lambda s: standard(s.randbytes(32)),
    'kubernetes-value': kubernetes_value,
    'mapbox-token': mapbox,
    'neptune-token': neptune_token,
    'nkey': nkey,
    'nostr-key': lambda s: bech32(s, 'nsec'),
    'npm-token': checked_body,
    'nx-cloud-token': nx_cloud,
    'onepassword-token': onepassword,
    'openssh-key': lambda s: pem('OPENSSH PRIVATE KEY', openssh(s)),
    'pem-base64': lambda s: standard(pem('RSA PRIVATE KEY', pkcs1(s)).encode()),
    'pem-ec': lambda s: pem('EC PRIVATE KEY', sec1(s)),
    'pem-encrypted': lambda s: pem('ENCRYPTED PRIVATE KEY', encrypted_pkcs8(s)),
    'pem-json': lambda s: one_line(pem('PRIVATE KEY', pkcs8(s))),
    'pem-legacy-encrypted': encrypted_pem,
    'pem-pkcs8': lambda s: pem('PRIVATE KEY', pkcs8(s)),
    'pem-rsa': lambda s: pem('RSA PRIVATE KEY', pkcs1(s)),
    'pgp-key': pgp,
    'putty-key': putty,
    'pypi-token': pypi,
    'sentry-organisation': sentry_organisation,
    'sha512-crypt': lambda s: crypt(s, f'$6${characters(s, ALNUM, 16)}$', 86),
    'stellar-seed': stellar,
    'synapse-token': synapse_token,
    'supabase-anon-jwt': lambda s: supabase_jwt(s, 'anon'),
    'supabase-jwt': lambda s: supabase_jwt(s, 'service_role'),
    'upper-hex': lambda s: s.randbytes(4).hex().upper(),
    'uuid': lambda s: str(uuid.UUID(int=s.getrandbits(128), version=4)),
}
