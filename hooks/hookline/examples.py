"""Examples in rule files: template expansion, seeded by the rule's id."""

from __future__ import annotations

import random
import re
import string

from hookline.generators import NAMED

ALPHABETS = {
    'alnum': string.ascii_letters + string.digits,
    'alpha': string.ascii_letters,
    'base64': string.ascii_letters + string.digits + '+/',
    'base64url': string.ascii_letters + string.digits + '-_',
    'digits': string.digits,
    'hex': string.digits + 'abcdef',
    'lower': string.ascii_lowercase,
    'loweralnum': string.ascii_lowercase + string.digits,
    'upper': string.ascii_uppercase,
    'upperalnum': string.ascii_uppercase + string.digits,
    'base32': string.ascii_uppercase + '234567',
}

_TEMPLATE = re.compile(r'\{\{([a-z0-9-]+)(?::(\d{1,5}))?\}\}')


def expand(text: str, seed: str) -> str:
    """Replace `{{alphabet:length}}` and `{{named-generator}}`; leave any other alone.

    The same text and seed give the same values, so examples are reproducible while no
    live-looking token stands in git.
    """
    source = random.Random(seed)

    def value(match: re.Match[str]) -> str:
        name, length = match.groups()
        if length and name in ALPHABETS:
            return ''.join(source.choices(ALPHABETS[name], k=int(length)))
        if not length and name in NAMED:
            return NAMED[name](source)
        return match.group()

    return _TEMPLATE.sub(value, text)
