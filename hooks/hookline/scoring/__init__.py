"""How likely a value is a secret: dropped, or low, medium or high confidence.

A grade is a sum of weights (weights.py), each with a reason that never holds the value.
A veto (vetoes.py) ends the matter: placeholders, references and everything that is
known to be no secret. What remains is weighed by the name of the key, the way the value
is written, and how unlike words it is (rarity.py).

The secrets engines import this package only where something was hit.
"""

from __future__ import annotations

from itertools import pairwise

from hookline import lazyre as re
from hookline.light import Sequence, lru_cache
from hookline.order import counted, defaced
from hookline.scoring import weights
from hookline.scoring.rarity import (
    JOINED,
    bits,
    disguised,
    hexadecimal,
    identifier,
    mixture,
    uuid,
    weak,
    words,
    wordy,
)
from hookline.scoring.value import Value
from hookline.scoring.vetoes import (
    balanced,
    crossed,
    doubtful,
    harmless,
    key_of_none,
    made_up,
    misshapen,
    pattern,
    placeholder,
    plain,
    published,
    reference,
    says_so,
    sealed,
    tells,
)
from hookline.scoring.vocabulary import (
    DIGESTS,
    DOCS_PATH,
    ISSUED_HEX,
    MOCKS,
    NAMES_AROUND,
    PROSE,
    SIGNS,
    STAND_INS,
    STRONG,
    TELLING,
    TELLING_AROUND,
    TEST_PATH,
    TRANSLATIONS,
    UNLIKE,
)
from hookline.scoring.weights import HIGH, LOW, MEDIUM, VETO, Weight, veto

__all__ = [
    'TEST_PATH',
    'Value',
    'because',
    'bits',
    'doubtful',
    'explain',
    'grade',
    'placeholder',
    'published',
    'says_so',
    'sealed',
    'tells',
    'words',
]

_NUMBER = re.compile(r'-?(?:0x[0-9A-Fa-f]+|\d+)')


def grade(value: Value) -> str:
    """Return 'high', 'medium' or 'low', and '' when the value is no secret."""
    total = sum(weight.points for weight in weigh(value))
    if total >= HIGH:
        return 'high'
    if total >= MEDIUM:
        return 'medium'
    return 'low' if total >= LOW else ''


def explain(value: Value) -> Sequence[str]:
    """Return what was weighed and its sum, one line each; never holds the value."""
    weighed = weigh(value)
    if weighed[0].points <= VETO:
        return [f'no secret: {weighed[0].reason}']
    total = sum(weight.points for weight in weighed)
    return [
        *(f'{points:+d}  {reason}' for points, reason in weighed),
        f'{total:+d}  in all: {_said(total)}',
    ]


def because(value: Value) -> str:
    """Return the grade's reasons as one sentence; never holds the value."""
    weighed = weigh(value)
    reasons = ', '.join(reason for points, reason in weighed if points > 0)
    against = ', '.join(reason for points, reason in weighed if points < 0)
    return f'Graded {grade(value)}: {reasons}{f"; but {against}" if against else ""}.'


def _said(total: int) -> str:
    for name, least in (('high', HIGH), ('medium', MEDIUM), ('low', LOW)):
        if total >= least:
            return f'{name} confidence (from {least})'
    return f'no secret (below {LOW})'


@lru_cache(maxsize=512)
def weigh(value: Value) -> Sequence[Weight]:
    """Return what speaks for and against a value, or the one veto that ends it."""
    text = value.text
    if '%' in text and value.kind in ('password', 'credential'):
        text = _unescaped(text)
    if (
        value.kind in ('password', 'credential')
        and len(text) > 128
        and not value.of_token
    ):
        return veto('too long for a password')
    if value.kind == 'bytes':
        return [*_bytes(value, text), *_placed(value)]
    no = made_up(value, text) or reference(text) or plain(value, text)
    if no:
        return veto(no)
    if value.kind == 'credential':
        weighed = _credential(value, text)
    elif value.kind == 'entropy':
        weighed = _entropy(value, text)
    elif _like_password(value, text):
        weighed = _password(value, text)
    else:
        weighed = _token(value, text)
    if sum(weight.points for weight in weighed) >= LOW:
        # Last, since it takes regular expressions, and few values come so far.
        no = harmless(value, text) or _usual_basic(value, text)
        if no:
            return veto(no)
        return [*weighed, *_placed(value)]
    return weighed


