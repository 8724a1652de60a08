"""How likely a value is a secret: dropped, or low, medium or high confidence.

A grade is a sum of weights, each with a reason that never holds the value. A veto ends
the matter: placeholders, references and everything that is known to be no secret. What
remains is weighed by the name of the key, the way the value is written, and how unlike
words it is.

The scale, by kind:
  password  3 for the key; quotes, mixed characters and rarity add, words subtract
  credential  4 for the place: a URL, a DSN, a statement; usual words stay low
  token     0 to 2 for the key; only rare values come near 4
  entropy   no key at all: rarity alone, never more than low unless the line names a key
From 2 on the grade is low, from 4 medium, from 6 high.
"""

from __future__ import annotations

from itertools import pairwise

from hookline import lazyre as re
from hookline.light import NamedTuple, Sequence, cache, lru_cache

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
    attribute attributes auth backend bits block box builder bucket budget button
    cache callback cancel category cert change changed char chars check checker
    class classes client codec column command comment config confirm confirmation
    constraints context cookie count counter created creator credentials ctx curve
    date days default delay delimiter description dialog dict dir directory disabled
    doc docs domain duration enabled encoder encoding endpoint endpoints entry enum
    env envvar error errors event exists exp expiration expire expired expires
    expiry ext extractor factory fault field fields file filename files fingerprint
    flag flow fmt folder footer for form format formats forgot func function
    generator getter grant group groups handler hasher hashers header headers help
    helper hint host hours icon id identifier ids idx image index info input
    interval issue issuer item iterations key_id keyid kind label language last len
    length level lifetime limit line link list loader location lock login logger
    manager map mapping mask match matcher max message metadata method middleware
    min minutes mode model module modulus mount msg name named namespace names nr
    num number obj object offset op operation option options origin owner page pair
    param parameter params parser path pathname paths pattern permission permissions
    placeholder plugin policy pool port pos position prefix processor profile prompt
    property props protected provider proxy public purpose query question reader
    realm reason ref reference refs regex regexp region registry release repo
    repository request required requirements reset resolver resource response result
    retry revocation revoked role rotation route rule rules salt schema scheme scope
    scopes screen section seconds selector separator sequence serializer server
    service session set setter setting settings shape sha signature size sizes
    source spec split splitter start state stats status stdin storage store strategy
    strength string style subject suffix summary supported symbol system table tag
    target task template test tests text threshold time timeout timestamp title todo
    tooltip topic ttl type types uid unit update updated uri uris url urls usage
    used user username users uuid valid validate validation validator variable vault
    vendor verbose verified verifier version view visible warning width window words
    """.split()  # noqa: SIM905
)
# The same before the telling word: a reset_password, an is_secret, a primary key.
NOT_SECRET = frozenset(
    """
    add allow anti authenticity ask bad blank cache can cancel change check clear
    confirm count csrf default_page delete dict disable display does empty enable
    eos bos pad unk sep cls enter expired foreign forget forgot generate get has
    hash hide hot incorrect index invalid is kbd keyboard last lost map max min
    mismatch missing missed monkey need needs new next no object optional page
    partial partition press prev previous primary prompt pub public range recover
    remember remove require required reset result row save should show shift sort
    ssh-rsa start stop stub sync toggle turkey unicode unique update use valid validate
    verification verify weak websocket widget with without wrong xsrf yaml
    """.split()  # noqa: SIM905
)
# A call of encryptPassword("…") or isValidToken("…") is given no password.
VERBS = frozenset(
    """
    add assert check compare decode decrypt encode encrypt fetch find get hash load
    lookup parse prompt read register remove resolve validate verify
    """.split()  # noqa: SIM905
)
MOCKS = frozenset(('dummy', 'example', 'fake', 'mock', 'sample', 'stub', 'test'))
# Words that end like a telling one.
UNLIKE = (
    'monkey', 'donkey', 'turkey', 'hockey', 'jockey', 'whiskey', 'hotkey', 'keyboard',
    'keystone', 'keynote', 'keyword', 'bypass', 'compass', 'trespass', 'surpass',
    'authors', 'authored', 'tokenize',
)  # fmt: skip
# Words that tell of a secret, even where they also end the names of others.
TELLING = frozenset(
    """
    auth authentication authorization credential credentials key keys pass password
    pw pwd secret secrets token tokens value
    """.split()  # noqa: SIM905
)
# What a key holds that can only be a secret, without separators.
STRONG = (
    'apikey', 'accesskey', 'secretkey', 'privatekey', 'authkey', 'accountkey',
    'masterkey', 'appkey', 'servicekey', 'encryptionkey', 'signingkey', 'accesstoken',
    'authtoken', 'apitoken', 'bearertoken', 'refreshtoken', 'bottoken',
    'personaltoken', 'oauthtoken', 'sessiontoken', 'secrettoken', 'privatetoken',
    'deploytoken', 'clientsecret', 'appsecret', 'apisecret', 'consumersecret',
    'sharedsecret', 'jwtsecret', 'sessionsecret', 'webhooksecret', 'signingsecret',
    'credential',
)  # fmt: skip
# Keys of hashes that name content and open nothing.
DIGESTS = frozenset(
    """
    blob checksum commit crc digest etag fingerprint gitsha hash head integrity md5
    nonce object oid ref resolved rev revision sha sha1 sha224 sha256 sha384 sha512
    shasum signature sri sum tree
    """.split()  # noqa: SIM905
)
# Passwords that everybody writes: what they open is a test or an example. In one value
# with nothing but digits and signs around they prove nothing.
WEAK = frozenset(
    """
    a abc access account actual admin administrator an and anonymous api app asdf
    auth bad bar basic baz bearer bogus client correct credential credentials
    database default demo dev development empty encrypted fake first foo foobar for
    good guest hello hidden in incorrect invalid is key letmein local login long me
    mock my mypass mypassword mysql name new none not null of old one or p4ssw0rd
    p@ssw0rd p@ssword pa55word pass passphrase passw0rd passwd password postgres
    postgresql private prod public pw pwd qwerty random real redis right root s3cr3t
    s3cret same second secret secure server service short some spam string strong
    stuff super supersecret temp test tester testing text that the this three to
    token two unsafe user username valid value very weak world wrong xyz
    """.split()  # noqa: SIM905
)
# On a line without a key of its own: what tells of a secret, and what of none.
TELLING_AROUND = frozenset(
    """
    apikey auth bearer cipher key pass passwd password pat pwd
    secret token
    """.split()  # noqa: SIM905
)
NAMES_AROUND = frozenset(
    """
    boundary continuation csrf cursor guid href id ids marker name next nonce page path
    src svg url uuid vapid
    """.split()  # noqa: SIM905
)
# Values that RFC 5849, 6749, 6750 and 7662 and MinIO's public test server print for all
# to copy, as the first 12 digits of their SHA-256: no token stands in this tree.
PUBLISHED = frozenset(
    """
    00cf4c781dc3 155b5c14fb5f 1bbb9293c38a 293257ab6495 2c31d647d566 2ff8b0fb93ac
    4c20e6f5cc11 53f5da0aaa93 649e1f5c769e 6aa14267d949 6c96130f130a 6d158868ec3b
    80f8b7c904d4 a35b81a7d792 b87dad10a32a b8e148545b13 bb9b1163338b c20fbc2b9618
    ca7459e2b267 cb87c87e4a13 e9974c507d2a
    """.split()  # noqa: SIM905
)
# Where a path says that its files are tests: what they hold is more often made up.
TEST_PATH = (
    r'(?:^|/)(?:tests?|testing|testdata|test-data|__tests__|specs?|fixtures?|mocks?|'
    r'e2e|examples?)/|_test\.\w+$|(?:^|/)test_[^/]*$|[.-](?:test|spec)\.\w+$|Tests?\.\w+$'
)
# Written where a password goes, to say that one goes there.
STAND_INS = frozenset(
    """
    admin_password database_password db_password dbpass dbpassword guest mypass
    mypassword none null p pass passphrase passwd password passwort placeholder pw pwd
    root secret_password secretpassword some_password somepassword string test token
    user user_password username userpass value xxx yourpassword
    """.split()  # noqa: SIM905
)
# Parts of values that stand for another value: plain strings, since compiling one large
# regex takes longer than a whole commit's scan.
MADE_UP = (
    'example', 'sample', 'changeme', 'change_me', 'change-me', 'change this',
    'changeit', 'change_it', 'change-this', 'change_this', 'placeholder', 'dummy',
    'your_', 'your-', 'your ', 'insert', 'fixme', 'fix_me', 'redacted', 'removed',
    'filtered', 'replace', 'enter_', 'enter-', '_here', '-here', 'lorem', 'xxxx',
    '***', '...', '\u2026', '____', '----', '####', 'not_set', 'not-set', 'notset',
    'not_used', 'not-real', 'not_real', 'not-a-', 'not_a_', 'unused', 'undefined',
    'foobar', 'foo-bar', 'foo_bar', 'deadbeef', 'fake-', 'fake_', '-fake', '_fake',
    'bogus', 'to_be_', 'tbd', 'whatever', '[redact',
)  # fmt: skip
MADE_UP_STARTS = ('your', 'my-', 'my_', 'my ', 'some-', 'some_', 'todo', 'to-do', '<')
REFERENCES = (
    '<%', '%>', '%(', '%{', '$[', '{}', '{0}', '{1}', '\\(', 'getenv', 'environ',
    'process.env',
)  # fmt: skip
TEMPLATES = (('${', '}'), ('$(', ')'), ('{{', '}}'), ('#{', '}'), ('@{', '}'))
BRACKETS = ('()', '[]', '{}')
REFERENCE_STARTS = (
    '$', '\\$', '!ref', '!sub', '!getatt', '!vault', '!env', '!secret', 'env:',
    'vault:', 'secret:', 'secrets.', 'secrets/', 'ref+', 'op://', 'arn:', 'enc(',
    'enc[', 'env[', '{cipher', '{crypt', '{vault', '{aes', 'secretmanager', '&', '@@',
)  # fmt: skip
# Unquoted, these begin code and no value.
CODE_WORDS = frozenset(
    """
    new await async function func lambda this self null none nil true false return
    typeof not if undefined string str bool boolean int float bytes byte char object
    any optional list dict void var let const readonly required number type
    """.split()  # noqa: SIM905
)
# How issued keys of many services begin. The rules of those services know how long
# theirs are: what none of them took is cut or made up.
ISSUED = ('sk-', 'sk_', 'rk_', 'pk_', 'key-', 'key_', 'pat-', 'pat_', 'tok_', 'ghp_')
SEQUENCES = (
    'abcdefghijklmnopqrstuvwxyz',
    '0123456789012345678901234567890',
    'qwertyuiopasdfghjklzxcvbnm',
    'abcdef0123456789abcdef0123456789',
    '0123456789abcdef0123456789abcdef',
)
PROSE = (
    '.md', '.rst', '.adoc', '.html', '.htm', '.po', '.pot', '.xlf', '.strings',
    '.resx', '.tex', '.svg', '.css', '.scss', '.less',
)  # fmt: skip
SIGNS = frozenset('(){}[]<>|;,\\^*?"\'')
SEPARATED = str.maketrans('-_./:,', '      ')
LOCKS = (
    'package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml',
    'go.sum', 'poetry.lock', 'pipfile.lock', 'cargo.lock', 'composer.lock',
    'gemfile.lock', 'uv.lock', 'flake.lock', 'packages.lock.json', 'podfile.lock',
    'pubspec.lock', '.terraform.lock.hcl', 'record', 'bun.lock', 'deno.lock',
    'mix.lock',
)  # fmt: skip
CODES = (
    '.py', '.pyi', '.js', '.jsx', '.mjs', '.cjs', '.ts', '.tsx', '.go', '.java', '.kt',
    '.c', '.cc', '.cpp', '.h', '.hpp', '.cs', '.rb', '.php', '.rs', '.swift', '.scala',
    '.m', '.mm', '.vue', '.svelte', '.dart', '.lua', '.pl', '.pm', '.r', '.hs', '.ex',
    '.exs', '.erl', '.clj', '.groovy', '.gradle', '.pyx', '.pxd', '.ipynb', '.jl',
    '.vb', '.fs', '.css',
)  # fmt: skip


class Value(NamedTuple):
    """A value and what stands around it on its line."""

    secret: bytes
    key: bytes  # the identifier or name that it is given to, '' when there is none
    kind: str  # 'password', 'credential', 'token' or 'entropy'
    path: str
    before: bytes
    after: bytes


@lru_cache(maxsize=512)
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


def because(value: Value) -> str:
    """Return the grade's reasons as one sentence; never holds the value."""
    weighed = _weigh(value)
    reasons = ', '.join(reason for weight, reason in weighed if weight > 0)
    against = ', '.join(reason for weight, reason in weighed if weight < 0)
    return f'Graded {grade(value)}: {reasons}{f"; but {against}" if against else ""}.'


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


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Compile a pattern when it is first needed: most runs need none."""
    return re.compile(name, re.IGNORECASE)


@lru_cache(maxsize=512)
def words(key: str) -> tuple[str, ...]:
    """Split a key at separators and changes of case, into lower case words."""
    found: list[str] = []
    word = ''
    for at, char in enumerate(key):
        if not (char.isascii() and char.isalnum()):
            if word:
                found.append(word.lower())
            word = ''
            continue
        if word:
            last = word[-1]
            following = key[at + 1 : at + 2]
            if (
                (char.isupper() and last.islower())
                or (char.isdigit() != last.isdigit())
                or (char.isupper() and last.isupper() and following.islower())
            ):
                found.append(word.lower())
                word = ''
        word += char
    if word:
        found.append(word.lower())
    return tuple(found)


def _weigh(value: Value) -> list[tuple[int, str]]:
    text = value.secret.decode('utf-8', 'replace')
    quoted = value.before.endswith((b'"', b"'", b'`', b'&quot;'))
    name = value.path.rpartition('/')[2].lower()
    if (
        value.kind in ('password', 'credential')
        and len(text) > 128
        and not _token_key(value.key)
    ):
        return [(VETO, 'too long for a password')]
    veto = _placeholder(value, text) or _reference(text) or _plain(value, text, quoted)
    if veto:
        return [(VETO, veto)]
    if value.kind == 'credential':
        weighed = _credential(value, text)
    elif value.kind == 'password' and not _token_key(value.key):
        weighed = _password(value, text, quoted, name)
    elif value.kind != 'entropy':
        weighed = _token(value, text, quoted, name)
    else:
        weighed = _entropy(value, text, quoted, name)
    if sum(weight for weight, _ in weighed) >= LOW:
        # Last, since it takes regular expressions, and few values come so far.
        veto = _harmless(value, text, name)
        if veto:
            return [(VETO, veto)]
        if re.search(TEST_PATH, value.path):
            weighed = [*weighed, (-2, 'in a file for tests')]
    return weighed


# Vetoes


def placeholder(secret: bytes) -> bool:
    """Tell whether a value of a provider's format is only made up.

    Stricter than for general values: chance writes short words into long tokens.
    """
    text = secret[:400].decode('latin-1')
    if says_so(secret) or _pattern(r'(.)\1{7}').search(text):
        return True
    return _run(text.lower()) >= 7 if len(text) < 200 else False


def says_so(secret: bytes) -> bool:
    """Tell whether a value holds a word that says it is none."""
    return bool(
        _pattern(
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


def _run(text: str) -> int:
    """Return the length of the longest run that counts up or down."""
    longest = up = down = 1
    for one, two in pairwise(text):
        step = ord(two) - ord(one)
        up = up + 1 if step == 1 else 1
        down = down + 1 if step == -1 else 1
        longest = max(longest, up, down)
    return longest


def _placeholder(value: Value, text: str) -> str:
    if len(text) < 4:
        return 'too short'
    if value.after.startswith((b'...', '\u2026'.encode())):
        return 'shortened'
    low = text[:400].lower()
    kinds = set(low)
    if len(kinds) < 3 or (len(low) > 4 and max(map(low.count, kinds)) * 2 > len(low)):
        return 'made of one or two characters'
    if low.startswith(MADE_UP_STARTS) or any(one in low for one in MADE_UP):
        return 'a placeholder'
    if not text.isprintable():
        return 'not text'
    if len(kinds) == len(low) >= 24:
        return 'an alphabet'
    if len(low) < 40 and any(char * 6 in low for char in kinds):
        return 'repeats itself'
    plain = ''.join(char for char in low if char.isalnum())
    for sequence in SEQUENCES:
        for at in range(0, max(len(plain) - 7, 1), 2):
            piece = plain[at : at + 8]
            telling = len(piece) * 4 >= len(plain) or sequence[0] == 'a'
            if telling and len(piece) >= 5 and piece in sequence:
                return 'counts up or follows the keyboard'
    for period in range(2, min(len(plain) // 3, 16) + 1):
        piece = plain[:period]
        if len(plain) >= 12 and plain.startswith(piece * 3):
            times = len(plain) - len(plain.replace(piece, ''))
            if times * 2 > len(plain):
                return 'repeats itself'
    if '<' in low and _pattern(r'<[a-z][\w .-]{0,40}>').search(low):
        return 'a placeholder'
    return ''


def _reference(text: str) -> str:
    low = text.lower()
    found = (
        low.startswith(REFERENCE_STARTS)
        or any(_template(low, *marks) for marks in TEMPLATES)
        or any(one in low for one in REFERENCES)
        or low.count('`') > 1
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
    return not end or _balanced(inside)


def _balanced(text: str) -> bool:
    opened: list[str] = []
    for char in text:
        if char in '([{':
            opened.append(char)
        elif char in ')]}' and (not opened or opened.pop() + char not in BRACKETS):
            return False
    return not opened


def _plain(value: Value, text: str, quoted: bool) -> str:
    """Say so when a value is an address, a path, an image or code."""
    if '://' in text[:12] or text.startswith(('//', './', '../', '~/', 'www.')):
        return 'an address or a path'
    if text.startswith(('data:', 'iVBORw0KGgo', '/9j/4', 'R0lGOD', 'PHN2Zy', 'AAABAA')):
        return 'an image'
    if text.startswith('urn:') or b'urn:' in value.before.rpartition(b' ')[2]:
        return 'a name'
    if quoted and text[0] in '+,)' and _pattern(r'\w\(|=>|\)\.').search(text):
        return 'code between two strings'
    if not quoted and (
        value.after[:1] in (b'(', b'[') or text[0] in '([{' or _code(text)
    ):
        return 'code'
    return ''


def _code(text: str) -> bool:
    """Tell whether an unquoted value begins like an expression."""
    first = text[0]
    if not (first.isalpha() or first in '_$'):
        return False
    end = 1
    while end < len(text) and (text[end].isalnum() or text[end] in '_$'):
        end += 1
    if text[:end].lower() in CODE_WORDS:
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


def _identifier(text: str) -> bool:
    return text.replace('$', '_').isidentifier()


def _uuid(text: str) -> bool:
    bare = text.strip('{}')
    return (
        len(bare) == 36
        and [at for at, char in enumerate(bare) if char == '-'] == [8, 13, 18, 23]
        and _hex(bare.replace('-', ''))
    )


def _hex(text: str) -> bool:
    bare = text.removeprefix('0x')
    digits = '0123456789abcdef' if bare.islower() else '0123456789ABCDEF'
    return bool(bare) and not bare.strip(digits)


def _harmless(value: Value, text: str, name: str) -> str:
    """Say so when a value that looks rare is something known."""
    if _pattern(r'@[\w.-]*example\b').match(value.after.decode('latin-1')):
        return 'an example host'
    if name.endswith('.map'):
        return 'a source map'
    if _published(value.secret):
        return 'a published example'
    if value.key.lower().endswith((b'basic', b'authorization')):
        veto = _basic(value, text)
        if veto:
            return veto
    if name in LOCKS or name.endswith(('.cdx.json', '.cyclonedx.json', '.spdx.json')):
        return 'a lock file'
    if value.kind != 'password' and _pattern(r'sha(?:1|256|384|512)[-:=]').match(text):
        return 'a digest'
    if _pattern(r'(?:aes|des|desede|rsa|blowfish)/\w{3}/\w+').match(text):
        return 'the name of a cipher'
    if (
        '.' in text
        and value.kind != 'credential'
        and _pattern(r'[a-z]{2,}(?:\.[a-z]{2,})+').fullmatch(text)
        and bits(text) < 4.9
    ):
        return 'a dotted name'
    if '/' in text and _pattern(
        r'(?:application|text|image|audio|video|multipart)/[\w.+-]+'
    ).match(text):
        return 'a media type'
    if '@' in text and _pattern(
        r'[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,8}'
    ).fullmatch(text):
        return 'an e-mail address'
    if text[0].isdigit() or text[0] in 'vV':
        if _pattern(r'\d{1,4}[-/.:T]\d{1,2}[-/.:]\d{1,4}\S*').fullmatch(text):
            return 'a date, a time or a version'
        if _pattern(r'v?\d+(?:\.\d+)+(?:[-.+]?[a-z]+[\d.]*)?').fullmatch(text):
            return 'a version'
    if _pattern(
        r'\[\^?[a-z0-9]-[a-z0-9]|\(\?[:=!P]|\\[dws]|[\])][+*]|'
        r'\.[*+]|\]\{|\([^)]*\|'
    ).search(text):
        return 'a regular expression'
    return ''


def _published(secret: bytes) -> bool:
    import hashlib

    return hashlib.sha256(secret).hexdigest()[:12] in PUBLISHED


def _basic(value: Value, text: str) -> str:
    """Say so when the user and password of a Basic header are no secret."""
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


# Features


def _mixture(text: str) -> int:
    """Count the kinds of characters: small, large, digits, signs."""
    return (
        any(char.islower() for char in text)
        + any(char.isupper() for char in text)
        + any(char.isdigit() for char in text)
        + any(not char.isalnum() and char not in '-_' for char in text)
    )


def _counted(text: str) -> bool:
    """Tell whether the letters or the digits of a text count up, as in a1b2c3d4."""
    low = text.lower()
    for kind in (str.isalpha, str.isdigit):
        row = [ord(char) for char in low if char.isascii() and kind(char)]
        steps = [after - before for before, after in pairwise(row)]
        if len(steps) >= 5 and steps.count(1) * 2 > len(steps):
            return True
    return False


def _wordy(text: str) -> bool:
    """Tell whether a text is nothing but words: an identifier, a name, a phrase."""
    for part in text.translate(SEPARATED).split():
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
        elif len(stem) / len(words(stem)) < 3.4 or bits(stem) > 4.7:
            return False
    return True


def _weak(text: str) -> bool:
    """Tell whether the letters of a text are all words that everybody uses."""
    low = text.lower().replace('\\n', '').replace('\\r', '')
    if low.strip('0123456789!?.#$*_-') in WEAK:
        return True
    runs = ''.join(char if 'a' <= char <= 'z' else ' ' for char in low).split()
    if any(ord(char) > 127 and char.isalpha() for char in low) or len(low) > 64:
        return False
    return all(_spelled(run) for run in runs)


def _spelled(run: str) -> bool:
    reached = {0}
    for end in range(1, len(run) + 1):
        if any(run[start:end] in WEAK for start in reached):
            reached.add(end)
    return len(run) in reached


def _key_veto(value: Value) -> str:
    """Say so when the key is the name of something other than a secret."""
    key = value.key.decode('latin-1')
    parts = words(key)
    if not parts:
        return ''
    last = parts[-1]
    if parts[0] in VERBS and value.before.rstrip(b'"\'').endswith(b'('):
        return 'the argument of a function'
    if any(part.startswith(UNLIKE) for part in parts):
        return 'the key only looks like that of a secret'
    named = len(parts) > 1 and (last in NOT_VALUES or last[:-1] in NOT_VALUES)
    if named and (last not in TELLING or parts[-2] in NOT_SECRET):
        return 'the key ends like the name of no secret'
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


def _token_key(key: bytes) -> bool:
    low = key.lower()
    if b'pass' in low or b'pwd' in low or b'pw' in low:
        return False
    return any(one in low for one in (b'token', b'secret', b'key', b'cred', b'bearer'))


def _within_string(before: bytes) -> bool:
    return any(before.count(quote) % 2 for quote in (b'"', b"'", b'`'))


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
    if text.startswith('0x') and _hex(text.lower()):
        return [(VETO, 'a number')]
    if (text[-1:] in ':?' and quoted is False) or text[-1:] == ':':
        return [(VETO, 'a label')]
    weighed = [(3, 'the key is that of a password')]
    if set(words(value.key.decode('latin-1'))) & MOCKS:
        weighed.append((-2, 'the key says that it is for a test'))
    assigned = value.before.rstrip(b' \t\\"\'`')[-1:] in (b'=', b':', b'>')
    if quoted:
        weighed.append((1, 'quoted'))
    elif _in_code(name) and not _within_string(value.before):
        if _identifier(text) or value.after.strip():
            rare = bits(text) >= 4.6 and _mixture(text) > 1
            weighed.append((-1 if rare else -4, 'an unquoted word in code'))
    elif name.endswith(PROSE):
        weighed.append((-1, 'prose'))
    elif assigned or _mixture(text) > 1:
        weighed.append((1, 'a setting'))
    weighed += _human(text, quoted, assigned)
    return weighed


def _credential(value: Value, text: str) -> list[tuple[int, str]]:
    """Weigh a value that stands where nothing but a password can: in a URL, a DSN."""
    if any(char.isspace() for char in text):
        return [(VETO, 'a phrase')]
    if text.lower().strip('0123456789!?.#$*_-') in STAND_INS:
        return [(VETO, 'stands for a password')]
    if _pattern(r'\d{2,5}/').match(text):
        return [(VETO, 'a port and a path')]
    if value.before.endswith((f'//{text}:'.encode(), f'-u {text}:'.encode())):
        return [(VETO, 'the same as the user')]
    if _weak(text):
        return [(2, 'usual words where a password stands')]
    if _wordy(text):
        return [(3, 'words where a password stands')]
    return [(4, 'stands where a password does'), *_human(text, True, True)]


def _chosen(text: str) -> bool:
    """Tell whether words may be somebody's password, and not the name of a thing."""
    found = words(text)
    return (
        text.islower()
        and len(found) <= 3
        and not set('./:') & set(text)
        and not any(word in TELLING for word in found)
    )


