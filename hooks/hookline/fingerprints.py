"""The name of a finding between runs and machines: no line number, no secret in it."""

from __future__ import annotations

from _blake2 import blake2b  # hashlib, and OpenSSL with it, takes 5 ms to import


def fingerprint(
    rule: str, path: str, line: str, context: str, value: bytes | None, salt: bytes
) -> str:
    """Return four groups of hex digits for the place, a fifth for a secret's value.

    `line` and `context` have their secrets masked. Without a salt a value leaves no
    trace. With it its three digits are 12 bits of a keyed hash: a replaced value is
    noticed, and each guess at it fits one time in 4,096, so that none is confirmed.
    Groups, because scanners of secrets take 32 hex digits in quotes for a key.
    """
    place = '\0'.join((rule, path, ' '.join(line.split()), ' '.join(context.split())))
    text = place.encode('utf-8', 'surrogatepass')
    digest = (
        blake2b(text, digest_size=16, person=b'hookline-place').digest().hex('-', 4)
    )
    if value is None or not salt:
        return digest
    # Of the value alone: if the place went in, each further place of the same value
    # would tell 12 bits more.
    keyed = blake2b(value, digest_size=2, key=salt[:64], person=b'hookline-value')
    return f'{digest}-{keyed.hexdigest()[:3]}'