def _unescaped(text: str) -> str:
    """Decode what a URL escapes; a password that only looks so is none the rarer."""
    if not pattern('%[2-7][0-9a-f]').search(text):
        return text
    from urllib.parse import unquote

    # A connection string in a query is escaped twice.
    return unquote(unquote(text))


def _placed(value: Value) -> list[Weight]:
    """Weigh the file: what tests and documentation show is more often made up."""
    if value.binary:
        return [weights.IN_BINARY]
    if re.search(TEST_PATH, value.path):
        return [weights.IN_TEST]
    if re.search(DOCS_PATH, value.path):
        return [weights.IN_DOCS]
    return []


# Kinds


def _like_password(value: Value, text: str) -> bool:
    """Tell a password, or a secret as short as passwords are; tokens are longer."""
    if value.kind == 'password' and not value.of_token:
        return True
    return len(text) < 16 and words(value.key.decode('latin-1'))[-1:] in (
        ('secret',),
        ('secrets',),
    )


def _password(value: Value, text: str) -> list[Weight]:
    no = key_of_none(value)
    if no:
        return veto(no)
    if any(char.isspace() for char in text):
        return veto('a phrase')
    if text.startswith('0x') and hexadecimal(text.lower()):
        return veto('a number')
    if text[-1:] == ':' or (text[-1:] == '?' and not value.quoted):
        return veto('a label')
    if text.isalpha() and value.name.endswith(TRANSLATIONS):
        return veto('a word of a translation')
    weighed = [weights.PASSWORD_KEY]
    if set(words(value.key.decode('latin-1'))) & MOCKS:
        weighed.append(weights.MOCK_KEY)
    if value.quoted:
        weighed.append(weights.QUOTED)
        if value.key and value.listed:
            weighed.append(weights.IN_LIST)
    elif text.isalpha() and (value.spoken or value.name.endswith(PROSE)):
        weighed.append(weights.WORD_IN_PROSE)
    elif value.in_code and not value.within_string and not value.in_comment:
        if identifier(text) or value.after.strip():
            rare = bits(text) >= 4.6 and mixture(text) > 1
            weighed.append(weights.RARE_CODE_WORD if rare else weights.CODE_WORD)
    elif value.name.endswith(PROSE):
        weighed.append(weights.IN_PROSE)
    elif value.assigned or mixture(text) > 1:
        weighed.append(weights.SETTING)
    return [*weighed, *_human(text, value.assigned)]


def _credential(value: Value, text: str) -> list[Weight]:
    """Weigh a value that stands where nothing but a password can: in a URL, a DSN."""
    if any(char.isspace() for char in text):
        return veto('a phrase')
    if text.lower().strip('0123456789!?.#$*_-') in STAND_INS:
        return veto('stands for a password')
    if pattern(r'\d{2,5}/').match(text):
        return veto('a port and a path')
    if value.before.endswith((f'//{text}:'.encode(), f'-u {text}:'.encode())):
        return veto('the same as the user')
    if weak(text) or disguised(text):
        return [weights.USUAL_WORDS_IN_PLACE]
    if wordy(text) and mixture(text) < 3:
        return [weights.WORDS_IN_PLACE]
    return [weights.CREDENTIAL_PLACE, *_human(text, True)]