def _human(text: str, quoted: bool, assigned: bool) -> list[tuple[int, str]]:
    """Weigh what people and generators choose as passwords."""
    weighed: list[tuple[int, str]] = []
    if text.startswith(('/', '\\')) and text.count('/') + text.count('\\') > 1:
        weighed.append((-4, 'a path'))
    if _weak(text):
        weighed.append((-5, 'nothing but usual words'))
    elif _wordy(text):
        weighed.append((-2 if assigned and _chosen(text) else -3, 'made of words'))
    mixture = _mixture(text)
    if mixture >= 2:
        weighed.append((mixture - 1, f'{mixture} kinds of characters'))
    rare = bits(text)
    if rare >= 5:
        weighed.append((2, 'unlike words'))
    elif rare >= 4.2 and not _wordy(text):
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
    flat = low.replace('_', '').replace('.', '')
    strong = any(one in flat for one in STRONG)
    strength = 2 if strong else 0 if low in ('key', 'pkey') else 1
    if parts & MOCKS:
        strength -= 2
    weighed = [(strength, 'the key is that of a token or secret')]
    if parts & DIGESTS:
        return [(VETO, 'a digest')]
    cut = text.startswith('eyJ') and text.count('.') == 2
    if cut and len(text.rpartition('.')[2]) < 16:
        return [(VETO, 'a JWT without its signature')]
    if text.startswith(ISSUED) and len(text) < 42:
        return [(VETO, 'begins like an issued key and is too short for one')]
    if _uuid(text):
        return [*weighed, (2 if strong else 1, 'a UUID')]
    if quoted:
        weighed.append((1, 'quoted'))
    elif not _in_code(name) or _within_string(value.before):
        weighed.append((1, 'a setting'))
    elif _identifier(text):
        weighed.append((-3, 'an unquoted word in code'))
    weighed += _random(text, quoted)
    if text.startswith('0') and _pattern(r'0[0-7][0-9A-HJKMNP-TV-Z]{24}').fullmatch(
        text
    ):
        return [(VETO, 'a ULID')]
    if 'sandbox' in text or '_sdbx_' in text:
        weighed.append((-4, 'of a sandbox'))
    if len(text) < 12 and 'secret' not in flat:
        weighed.append((-5, 'short for a token'))
    elif len(text) < 16:
        weighed.append((-1, 'short for a token'))
    return weighed


