"""What is no secret, whatever its name: placeholders, references, things well known.

Each function says why in a few words, or returns '' where it knows nothing against.
"""

from __future__ import annotations

from hookline import lazyre as re
from hookline.light import cache
from hookline.order import run
from hookline.scoring.rarity import bits, words
from hookline.scoring.value import Value
from hookline.scoring.vocabulary import (
    CODE_WORDS,
    ISSUED,
    LOCKS,
    MADE_UP,
    MADE_UP_STARTS,
    NOT_SECRET,
    NOT_VALUES,
    PERL_QUOTES,
    PUBLISHED,
    REFERENCE_STARTS,
    REFERENCES,
    SEQUENCES,
    SHOWN,
    TELLING,
    TEMPLATES,
    UNLIKE,
    VERBS,
)

# Letters of a sequence that are no accident.
PIECE = 8
BRACKETS = ('()', '[]', '{}')
# Output of a notebook, by media type.
MEDIA_KEY = r'["\']?(?:image|audio|video|font)/[\w.+-]+["\']?[ \t]*[:=][ \t]*["\']?\Z'
BRACKETED = frozenset('()[]{}')


def placeholder(secret: bytes) -> bool:
    """Tell whether a value of a provider's format is only made up.

    Stricter than for general values: chance writes short words into long tokens.
    """
    text = secret[:400].decode('latin-1')
    if says_so(secret) or pattern(r'(.)\1{7}').search(text):
        return True
    return len(text) < 200 and run(text.lower()) >= 7


def says_so(secret: bytes) -> bool:
    """Tell whether a value holds a word that says it is none."""
    return bool(
        pattern(
            r'(?<![.@])example|x{5}|\*{4}|\.{3}|#{4}|placeholder|your[-_]|redacted|'
            r'change-?me|dummy|fake[-_]?|insert[-_]|replace[-_]'
        ).search(secret[:400].decode('latin-1'))
    )


def sealed(content: bytes) -> bool:
    """Tell whether long values of a file are encrypted for one cluster, by design."""
    start = content[:4096]
    return b'SealedSecret' in start and bool(
        re.search(rb'(?m)^kind:[ \t]*SealedSecret\b', start)
    )


def doubtful(secret: bytes) -> bool:
    """Tell whether a value is short, monotonous or made up; for formats without proof.

    Looser than placeholder(), for rules whose regex says next to nothing.
    """
    return (
        len(secret) < 20
        or len(set(secret)) < 6
        or placeholder(secret)
        or bits(secret.decode('latin-1')) < 4
    )