def _token(value: Value, text: str) -> list[Weight]:
    no = key_of_none(value)
    if no:
        return veto(no)
    if any(char.isspace() for char in text):
        return veto('a phrase')
    if len(text) < 8:
        return veto('too short for a token')
    if set(words(value.key.decode('latin-1'))) & DIGESTS:
        return veto('a digest')
    no = misshapen(text)
    if no:
        return veto(no)
    if defaced(value.secret):
        return veto('somebody counted over a part of it')
    weighed = _named(value)
    strong = weights.STRONG_KEY in weighed
    if uuid(text):
        return [*weighed, weights.STRONG_UUID if strong else weights.UUID]
    if value.quoted:
        weighed.append(weights.QUOTED)
    elif not value.in_code or value.within_string:
        weighed.append(weights.SETTING)
    elif identifier(text):
        weighed.append(weights.TOKEN_CODE_WORD)
    weighed += _random(text, value.quoted)
    if len(text) < 12 and b'secret' not in value.key.lower():
        weighed.append(weights.TOO_SHORT_FOR_KEY)
    elif len(text) < 16:
        weighed.append(weights.SHORT_FOR_TOKEN)
    return weighed


def _entropy(value: Value, text: str) -> list[Weight]:
    if value.name.endswith(PROSE):
        return veto('prose or markup')
    if uuid(text):
        return veto('a UUID')
    if any(char.isspace() for char in text):
        return veto('a phrase')
    no = misshapen(text)
    if no:
        return veto(no)
    around = value.before[-60:].decode('latin-1')
    parts = set(words(around))
    telling = parts & TELLING_AROUND
    if hexadecimal(text) and not telling:
        return veto('a digest')
    if 'public' in parts or parts & DIGESTS or 'sha' in around.lower():
        return veto('a digest')
    if parts & NAMES_AROUND or any(part.startswith(UNLIKE) for part in parts):
        return veto('a name')
    if not telling and not value.quoted:
        return veto('neither quoted nor named as a secret')
    if sum(weight.points for weight in _random(text, value.quoted)) < 3:
        return veto('not rare enough')
    return [weights.NO_KEY, *([weights.NAMED_ON_LINE] if telling else [])]


def _bytes(value: Value, text: str) -> list[Weight]:
    no = key_of_none(value)
    if no:
        return veto(no)
    found = _NUMBER.findall(text)
    numbers = [int(one, 0 if 'x' in one.lower() else 10) for one in found]
    if len(numbers) < 14:
        return veto('too few bytes')
    if max(numbers) > 255 or min(numbers) < -128:
        return veto('numbers that are no bytes')
    steps = [after - before for before, after in pairwise(numbers)]
    if len(set(numbers)) * 2 < len(numbers) or len(set(steps)) * 2 < len(steps):
        return veto('bytes that repeat or count')
    if all(step > 0 for step in steps):
        return veto('bytes in order')
    return [*_named(value), weights.BYTES]


def _named(value: Value) -> list[Weight]:
    """Weigh the name of what may be a token."""
    key = value.key.decode('latin-1')
    low = key.lower().replace('-', '_')
    flat = low.replace('_', '').replace('.', '')
    strong = any(one in flat for one in STRONG)
    bare = value.kind != 'bytes' and low in ('key', 'pkey')
    weighed = [
        weights.STRONG_KEY
        if strong
        else weights.BARE_KEY
        if bare
        else weights.TOKEN_KEY
    ]
    if set(words(key)) & MOCKS:
        weighed.append(weights.MOCK_KEY)
    return weighed


# Features of values