def _random(text: str, quoted: bool) -> list[tuple[int, str]]:
    """Weigh how far a value is from words, numbers and lists of them."""
    if _wordy(text) or _weak(text):
        return [(-4, 'made of words')]
    if words(text)[-1:] and words(text)[-1] in TELLING and _mixture(text) < 3:
        return [(-4, 'the name of a key')]
    if text.isdigit():
        return [(-3, 'a number')]
    if _hex(text):
        if _counted(text):
            return [(-1, 'counts up')]
        if len(text) >= 32 and len(set(text.lower())) >= 8:
            return [(3, 'a long hexadecimal number')]
        if len(text) >= 16 and len(set(text.lower())) >= 7:
            return [(2, 'a hexadecimal number')]
        return [(0, 'a short hexadecimal number')]
    if _counted(text):
        return [(-1, 'counts up')]
    weighed: list[tuple[int, str]] = []
    if text.startswith('/') or (text.count('/') > 2 and '=' not in text):
        parts = [part for part in text.split('/') if part]
        if sum(len(part) for part in parts if _wordy(part)) * 2 >= len(text):
            return [(-4, 'a path')]
    if quoted and not _balanced(text) and len(text) > 12:
        # Chance leaves brackets open, code does not.
        return [(2, 'signs that are neither code nor text')]
    if any(char in SIGNS for char in text):
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
    if _uuid(text):
        return [(VETO, 'a UUID')]
    if any(char.isspace() for char in text):
        return [(VETO, 'a phrase')]
    around = value.before[-60:].decode('latin-1')
    parts = set(words(around))
    telling = parts & TELLING_AROUND
    if _hex(text) and not telling:
        return [(VETO, 'a digest')]
    if 'public' in parts or parts & DIGESTS or 'sha' in around.lower():
        return [(VETO, 'a digest')]
    if parts & NAMES_AROUND:
        return [(VETO, 'a name')]
    if not telling and not quoted:
        return [(VETO, 'neither quoted nor named as a secret')]
    rest = sum(weight for weight, _ in _random(text, quoted))
    if rest < 3:
        return [(VETO, 'not rare enough')]
    weighed = [(2, 'long and unlike words, with no telling key')]
    if telling:
        weighed.append((2, 'the line names a secret'))
    return weighed
