"""How likely a value is a secret: dropped, or low, medium or high confidence.

A grade is a sum of weights, each with a reason that never holds the value. A veto ends
the matter: placeholders, references and everything that is known to be no secret. What
remains is weighed by the name of the key, the way the value is written, and how unlike
words it is.

The scale, by kind:
  password  3 for the key; quotes, mixed characters and rarity add, words subtract
  token     0 to 2 for the key; only rare values come near 4
  entropy   no key at all: rarity alone, never more than low unless the line names a key
From 2 on the grade is low, from 4 medium, from 6 high.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

LOW, MEDIUM, HIGH = 2, 4, 6
VETO = -100

# -log2 of how often a letter follows another in English and in identifiers, one digit
# each, rows and columns a to z and ^ for the edge of a word. Counted over Python's
# libraries and their documentation, every word once per square root of its frequency.
TABLE = (
    '854587595973439593436677685365637794583774694463999593'
    '386737935944782795635899794477627893896875896575898792'
    '574465697995538573348675792476644792994773794554999693'
    '587838654995655794475899892388729993986773895646999692'
    '554555599984523595439596966397627995768773689383759793'
    '578626673885866786466859792387526893984883798555799593'
    '358628793986474398575799793484445385967864798436699793'
    '665486696864425493544658994387738865984883493545999593'
    '699887987994778776561698993386627693966564695446789593'
    '595837854976785588435889692486737943996784794555989592'
    '545646695994437493439898996286819893998685998778797894'
    '387637843976843894579978993574636974997676388628695692'
    '676767695995556396449869881389817973997684798667999663'
    '453444554775455484345657889'
)

# Names of keys, in lower case words. What comes after the telling word can take its
# meaning away: a password_field is no password.
NOT_VALUES = frozenset(
    """
    accessor age alg algo algorithm alias algorithms arn at attempt attempts attr
    attribute attributes auth backend bits block box builder bucket budget button cache
    callback cancel category cert change changed char chars check checker class classes
    client codec column command comment config confirm confirmation constraints context
    cookie count counter created creator credentials ctx curve date days default delay
    delimiter description dialog dict dir directory disabled doc docs domain duration
    enabled encoder encoding endpoint endpoints entry enum env envvar error errors event
    exists exp expiration expire expired expires expiry ext extractor factory fault
    field fields file filename files fingerprint flag flow fmt folder footer for form
    format formats forgot func function generator getter grant group groups handler
    hasher hashers header headers help helper hint host hours icon id identifier ids idx
    image index info input interval issue issuer item iterations key_id keyid kind label
    language last len length level lifetime limit line link list loader location lock
    login logger manager map mapping mask match matcher max message metadata method
    middleware min minutes mode model module modulus mount msg name named namespace names
    nr num number obj object offset op operation option options origin owner page pair
    param parameter params parser path pathname paths pattern permission permissions
    placeholder plugin policy pool port pos position prefix processor profile prompt
    property props protected provider proxy public purpose query question reader realm
    reason ref reference refs regex regexp region registry release repo repository
    request required requirements reset resolver resource response result retry
    revocation revoked role rotation route rule rules salt schema scheme scope scopes
    screen section seconds selector separator sequence serializer server service session
    set setter setting settings shape sha signature size sizes source spec split
    splitter start state stats status storage store strategy strength string style
    subject suffix summary supported symbol system table tag target task template test
    tests text threshold time timeout timestamp title todo tooltip topic ttl type
    types uid unit update updated uri uris url urls usage used user username users
    uuid valid validate validation validator variable vault vendor verbose verified
    verifier version view visible warning width window words
    """.split()
)
# The same before the telling word: a reset_password, an is_secret, a primary key.
NOT_SECRET = frozenset(
    """
    add allow ask bad blank cache can cancel change check clear confirm count csrf
    default_page delete dict disable display does empty enable eos bos pad unk sep cls
    enter expired foreign forget forgot generate get has hash hide hot incorrect index
    invalid is kbd keyboard last lost map max min mismatch missing missed monkey need
    needs new next no object optional page partial partition press prev previous primary
    prompt pub public range recover remember remove require required reset row save set
    should show shift sort ssh-rsa start stop stub sync toggle turkey unicode unique
    update use valid validate verify weak widget with without wrong yaml
    """.split()
)
# Keys of hashes that name content and open nothing.
DIGESTS = frozenset(
    """
    blob checksum commit crc digest etag fingerprint gitsha hash head integrity md5 nonce
    object oid ref resolved rev revision sha sha1 sha224 sha256 sha384 sha512 shasum sri
    sum tree
    """.split()
)
# Passwords that everybody writes: what they open is a test or an example. In one value
# with nothing but digits and signs around they prove nothing.
WEAK = (
    'administrator|admin|access|account|anonymous|bar|basic|baz|bearer|bogus|correct|'
    'credentials|credential|database|default|demo|development|dev|empty|encrypted|fake|'
    'foobar|foo|guest|hello|hidden|incorrect|invalid|key|letmein|local|login|mock|mysql|'
    'mypassword|mypass|my|name|new|none|null|old|passphrase|password|passwd|passw0rd|pass|'
    'postgresql|postgres|private|prod|public|pwd|pw|qwerty|random|redis|right|root|same|'
    'secret|secure|service|some|spam|strong|super|supersecret|string|stuff|s3cret|s3cr3t|'
    'p4ssw0rd|pa55word|p@ssw0rd|p@ssword|tester|testing|test|text|temp|token|the|unsafe|user|username|'
    'value|very|valid|weak|world|wrong|api|app|auth|client|server|bad|good|is|a|an|for|of|'
    'this|that|not|and|or|in|to|me|abc|asdf|xyz|one|two|three|first|second|long|short'
)
PLACEHOLDER = (
    r'example|sample|change[-_ .]?(?:me|this|it)|placeholder|dummy|(?<![a-z])your?(?![a-z])|your[-_ ]|'
    r'insert|to-?do(?![a-z])|fix-?me|redacted|removed|filtered|replace|(?<![a-z])enter[-_ ]|'
    r'[-_]here|lorem|x{4}|\*{3}|\.{3}|\u2026|_{4}|-{4}|#{4}|<[a-z _/.:-]+>|\[[a-z _-]+\]|'
    r'not[-_ ]?(?:set|used|real|a[-_ ])|(?<![a-z])some[-_ ]|(?<![a-z])my[-_ ]|unused|undefined|'
    r'foo-?bar|deadbeef|fake[-_ ]|[-_ ]fake|bogus|n/a\Z|t(?:o )?be[-_ ]|whatever'
)
REFERENCE = (
    r'\$\{|\$\(|\{\{|\}\}|<%|%>|#\{|@\{|%\(|%\{|%[sdr](?![a-z0-9])|\$\[|\{[a-z_][\w.!:]*\}|\{\d?\}|'
    r'(?-i:\$+[A-Za-z_]\w*(?:[:.]\w+)*$)|^%\w+%$|^@\w+@$|^__\w+__$|^\[\w*\]$|^&\w+|^\*\w+$|'
    r'^\\?\$|`|\\\(|^!(?:ref|sub|getatt|vault|env|secret)|^env:|^vault:|^secret:|^ref\+|^op://|'
    r'^arn:|^secretmanager|^secrets?[./]|(?:^|[^a-z])(?:getenv|environ|process\.env)|^enc\['
)
CODE = re.compile(
    r'[a-z_$][\w$]*(?:(?:\.|::|->|\?\.)[a-z_$][\w$]*)+(?:\(|\[|$)|'
    r'[a-z_$][\w$.:<>]*\(|[\w.]+\[|'
    r'(?:new|await|async|function|func|lambda|this|self|null|none|nil|true|false|return|'
    r'typeof|not|if|undefined|string|str|bool|boolean|int|float|bytes|byte|char|object|any|'
    r'optional|list|dict|void|var|let|const|readonly|required|number)\b',
    re.IGNORECASE,
)
IDENTIFIER = re.compile(r'[A-Za-z_$][\w$]*')
UUID = re.compile(r'\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?', re.IGNORECASE)
HEX = re.compile(r'(?:0x)?(?:[0-9a-f]+|[0-9A-F]+)')
SEQUENCES = (
    'abcdefghijklmnopqrstuvwxyz',
    '0123456789012345678901234567890',
    'qwertyuiopasdfghjklzxcvbnm',
    'abcdef0123456789abcdef0123456789',
    '0123456789abcdef0123456789abcdef',
    'a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6',
)
PROSE = (
    '.md', '.rst', '.adoc', '.html', '.htm', '.po', '.pot', '.xlf', '.strings', '.resx',
    '.tex', '.svg', '.css', '.scss', '.less',
)  # fmt: skip
LOCKS = (
    'package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'go.sum',
    'poetry.lock', 'pipfile.lock', 'cargo.lock', 'composer.lock', 'gemfile.lock', 'uv.lock',
    'flake.lock', 'packages.lock.json', 'podfile.lock', 'pubspec.lock', '.terraform.lock.hcl',
    'record', 'bun.lock', 'deno.lock', 'mix.lock',
)  # fmt: skip
CODES = (
    '.py', '.pyi', '.js', '.jsx', '.mjs', '.cjs', '.ts', '.tsx', '.go', '.java', '.kt', '.c',
    '.cc', '.cpp', '.h', '.hpp', '.cs', '.rb', '.php', '.rs', '.swift', '.scala', '.m', '.mm',
    '.vue', '.svelte', '.dart', '.lua', '.pl', '.pm', '.r', '.hs', '.ex', '.exs', '.erl',
    '.clj', '.groovy', '.gradle', '.pyx', '.pxd', '.ipynb', '.jl', '.vb', '.fs', '.css',
)  # fmt: skip


class Value(NamedTuple):
    """A value and what stands around it on its line."""

    secret: bytes
    key: bytes  # the identifier or name that it is given to, '' when there is none
    kind: str  # 'password', 'token' or 'entropy'
    path: str
    before: bytes
    after: bytes


def grade(value: Value) -> str:
    """Return 'high', 'medium' or 'low', and '' when the value is no secret."""
    total = sum(weight for weight, _ in _weigh(value))
    if total >= HIGH:
        return 'high'
    if total >= MEDIUM:
        return 'medium'
    return 'low' if total >= LOW else ''


def explain(value: Value) -> Sequence[str]:
    """Return what was weighed, one line each; never holds the value."""
    return [
        f'{reason} (no secret)' if weight <= VETO else f'{weight:+d} {reason}'
        for weight, reason in _weigh(value)
    ]


def bits(text: str) -> float:
    """Return how unlike a word a text is, in bits per character.

    Words and identifiers have about 3 to 4, random letters and digits 5 and more.
    """
    if not text:
        return 0.0
    total = 0
    last, digit, upper = 26, False, False
    for char in text:
        small = char.lower()
        if 'a' <= small <= 'z':
            code = ord(small) - 97
            raised = char != small
            if last < 26 and raised and not upper:
                # camelCase: a word ends here and another begins
                total += int(TABLE[last * 27 + 26]) + int(TABLE[26 * 27 + code]) - 3
            elif last < 26 and upper and not raised:
                total += int(TABLE[last * 27 + code])
            else:
                total += int(TABLE[last * 27 + code])
            if digit:
                total += 2
            last, digit, upper = code, False, raised
        elif '0' <= char <= '9':
            total += 3 if digit else 5
            last, digit, upper = 26, True, False
        elif char in '_-. /':
            total += 2
            last, digit, upper = 26, False, False
        else:
            total += 4
            last, digit, upper = 26, False, False
    return total / len(text)


@lru_cache(maxsize=None)
def _pattern(name: str) -> re.Pattern[str]:
    """Compile a pattern when it is first needed: most runs need none."""
    return re.compile(name, re.IGNORECASE)


def words(key: str) -> list[str]:
    """Split a key at separators and changes of case."""
    found: list[str] = []
    for part in re.split(r'[^A-Za-z0-9]+', key):
        found += re.findall(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+', part)
    return [one.lower() for one in found]


def _weigh(value: Value) -> list[tuple[int, str]]:
    text = value.secret.decode('utf-8', 'replace')
    quoted = bool(value.before) and value.before[-1:] in (b'"', b"'", b'`')
    name = value.path.rpartition('/')[2].lower()
    veto = (
        _placeholder(text) or _reference(text) or _harmless(value, text, quoted, name)
    )
    if veto:
        return [(VETO, veto)]
    if value.kind == 'password':
        return _password(value, text, quoted, name)
    if value.kind == 'token':
        return _token(value, text, quoted, name)
    return _entropy(value, text, quoted, name)


# Vetoes


def _placeholder(text: str) -> str:
    if len(text) < 4:
        return 'too short'
    low = text.lower()
    most = max(low.count(char) for char in set(low))
    if most > 0.5 * len(low) and len(low) > 4 or len(set(low)) < 3:
        return 'made of one or two characters'
    if _pattern(PLACEHOLDER).search(text):
        return 'a placeholder'
    plain = re.sub(r'[^a-z0-9]', '', low)
    for sequence in SEQUENCES:
        for at in range(0, max(len(plain) - 7, 1), 2):
            piece = plain[at : at + 8]
            if (
                len(piece) >= 5
                and piece in sequence
                and (
                    len(piece) * 4 >= len(plain)
                    or len(piece) == 8
                    and sequence[0] == 'a'
                )
            ):
                return 'counts up or follows the keyboard'
    half = plain[: len(plain) // 4]
    if len(half) > 1 and plain.startswith(half * 3):
        return 'repeats itself'
    return ''


def _reference(text: str) -> str:
    return 'refers to a value elsewhere' if _pattern(REFERENCE).search(text) else ''


def _harmless(value: Value, text: str, quoted: bool, name: str) -> str:
    if name in LOCKS:
        return 'a lock file'
    if '://' in text[:12] or text.startswith(('//', './', '../', '~/', 'www.')):
        return 'an address or a path'
    if text.startswith(('data:', 'iVBORw0KGgo', '/9j/4', 'R0lGOD', 'PHN2Zy', 'AAABAA')):
        return 'an image'
    if _pattern(r'sha(?:1|256|384|512)[-:~=]').match(text) and value.kind != 'password':
        return 'a digest'
    if _pattern(r'(?:application|text|image|audio|video|multipart)/[\w.+-]+').match(
        text
    ):
        return 'a media type'
    if not quoted and CODE.match(text):
        return 'code'
    if not quoted and value.after[:1] in (b'(', b'['):
        return 'code'
    if _pattern(r'[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,8}').fullmatch(text):
        return 'an e-mail address'
    if _pattern(r'\d{1,4}[-/.:T]\d{1,2}[-/.:]\d{1,4}\S*').fullmatch(text):
        return 'a date, a time or a version'
    if _pattern(r'v?\d+(?:\.\d+)+(?:[-.+]?[a-z]+[\d.]*)?').fullmatch(text):
        return 'a version'
    if _pattern(r'[#.]?[\w-]+\s*[{>].*|.*[;{]\s*$').fullmatch(text) and ' ' in text:
        return 'code'
    return ''


# Features


def _mixture(text: str) -> int:
    """Count the kinds of characters: small, large, digits, signs."""
    return (
        any(char.islower() for char in text)
        + any(char.isupper() for char in text)
        + any(char.isdigit() for char in text)
        + any(not char.isalnum() for char in text.strip('-_'))
    )


def _wordy(text: str) -> bool:
    """Tell whether a text is nothing but words: an identifier, a name, a phrase."""
    parts = re.split(r'[-_. /:,]+', text)
    for part in parts:
        stem = part.rstrip('0123456789')
        if not stem:
            if len(part) > 4:
                return False
            continue
        if len(part) - len(stem) > 2 or not stem.isascii() or not stem.isalpha():
            return False
        if stem.islower() or stem.isupper() or stem.istitle():
            if len(stem) > 3 and bits(stem.lower()) > (5.3 if len(stem) < 9 else 4.7):
                return False
        else:
            pieces = re.findall(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+', stem)
            if len(stem) / len(pieces) < 3.4 or bits(stem) > 4.7:
                return False
    return True


def _weak(text: str) -> bool:
    low = text.lower()
    rest = _pattern(WEAK).sub('', low)
    return not any(char.isalpha() for char in rest)


def _key_veto(value: Value) -> str:
    """Say so when the key is the name of something other than a secret."""
    parts = words(value.key.decode('latin-1'))
    if not parts:
        return ''
    if parts[-1] in NOT_VALUES or parts[-1].rstrip('s') in NOT_VALUES:
        return 'the key ends like the name of no secret'
    if any(one in NOT_SECRET for one in parts[:-1]):
        return 'the key is that of no secret'
    return ''


def _in_code(name: str) -> bool:
    return name.endswith(CODES)


# Kinds


def _password(
    value: Value, text: str, quoted: bool, name: str
) -> list[tuple[int, str]]:
    veto = _key_veto(value)
    if veto:
        return [(VETO, veto)]
    if any(char.isspace() for char in text):
        return [(VETO, 'a phrase')]
    if len(text) > 128:
        return [(VETO, 'too long for a password')]
    weighed = [(3, 'the key is that of a password')]
    if quoted:
        weighed.append((1, 'quoted'))
    elif _in_code(name):
        if IDENTIFIER.fullmatch(text) or not value.after.strip() == b'':
            weighed.append((-4, 'an unquoted word in code'))
    elif name.endswith(PROSE):
        weighed.append((-1, 'prose'))
    else:
        weighed.append((1, 'a setting'))
    weighed += _human(text, quoted)
    return weighed


def _human(text: str, quoted: bool) -> list[tuple[int, str]]:
    """Weigh what people and generators choose as passwords."""
    weighed: list[tuple[int, str]] = []
    if text.startswith(('/', '\\')) and text.count('/') + text.count('\\') > 1:
        weighed.append((-4, 'a path'))
    if _weak(text):
        weighed.append((-3, 'nothing but usual words'))
    elif _wordy(text):
        plain = text.isalpha() and (text.islower() or not quoted)
        weighed.append((-2 if plain and quoted else -3, 'made of words'))
    mixture = _mixture(text)
    if mixture >= 2:
        weighed.append((mixture - 1, f'{mixture} kinds of characters'))
    rare = bits(text)
    if rare >= 5:
        weighed.append((2, 'unlike words'))
    elif rare >= 4.2:
        weighed.append((1, 'not quite like words'))
    if len(text) < 6:
        weighed.append((-1, 'short'))
    return weighed


def _token(value: Value, text: str, quoted: bool, name: str) -> list[tuple[int, str]]:
    veto = _key_veto(value)
    if veto:
        return [(VETO, veto)]
    if any(char.isspace() for char in text):
        return [(VETO, 'a phrase')]
    if len(text) < 8:
        return [(VETO, 'too short for a token')]
    low = value.key.decode('latin-1').lower().replace('-', '_')
    parts = set(words(value.key.decode('latin-1')))
    strong = _pattern(
        r'(?:api|access|secret|private|auth|account|master|app|service|encryption|signing)_?key|'
        r'(?:access|auth|api|bearer|refresh|bot|personal|oauth|session|secret|private|deploy)_?token|'
        r'(?:client|app|api|consumer|shared|jwt|session|webhook|signing)_?secret|credential'
    ).search(low)
    weighed = [(2 if strong else 1, 'the key is that of a token or secret')]
    if parts & DIGESTS:
        return [(VETO, 'a digest')]
    if UUID.fullmatch(text):
        return [*weighed, (2 if strong else 1, 'a UUID')]
    if quoted:
        weighed.append((1, 'quoted'))
    elif not _in_code(name):
        weighed.append((1, 'a setting'))
    elif IDENTIFIER.fullmatch(text):
        weighed.append((-3, 'an unquoted word in code'))
    weighed += _random(text)
    return weighed


def _random(text: str) -> list[tuple[int, str]]:
    """Weigh how far a value is from words, numbers and lists of them."""
    if _wordy(text) or _weak(text):
        return [(-4, 'made of words')]
    if text.isdigit():
        return [(-3, 'a number')]
    if HEX.fullmatch(text):
        if len(text) >= 32 and len(set(text.lower())) >= 8:
            return [(3, 'a long hexadecimal number')]
        if len(text) >= 16 and len(set(text.lower())) >= 7:
            return [(2, 'a hexadecimal number')]
        return [(0, 'a short hexadecimal number')]
    weighed: list[tuple[int, str]] = []
    if text.startswith('/') or text.count('/') > 2 and '=' not in text:
        parts = [part for part in text.split('/') if part]
        if sum(len(part) for part in parts if _wordy(part)) * 2 >= len(text):
            return [(-4, 'a path')]
    if _pattern(r'[(){}\[\]<>|;,\\^*?"\']').search(text):
        weighed.append((-1, 'characters that tokens do not have'))
        if len(text) > 12 and bits(text) < 4.6:
            return [(-4, 'code or text')]
    mixture = _mixture(text)
    rare = bits(text)
    if len(text) >= 16 and rare >= 4.9:
        weighed.append((3, 'long and unlike words'))
    elif rare >= 5 and mixture >= 2:
        weighed.append((2, 'unlike words'))
    elif rare >= 4.3 and mixture >= 2:
        weighed.append((1, 'not quite like words'))
    else:
        weighed.append((-2, 'like words'))
    if mixture >= 3:
        weighed.append((1, f'{mixture} kinds of characters'))
    return weighed


def _entropy(value: Value, text: str, quoted: bool, name: str) -> list[tuple[int, str]]:
    if name.endswith(PROSE):
        return [(VETO, 'prose or markup')]
    if UUID.fullmatch(text):
        return [(VETO, 'a UUID')]
    if any(char.isspace() for char in text):
        return [(VETO, 'a phrase')]
    around = value.before[-60:].decode('latin-1')
    parts = set(words(around))
    if parts & DIGESTS or 'sha' in around.lower():
        return [(VETO, 'a digest')]
    if parts & {
        'id',
        'ids',
        'uuid',
        'guid',
        'name',
        'url',
        'href',
        'src',
        'path',
        'svg',
    }:
        return [(VETO, 'a name')]
    rest = sum(weight for weight, _ in _random(text))
    if rest < 3:
        return [(VETO, 'not rare enough')]
    weighed = [(2, 'long and unlike words, with no telling key')]
    if parts & {'key', 'secret', 'token', 'auth', 'password', 'credential', 'cipher'}:
        weighed.append((2, 'the line names a secret'))
    return weighed