def _human(text: str, assigned: bool) -> list[Weight]:
    """Weigh what people and generators choose as passwords."""
    weighed: list[Weight] = []
    if text.startswith(('/', '\\')) and text.count('/') + text.count('\\') > 1:
        weighed.append(weights.PATH)
    of_words = wordy(text)
    # What joins words is no kind of its own.
    kinds = mixture(text.translate(JOINED) if of_words else text)
    usual = weak(text) or disguised(text)
    if usual:
        # How rare their letters are is beside the point.
        weighed.append(weights.USUAL_WORDS if weak(text) else weights.DISGUISED_WORDS)
    elif of_words:
        chosen = kinds >= 3 or (assigned and _chosen(text))
        weighed.append(weights.CHOSEN_WORDS if chosen else weights.MADE_OF_WORDS)
    if kinds >= 2:
        weighed.append(weights.kinds_of_characters(kinds, kinds - 1))
    rare = 0 if usual else bits(text)
    if rare >= 5:
        weighed.append(weights.UNLIKE_WORDS)
    elif rare >= 4.2 and not of_words:
        weighed.append(weights.NOT_QUITE_WORDS)
    if len(text) < 6:
        weighed.append(weights.SHORT)
    return weighed


def _chosen(text: str) -> bool:
    """Tell whether words may be somebody's password, and not the name of a thing."""
    found = words(text)
    return (
        text.islower()
        and len(found) <= 3
        and not set('./:') & set(text)
        and not any(word in TELLING for word in found)
    )


def _random(text: str, quoted: bool) -> list[Weight]:
    """Weigh how far a value is from words, numbers and lists of them."""
    if wordy(text) or weak(text):
        return [weights.WORDS_FOR_TOKEN]
    kinds = mixture(text)
    if words(text)[-1:] and words(text)[-1] in TELLING and kinds < 3:
        return [weights.NAME_OF_KEY]
    if text.isdigit():
        return [weights.NUMBER]
    if counted(text):
        return [weights.COUNTS_UP]
    if hexadecimal(text):
        different = len(set(text.lower()))
        if len(text) >= 32 and different >= 8:
            return [weights.LONG_HEX]
        if len(text) >= 16 and different >= 7:
            return [weights.HEX]
        return [weights.SHORT_HEX]
    tail = re.split('[_-]', text)[-1] if re.match(ISSUED_HEX, text) else ''
    if len(set(tail)) >= 8:
        return [weights.ISSUED_HEX]
    if text.startswith('/') or (text.count('/') > 2 and '=' not in text):
        parts = [part for part in text.split('/') if part]
        if sum(len(part) for part in parts if wordy(part)) * 2 >= len(text):
            return [weights.PATH]
    if len(text) > 12 and (crossed(text) or (quoted and not balanced(text))):
        return [weights.OPEN_BRACKETS]
    weighed: list[Weight] = []
    rare = bits(text)
    if any(char in SIGNS for char in text):
        weighed.append(weights.FOREIGN_SIGNS)
        if len(text) > 12 and rare < 4.6:
            return [weights.CODE_OR_TEXT]
    if len(text) >= 16 and rare >= 4.9:
        weighed.append(weights.LONG_UNLIKE_WORDS)
    elif rare >= 5 and kinds >= 2:
        weighed.append(weights.UNLIKE_WORDS)
    elif rare >= 4.3 and kinds >= 2:
        weighed.append(weights.NOT_QUITE_WORDS)
    else:
        weighed.append(weights.LIKE_WORDS)
    if kinds >= 3:
        weighed.append(weights.kinds_of_characters(kinds, 1))
    return weighed


def _usual_basic(value: Value, text: str) -> str:
    """Say so when the user and password of a Basic header are no secret."""
    if not value.key.lower().endswith((b'basic', b'authorization')):
        return ''
    import base64
    import binascii

    try:
        decoded = base64.b64decode(text + '=' * (-len(text) % 4), validate=True)
        pair = decoded.decode()
    except (binascii.Error, UnicodeDecodeError):
        return ''
    user, colon, password = pair.partition(':')
    if not colon or not pair.isprintable() or ' ' in password:
        return ''
    inner = value._replace(
        secret=password.encode(),
        kind='credential',
        key=b'',
        before=f'//{user}:'.encode(),
        after=b'',
    )
    return '' if grade(inner) in ('medium', 'high') else 'Basic of a usual password'
