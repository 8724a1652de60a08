"""What a credential's format proves about itself, offline.

A proof takes the secret as it stands in the file. False means that the issuer cannot
have made it; True, that a placeholder or a chance string would hardly pass.

Left out because the issuer does not publish them: the check digits of GitHub's
fine-grained tokens, Atlassian, Bitbucket, Azure (identifiable keys) and OpenAI tokens.
"""

# Modules are imported where they are used: most runs need none of them.
from __future__ import annotations

from hookline import lazyre as re
from hookline.light import Any, Callable, Mapping

BASE62 = b'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
BASE58 = b'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
BECH32 = b'qpzry9x8gf2tvdw0s3jn54khce6mua7l'


def base62_crc32(body: bytes) -> bytes:
    """Return the six check characters that GitHub and npm put behind a token's body."""
    import zlib

    value = zlib.crc32(body)
    digits = bytearray(6)
    for place in range(5, -1, -1):
        value, digit = divmod(value, 62)
        digits[place] = BASE62[digit]
    return bytes(digits)


def crc16(body: bytes) -> bytes:
    """Return the CRC-16/XMODEM of NKEYs and Stellar seeds, low byte first."""
    import binascii

    return binascii.crc_hqx(body, 0).to_bytes(2, 'little')


def bech32_polymod(values: list[int]) -> int:
    """Return the checksum residue that BIP 173 defines; 1 means intact."""
    residue = 1
    for value in values:
        top = residue >> 25
        residue = (residue & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            if top >> bit & 1:
                residue ^= generator
    return residue


def bech32_prefix(prefix: bytes) -> list[int]:
    return [b >> 5 for b in prefix] + [0] + [b & 31 for b in prefix]


def from_base64(text: bytes) -> bytes:
    """Decode either alphabet, padded or not; b'' for what is not base64."""
    import base64
    import binascii

    standard = text.rstrip(b'=').replace(b'-', b'+').replace(b'_', b'/')
    try:
        return base64.b64decode(standard + b'=' * (-len(standard) % 4), validate=True)
    except binascii.Error:
        return b''


def from_json(text: bytes) -> Any:
    """Parse JSON; None for what is not JSON, or nested to exhaust the parser."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _github(secret: bytes) -> bool:
    body = secret.partition(b'_')[2]
    return len(body) == 36 and base62_crc32(body[:30]) == body[30:]


def base36(value: int, width: int) -> bytes:
    """Return a number in digits and small letters, with zeros in front."""
    digits = bytearray()
    while value:
        value, digit = divmod(value, 36)
        digits.insert(0, b'0123456789abcdefghijklmnopqrstuvwxyz'[digit])
    return bytes(digits).rjust(width, b'0')


def gitlab_tail(head: bytes) -> bytes:
    """Return the check digits of GitLab's routable tokens, whatever their prefix."""
    import zlib

    return base36(zlib.crc32(head), 7)


def grafana_tail(head: bytes) -> bytes:
    """Return the check digits of Grafana's service account tokens."""
    import zlib

    return zlib.crc32(head).to_bytes(4, 'little').hex().encode()


def _gitlab(secret: bytes) -> bool:
    return len(secret) > 40 and gitlab_tail(secret[:-7]) == secret[-7:]


def _grafana(secret: bytes) -> bool:
    if secret.startswith(b'glc_'):
        claims = from_json(from_base64(secret[4:]))
        return isinstance(claims, dict) and {'o', 'n', 'k'} <= claims.keys()
    head, _, tail = secret.rpartition(b'_')
    return grafana_tail(head) == tail


def _synapse(secret: bytes) -> bool:
    head, _, tail = secret.rpartition(b'_')
    return base62_crc32(head) == tail


def _jwt_header(secret: bytes) -> dict[str, Any]:
    header = from_json(from_base64(secret.partition(b'.')[0]))
    known = isinstance(header, dict) and ('alg' in header or 'enc' in header)
    return header if known else {}


def _jwt(secret: bytes) -> bool:
    header, parts = _jwt_header(secret), secret.split(b'.')
    if not header:
        return False
    # Encrypted, compressed or of another type, the second part may be anything.
    if {'enc', 'zip', 'cty', 'b64'} & header.keys() or len(parts) < 3:
        return True
    return isinstance(from_json(from_base64(parts[1])), dict)


def _jwt_claims(secret: bytes) -> dict[str, Any]:
    parts = secret.split(b'.')
    claims = from_json(from_base64(parts[1])) if len(parts) == 3 else None
    return claims if isinstance(claims, dict) and _jwt(secret) else {}


def _supabase(secret: bytes) -> bool:
    return _jwt_claims(secret).get('role') == 'service_role'


def armoured(secret: bytes) -> bytes:
    """Return the base64 of a PEM block, be it in a file, a string or one YAML line."""
    body = re.sub(rb'-----[A-Z0-9 ]+-----', b'', secret)
    body = re.sub(rb'\\+[nrt]', b'', body)
    # A string in pieces: "MIIE…" + "…".
    body = re.sub(rb'["\']\s*[+.,]?\s*["\']', b'', body)
    lines = [line for line in body.splitlines() if b':' not in line]
    return re.sub(rb'[^A-Za-z0-9+/=]', b'', b''.join(lines))


def _pem(secret: bytes) -> bool:
    """A DER sequence no longer than the body says, or OpenSSH's own container."""
    body = from_base64(armoured(secret))
    if body.startswith(b'openssh-key-v1\0'):
        return True
    # A block cut short in a document is still worth a look, a wall of words is not:
    # only the outer header is required.
    if len(body) < 32 or body[0] != 0x30:
        return False
    length, size = body[1], 0
    if length & 0x80:
        size = length & 0x7F
        if size not in (1, 2):
            return False
        length = int.from_bytes(body[2 : 2 + size], 'big')
    return length >= 32 and body[2 + size] in (0x02, 0x30)


def _encrypted_pem(secret: bytes) -> bool:
    """The traditional form encrypts everything, its DER header included."""
    body = from_base64(armoured(secret))
    if b'DEK-Info:' in secret:
        return len(body) >= 32
    return _pem(secret)


def _openssh(secret: bytes) -> bool:
    return from_base64(armoured(secret)).startswith(b'openssh-key-v1\0')


def _pem_base64(secret: bytes) -> bool:
    decoded = from_base64(re.sub(rb'\\n|\s', b'', secret))
    return b'PRIVATE KEY' in decoded[:64]


def _age(secret: bytes) -> bool:
    prefix, _, rest = secret.lower().rpartition(b'1')
    values = [BECH32.find(c) for c in rest]
    return -1 not in values and bech32_polymod(bech32_prefix(prefix) + values) == 1


def _base32(text: bytes) -> bytes:
    import base64
    import binascii

    try:
        return base64.b32decode(text + b'=' * (-len(text) % 8))
    except binascii.Error:
        return b''


def _nkey(secret: bytes) -> bool:
    raw = _base32(secret)
    return len(raw) == 36 and crc16(raw[:-2]) == raw[-2:]


def _stellar(secret: bytes) -> bool:
    raw = _base32(secret)
    return len(raw) == 35 and raw[0] == 18 << 3 and crc16(raw[:-2]) == raw[-2:]


def base58_check(secret: bytes) -> bytes:
    """Return the payload of a Base58Check string, b'' when its checksum is wrong."""
    import hashlib

    value = 0
    for character in secret:
        digit = BASE58.find(character)
        if digit < 0:
            return b''
        value = value * 58 + digit
    raw = value.to_bytes((value.bit_length() + 7) // 8, 'big')
    body, check = raw[:-4], raw[-4:]
    digest = hashlib.sha256(hashlib.sha256(body).digest()).digest()
    return body if digest[:4] == check else b''


def _bitcoin_wif(secret: bytes) -> bool:
    body = base58_check(secret)
    return len(body) in (33, 34) and body[0] in (0x80, 0xEF)


def _bip32(secret: bytes) -> bool:
    return len(base58_check(secret)) == 78


def aws_account(key_id: bytes) -> str:
    """Return the account number in an access key id, '' for the pre-2019 kind."""
    raw = _base32(key_id[4:])
    if len(key_id) != 20 or len(raw) < 6 or key_id[4] < ord('Q'):
        return ''
    return f'{(int.from_bytes(raw[:6], "big") & 0x7FFFFFFFFF80) >> 7:012d}'


def _aws_key_id(secret: bytes) -> bool:
    account = aws_account(secret)
    # Ids from before 2019 hold no account number: their shape is all there is.
    return account == '' or len(account) == 12


def _bedrock(secret: bytes) -> bool:
    return from_base64(secret[4:]).startswith(b'BedrockAPIKey-')


def _pypi(secret: bytes) -> bool:
    body = from_base64(secret.partition(b'-')[2])
    location = body[3 : 3 + body[2]] if len(body) > 2 else b''
    return (
        body[:2] == b'\x02\x01'
        and location in (b'pypi.org', b'test.pypi.org')
        and body[3 + len(location) : 4 + len(location)] == b'\x02'
    )


def _discord(secret: bytes) -> bool:
    """The first part is the bot's id: a snowflake, in decimal, in base64."""
    digits = from_base64(secret.partition(b'.')[0])
    return digits.isdigit() and 17 <= len(digits) <= 20


def _docker_auth(secret: bytes) -> bool:
    user, colon, password = from_base64(secret).partition(b':')
    return bool(user and colon and password) and (user + password).isascii()


def _kubernetes_value(secret: bytes) -> bool:
    """Base64 of something that a deployment would use, not of a template or a dummy."""
    if not re.fullmatch(rb'[A-Za-z0-9+/]+={0,2}', secret) or len(secret) % 4:
        return False
    value = from_base64(secret).strip()
    if len(value) < 4 or re.match(rb'[<${\[%]', value):
        return False
    return not re.match(
        rb'(?i)(change.?me|your|example|dummy|redacted|replace|xxx|todo|placeholder)',
        value,
    )


def _azure_storage(secret: bytes) -> bool:
    return len(from_base64(secret)) == 64 and len(set(secret)) > 20


def _key_of_32_bytes(secret: bytes) -> bool:
    return len(from_base64(secret)) == 32 and len(set(secret)) > 12


def _nostr(secret: bytes) -> bool:
    values = [BECH32.find(c) for c in secret[5:]]
    return -1 not in values and bech32_polymod(bech32_prefix(b'nsec') + values) == 1


def _cloudflare_tunnel(secret: bytes) -> bool:
    claims = from_json(from_base64(secret))
    return isinstance(claims, dict) and {'a', 't', 's'} <= claims.keys()


def _nx_cloud(secret: bytes) -> bool:
    form = rb'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\|read(?:-write|-only)?'
    return bool(re.fullmatch(form, from_base64(secret)))


def _neptune(secret: bytes) -> bool:
    claims = from_json(from_base64(secret))
    return isinstance(claims, dict) and 'api_key' in claims


def _onepassword(secret: bytes) -> bool:
    claims = from_json(from_base64(secret.partition(b'_')[2]))
    return isinstance(claims, dict) and 'secretKey' in claims


def _grafana_legacy(secret: bytes) -> bool:
    key = from_json(from_base64(secret))
    return isinstance(key, dict) and {'k', 'n', 'id'} <= key.keys()


def _sentry_organisation(secret: bytes) -> bool:
    claims = from_json(from_base64(re.split(rb'[_=]', secret[7:])[0]))
    return isinstance(claims, dict) and 'iat' in claims


def _mapbox(secret: bytes) -> bool:
    claims = from_json(from_base64(secret[3:].partition(b'.')[0]))
    return isinstance(claims, dict) and 'u' in claims


def _intercom(secret: bytes) -> bool:
    return from_base64(secret).startswith(b'tok:')


def _artifactory_reference(secret: bytes) -> bool:
    return bool(re.match(rb'reftkn:\d\d:\d{10}:\w', from_base64(secret)))


def _atlassian_data_center(secret: bytes) -> bool:
    return bool(re.fullmatch(rb'(?s)\d{12}:.{20}', from_base64(secret)))


def _totp(secret: bytes) -> bool:
    return len(_base32(secret)) >= 10 and len(set(secret)) > 6


def _mixed(secret: bytes) -> bool:
    """Letters and digits both: a word of the right length is no token."""
    from hookline.order import counts

    both = any(48 <= c <= 57 for c in secret) and any(c > 64 for c in secret)
    return both or counts(secret)


# Placeholders, and the words of which code and configuration are made.
PHRASE = re.compile(
    rb'(?i:^your|[_-]your|example|placeholder|change.?me|xxxx|\.\.\.|[_-](?:key|token|secret)'
    rb'[_-]|^(?:get|process|config|settings|self|this|os|env|app)[._]|^v?\d+\.\d+\.\d+)'
    rb'|[a-z]{4,}[_./-][a-z]{4,}|[A-Z]{4,}_[A-Z]{4,}|[a-z]{16,}'
)


def _random(secret: bytes) -> bool:
    """Letters with digits or in both cases at random, and no phrase."""
    from hookline.order import counts, uncounted

    digits = sum(48 <= c <= 57 for c in secret)
    if counts(secret):
        # The alphabet is no word; what stands around it may say what this is.
        return not PHRASE.search(uncounted(secret))
    turns = len(re.findall(rb'[a-z][A-Z]', secret))
    # Of random letters every fourth pair is such a turn, in camelCase every eighth.
    mixed = digits > 1 or turns > len(secret) // 6 > 3
    return mixed and digits < len(secret) and not PHRASE.search(secret)


# What a value must pass, but which proves nothing: many other strings would.
SIEVES = {
    'jwt-header': 'a JWT',
    'mixed': 'letters and digits both',
    'random': 'at random',
}

PROOFS: Mapping[str, Callable[[bytes], bool]] = {
    'age-bech32': _age,
    'artifactory-reference': _artifactory_reference,
    'atlassian-data-center': _atlassian_data_center,
    'aws-bedrock': _bedrock,
    'aws-key-id': _aws_key_id,
    'azure-storage-key': _azure_storage,
    'bip32': _bip32,
    'bitcoin-wif': _bitcoin_wif,
    'cloudflare-tunnel': _cloudflare_tunnel,
    'discord-token': _discord,
    'docker-auth': _docker_auth,
    'github-crc32': _github,
    'gitlab-crc32': _gitlab,
    'grafana-legacy': _grafana_legacy,
    'grafana-token': _grafana,
    'intercom-token': _intercom,
    'jwt': _jwt,
    'jwt-header': lambda secret: bool(_jwt_header(secret)),
    'key-of-32-bytes': _key_of_32_bytes,
    'kubernetes-value': _kubernetes_value,
    'mapbox-token': _mapbox,
    'mixed': _mixed,
    'neptune-token': _neptune,
    'nkey-crc16': _nkey,
    'nostr-bech32': _nostr,
    'npm-crc32': _github,
    'nx-cloud-token': _nx_cloud,
    'onepassword-token': _onepassword,
    'openssh-key': _openssh,
    'pem-base64': _pem_base64,
    'pem-key': _pem,
    'pem-key-encrypted': _encrypted_pem,
    'pypi-macaroon': _pypi,
    'random': _random,
    'sentry-organisation': _sentry_organisation,
    'stellar-seed': _stellar,
    'supabase-service-role': _supabase,
    'synapse-crc32': _synapse,
    'totp': _totp,
}