def made_up(value: Value, text: str) -> str:
    if len(text) < 4:
        return 'too short'
    if value.after.startswith((b'...', '\u2026'.encode())):
        return 'shortened'
    low = text[:400].lower()
    kinds = set(low)
    # More than half of it is one character only if the others are few.
    few = 2 * len(kinds) < len(low) + 2
    if len(kinds) < 3 or (
        len(low) > 4 and few and max(map(low.count, kinds)) * 2 > len(low)
    ):
        return 'made of one or two characters'
    if low.startswith(MADE_UP_STARTS) or any(one in low for one in MADE_UP):
        return 'a placeholder'
    if not text.isprintable():
        return 'not text'
    if len(kinds) == len(low) >= 24:
        return 'an alphabet'
    again = len(low) - len(kinds)
    if len(low) < 40 and again >= 5 and any(char * 6 in low for char in kinds):
        return 'repeats itself'
    plain = ''.join(char for char in low if char.isalnum())
    if _in_sequence(plain):
        return 'counts up or follows the keyboard'
    for period in range(2, min(len(plain) // 3, 16) + 1 if len(plain) >= 12 else 0):
        piece = plain[:period]
        if plain[period] == plain[0] and plain.startswith(piece * 3):
            times = len(plain) - len(plain.replace(piece, ''))
            if times * 2 > len(plain):
                return 'repeats itself'
    if '<' in low and pattern(r'<[a-z][\w .-]{0,40}>').search(low):
        return 'a placeholder'
    return ''


def _in_sequence(plain: str) -> bool:
    """Tell whether a quarter of a text, or eight letters, are of a sequence."""
    if len(plain) < PIECE:
        return len(plain) >= 5 and any(plain in sequence for sequence in SEQUENCES)
    known = _pieces(len(plain) > 4 * PIECE)
    starts = range(0, len(plain) - PIECE + 1, 2)
    return any(plain[at : at + PIECE] in known for at in starts)


@cache
def _pieces(of_letters: bool) -> frozenset[str]:
    """Return the pieces of all sequences, or only of those that begin with an a."""
    return frozenset(
        sequence[at : at + PIECE]
        for sequence in SEQUENCES
        if sequence[0] == 'a' or not of_letters
        for at in range(len(sequence) - PIECE + 1)
    )


def reference(text: str) -> str:
    if len(text) > 12 and text[0].isalnum() and crossed(text):
        # Chance crosses brackets, as in a{b)c; no template does.
        return ''
    low = text.lower()
    found = (
        low.startswith(REFERENCE_STARTS)
        or any(_template(low, *marks) for marks in TEMPLATES)
        or any(one in low for one in REFERENCES)
        or low.count('`') > 1
        # a symbol of Ruby, a role of reStructuredText
        or (low[0] == ':' and low[1:].isidentifier())
        or low[:1] == low[-1:] == '%'
        or (low.startswith('__') and low.endswith('__'))
        or (low.startswith('[') and low.endswith(']'))
    )
    if not found:
        # $NAME after a separator; {name} anywhere; %s and its kin
        for at, char in enumerate(low[:-1]):
            after = low[at + 1]
            if char == '$' and (after.isalpha() or after == '_'):
                found = low[at - 1] in '-_./:@=& ' if at else True
            elif char == '{' and '}' in low[at + 2 :]:
                inside = low[at + 1 : low.index('}', at)]
                found = (
                    inside.rstrip('!rsa').replace('.', '').replace('_', '').isalnum()
                    and low[at - 1 : at] != '{'
                )
            elif char == '%':
                # %s, %d, %0.2f; a password may well hold a % before a letter and more
                rest = low[at + 1 :].lstrip('0123456789')
                found = rest[:1] == '.' or (
                    rest[:1] in tuple('sdr') and not (rest[1:2].isalnum())
                )
            if found:
                break
    return 'refers to a value elsewhere' if found else ''


def _template(text: str, opening: str, closing: str) -> bool:
    """Tell whether a text has a template's marks with an expression between them."""
    start = text.find(opening)
    if start < 0:
        return False
    inside, end, _ = text[start + len(opening) :].partition(closing)
    # Cut where the value ended, it may hold anything.
    return not end or balanced(inside)


def crossed(text: str) -> bool:
    """Tell whether a bracket is closed by one of another kind."""
    opened: list[str] = []
    for char in text:
        if char in '([{':
            opened.append(char)
        elif char in ')]}' and opened and opened.pop() + char not in BRACKETS:
            return True
    return False


def balanced(text: str) -> bool:
    opened: list[str] = []
    for char in text:
        if char in '([{':
            opened.append(char)
        elif char in ')]}' and (not opened or opened.pop() + char not in BRACKETS):
            return False
    return not opened


def plain(value: Value, text: str) -> str:
    """Say so when a value is an address, a path, an image or code."""
    if '://' in text[:12] or text.startswith(('//', './', '../', '~/', 'www.')):
        return 'an address or a path'
    if text.startswith(('data:', 'iVBORw0KGgo', '/9j/4', 'R0lGOD', 'PHN2Zy', 'AAABAA')):
        return 'an image'
    if pattern(MEDIA_KEY).search(value.before[-40:].decode('latin-1')):
        return 'data of a media type'
    if _uuencoded(value):
        return 'uuencoded'
    if text.startswith('urn:') or b'urn:' in value.before.rpartition(b' ')[2]:
        return 'a name'
    if value.quoted and text[0] in '+,)' and pattern(r'\w\(|=>|\)\.').search(text):
        return 'code between two strings'
    if not value.quoted and (
        value.after[:1] in (b'(', b'[')
        or text[0] in '([{'
        or _code(text)
        or (_statement(value) and not BRACKETED.isdisjoint(text))
    ):
        return 'code'
    return ''


def _uuencoded(value: Value) -> bool:
    """Tell whether a line is what uuencode writes: chance spells PW: there, too."""
    line = value.before + value.secret + value.after.rstrip(b'\r')
    return (
        len(line) == 61
        and line.startswith(b'M')
        and all(32 <= byte <= 96 for byte in line)
        # NAME=VALUE;NAME=VALUE in capitals has fewer signs
        and len(re.findall(rb'[^A-Z0-9]', line)) > 14
    )


def _statement(value: Value) -> bool:
    """Tell whether a line is a statement of a language with braces."""
    ended = value.after.strip(b' \t\r)]}') == b';'
    return ended or value.before.rstrip(b' =').endswith(b'[]')


def _code(text: str) -> bool:
    """Tell whether an unquoted value begins like an expression."""
    first = text[0]
    if not (first.isalpha() or first in '_$'):
        return False
    end = 1
    while end < len(text) and (text[end].isalnum() or text[end] in '_$'):
        end += 1
    if text[:end].lower() in CODE_WORDS or text.startswith(PERL_QUOTES):
        return True
    rest = text[end:]
    if not rest:
        return False
    if rest[0] in '([<' or rest.startswith(('::', '->', '?.')):
        return True
    if rest[0] == '.':
        # dotted names, and a call or an index or nothing more at their end
        names = rest.split('(')[0].split('[')[0].split('.')[1:]
        return all(one.isidentifier() for one in names) and (
            '(' in rest or '[' in rest or bits(text) < 4.6
        )
    return False


def harmless(value: Value, text: str) -> str:
    """Say so when a value that looks rare is something known."""
    name = value.name
    if pattern(r'@[\w.-]*example\b').match(value.after.decode('latin-1')):
        return 'an example host'
    if b'anonymous' in value.before[-40:]:
        return 'the login of nobody'
    if name.endswith('.map'):
        return 'a source map'
    if published(value.secret):
        return 'a published example'
    if name in LOCKS or name.endswith(('.cdx.json', '.cyclonedx.json', '.spdx.json')):
        return 'a lock file'
    if value.kind != 'password' and pattern(r'sha(?:1|256|384|512)[-:=]').match(text):
        return 'a digest'
    if pattern(r'(?:aes|des|desede|rsa|blowfish)/\w{3}/\w+').match(text):
        return 'the name of a cipher'
    if (
        '.' in text
        and value.kind != 'credential'
        and pattern(r'[a-z]{2,}(?:\.[a-z]{2,})+').fullmatch(text)
        and bits(text) < 4.9
    ):
        return 'a dotted name'
    if '/' in text and pattern(
        r'(?:application|text|image|audio|video|multipart)/[\w.+-]+'
    ).match(text):
        return 'a media type'
    if '@' in text and pattern(
        r'[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,8}'
    ).fullmatch(text):
        return 'an e-mail address'
    if text[0].isdigit() or text[0] in 'vV':
        if pattern(r'\d{1,4}[-/.:T]\d{1,2}[-/.:]\d{1,4}\S*').fullmatch(text):
            return 'a date, a time or a version'
        if pattern(r'v?\d+(?:\.\d+)+(?:[-.+]?[a-z]+[\d.]*)?').fullmatch(text):
            return 'a version'
    if pattern(
        r'\[\^?[a-z0-9]-[a-z0-9]|\(\?[:=!P]|\\[dws]|[\])][+*]|'
        r'\.[*+]|\]\{|\([^)]*\|'
    ).search(text):
        return 'a regular expression'
    return ''


def published(secret: bytes) -> bool:
    """Tell whether a value is one that its issuer prints in samples and tests."""
    import hashlib

    return hashlib.sha256(secret.removeprefix(b'0x')).hexdigest()[:12] in PUBLISHED


def _same(text: tuple[str, ...], key: tuple[str, ...]) -> bool:
    """Tell whether a value says nothing but words of its key, the last among them."""
    return bool(text) and text[-1] == key[-1] and set(text) <= set(key)


def misshapen(text: str) -> str:
    """Say so when a value is like a token of some service, and cannot be one."""
    if text.startswith('eyJ') and text.count('.') == 2:
        if len(text.rpartition('.')[2]) < 16:
            return 'a JWT without its signature'
    elif text.startswith(ISSUED) and len(text) < 42:
        return 'begins like an issued key and is too short for one'
    elif text.startswith('0') and pattern(r'0[0-7][0-9A-HJKMNP-TV-Z]{24}').fullmatch(
        text
    ):
        return 'a ULID'
    if 'sandbox' in text or '_sdbx_' in text:
        return 'of a sandbox'
    return ''


def key_of_none(value: Value) -> str:
    """Say so when the key is the name of something other than a secret."""
    key = value.key.decode('latin-1')
    parts = words(key)
    if not parts:
        return ''
    last = parts[-1]
    if _same(words(value.text), parts):
        return 'the name of its key'
    # acheck() is check() that can wait
    first = parts[0][1:] if parts[0][1:] in VERBS else parts[0]
    if first in VERBS and value.before.rstrip(b'"\'').endswith(b'('):
        return 'the argument of a function'
    if any(part.startswith(UNLIKE) for part in parts):
        return 'the key only looks like that of a secret'
    if last == 'pwd' and b'$' in value.before[-8:]:
        return 'the working directory'
    named = len(parts) > 1 and (last in NOT_VALUES or last[:-1] in NOT_VALUES)
    if named and (last not in TELLING or parts[-2] in NOT_SECRET):
        return 'the key ends like the name of no secret'
    if not SHOWN.isdisjoint(parts[:-1]):
        return 'the key is that of a text to show'
    # In server.cache.password the cache is only where the password is for.
    near = next((one for one in reversed(key.split('.')) if _tells(one)), key)
    if any(one in NOT_SECRET for one in words(near)[:-1]):
        return 'the key is that of no secret'
    return ''


def tells(name: bytes) -> bool:
    """Tell whether a name may be that of a secret."""
    return _tells(name.decode('latin-1'))


def _tells(name: str) -> bool:
    low = name.lower()
    return any(one in low for one in ('pass', 'pw', 'key', 'token', 'secret', 'auth'))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """Compile a pattern when it is first needed: most runs need none."""
    return re.compile(name, re.IGNORECASE)
