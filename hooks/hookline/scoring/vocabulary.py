"""Words that tell what a key names, what a value stands for, what a file holds.

Only data. Vetoes and features say what each list means.
"""

from __future__ import annotations

# Names of keys, in lower case words. What comes after the telling word can take its
# meaning away: a password_field is no password.
NOT_VALUES = frozenset(
    """
    accessor age alg algo algorithm algorithms alias arn at attempt attempts attr
    attribute attributes auth backend bits block box bucket budget builder button
    cache callback cancel category cert change changed char chars check checker
    class classes client codec column command comment config confirm confirmation
    constraints contains context cookie count counter created creator credentials
    ctx curve date days default delay delimiter description dialog dict dir
    directory disabled doc docs domain duration enabled encoder encoding endpoint
    endpoints endswith entry enum env envvar error errors event exists exp
    expiration expire expired expires expiry ext extractor factory fault field
    fields file filename files fingerprint flag flow fmt folder footer for forgot
    form format formats func function generator getter grant group groups handler
    hasher hashers header headers help helper hint host hours icon icontains id
    identifier ids idx iexact image index info input interval issue issuer item
    iterations key_id keyid kind label language last len length level lifetime limit
    line link list loader location lock logger login manager map mapping mask match
    matcher max message metadata method middleware min minutes mode model module
    modulus mount msg name named names namespace nr num number obj object offset op
    operation option options origin owner page pair param parameter params parser
    path pathname paths pattern permission permissions placeholder plugin policy
    pool port pos position prefix processor profile prompt property props protected
    provider proxy public purpose query question reader realm reason ref reference
    refs regex regexp region registry release repo repository request required
    requirements reset resolver resource response result retry revocation revoked
    role rotation route rule rules salt schema scheme scope scopes screen seconds
    section selector separator sequence serializer server service session set setter
    setting settings sha shape signature size sizes source spec split splitter start
    startswith state stats status stdin storage store strategy strength string style
    subject suffix summary supported symbol system table tag target task template
    test tests text threshold time timeout timestamp title todo tooltip topic ttl
    type types uid unit update updated uri uris url urls usage used user username
    users uuid valid validate validation validator variable vault vendor verbose
    verified verifier version view visible warning width window words
    """.split()  # noqa: SIM905
)
# The same before the telling word: a reset_password, an is_secret, a primary key.
NOT_SECRET = frozenset(
    """
    add allow anti ask authenticity bad blank bos cache can cancel change check clear
    cls confirm count csrf default_page delete dict disable display does empty enable
    enter eos expired foreign forget forgot generate get has hash hide hot incorrect
    index invalid is kbd keyboard last lost map max min mismatch missed missing
    monkey need needs new next no object optional pad page partial partition press
    prev previous primary prompt pub public range recover remember remove require
    required reset restore result row save sep shift should show sort ssh-rsa start
    stop stub sync toggle turkey unicode unique unk update use valid validate
    verification verify weak websocket widget with without wrong xsrf yaml
    """.split()  # noqa: SIM905
)
# What a program shows beside the field for a password, label.password as well.
SHOWN = frozenset(
    'caption error help hint label placeholder title tooltip'.split()  # noqa: SIM905
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
    a abc access account actual admin administrator alice an and anonymous api app
    asdf auth bad bar basic baz bearer bob bogus client contraseña correct
    credential credentials database default demo dev development empty encrypted
    fake first foo foobar for good guest hello hidden in incorrect invalid is jane
    john kennwort key krit letmein local login long me mock my mypass mypassword
    mysql name new none not null of old one or p4ssw0rd p@ssw0rd p@ssword pa55word
    pass passphrase passw0rd passwd password passwort postgres postgresql private
    prod public pw pwd qwerty random real redis right root s3cr3t s3cret same second
    secret secure sekrit senha server service short some sooper spam string strong
    stuff super supersecret temp test tester testing text that the this three to
    token two unsafe user username valid value very wachtwoord weak word world wrong
    xyz
    """.split()  # noqa: SIM905
)
# On a line without a key of its own: what tells of a secret, and what of none.
TELLING_AROUND = frozenset(
    """
    apikey auth bearer cipher key pass passwd password pat pwd secret token
    """.split()  # noqa: SIM905
)
NAMES_AROUND = frozenset(
    """
    boundary continuation csrf cursor guid href id ids marker name next nonce page
    path src svg url uuid vapid
    """.split()  # noqa: SIM905
)
# What issuers and standards print for all to copy, and what emulators and local servers
# start with, as the first 12 digits of their SHA-256: no token stands in this tree.
PUBLISHED = frozenset((
    # RFC 5849, 6749, 6750 and 7662, MinIO's public test server, Google
    # Maps' samples, the tests of Firebase's own libraries
    '00cf4c781dc3', 'df452eef23e8', '155b5c14fb5f', '1597ab82f0c3', '1bbb9293c38a',
    '23223d914623', '281cbc35f681', '293257ab6495', '2c31d647d566', '2e6c5d746bbd',
    '2ff8b0fb93ac', '4c20e6f5cc11', '53f5da0aaa93', '561c359df17f', '649e1f5c769e',
    '6aa14267d949', '6c96130f130a', '6d158868ec3b', '80f8b7c904d4', 'a35b81a7d792',
    'b87dad10a32a', 'b8e148545b13', 'bb9b1163338b', 'c20fbc2b9618', 'ca7459e2b267',
    'cb87c87e4a13', 'e4902a0b3881', 'e9974c507d2a', 'ea9bb1082cf9',
    # the emulators of Azure Storage and Cosmos DB
    '0011cc25eb43', 'aa6547439583',
    # Stripe's documentation
    '2cafc0970149', '2d1f7723aabc', '5895b89c8fb3', 'b1471f544cee', 'f2d6ca165150',
    # jwt.io, RFC 7515, 7519 and 7617, RFC 6455 and 4226
    '15cef4b629cc', '549c9390539e', '73f71af093fd', '7f75367e7881', '8b1b17a9740c',
    '8d4ef6536dc8', 'c794fa6d20c6', 'cf4d418ed3de', 'd05f6bb1aa2e', 'da816f9f2c16',
    # Google's description of otpauth: URIs and of reCAPTCHA's test keys
    '03b970ed8171', '8be5d113c087', 'd3873980f248', 'f5e95c995463',
    # the accounts that Hardhat, Anvil and Ganache start with, and web3.js'
    # documentation
    '0aedba9d586f', '0bc9fde2b028', '28e543d3753f', '30e55f5463e2', '38e69fdd19ae',
    '4d3e46eec824', '578592185588', '64034b44c579', '70b801afae94', '8335c5533482',
    '95e82a7ebb03', '967f21586cdf', 'b26ab6529d20', 'bc1a50966c9e', 'f070994a8599',
    # what Supabase's command line starts with
    '70541e07fd4f', 'a68ca943db03', 'bf1725a8f98b', 'c85debb55f2f',
    # the documentation of GitHub, Slack, Telegram and OpenWeather
    '0b5dd075ccdd', '3543c50b0cb9', '359e12688466', '6d7fa4e64d4b', '731fa294d036',
    '797c0ce41458', '82e74299544e', 'a4f06cc536ba', 'bae656572be8', 'bc3ae723f57c',
    # the documentation of Kubernetes, PostgreSQL, Flask, FastAPI and Spring
    '2598f7d6adc1', '28d296be3bf5', '3002888f967a', '366da6cf65a0', '570dad43de1a',
    '5e4c9b2a0568', 'a7b580d711ef', 'c4d46666359a', 'd9f5032d168b',
    # WireGuard's, NATS', Fernet's and Bitcoin's descriptions of their keys
    '2243ae4c7301', '9d6a2b9d1f01', 'cdfce49713b0', 'd88a2cb53b61', 'ea1ca3e25b35',
    'f70c753f3bef',
))  # fmt: skip
# Where a path says that its files are tests: what they hold is more often made up.
TEST_PATH = (
    r'(?:^|/)(?:tests?|testing|testdata|test-data|__tests__|specs?|fixtures?|mocks?|'
    r'e2e|examples?)/|_test\.\w+$|(?:^|/)test_[^/]*$|[.-](?:test|spec)\.\w+$|Tests?\.\w+$'
)
# Where a path says that its files explain. READMEs at the top are for real too often.
DOCS_PATH = r'(?:^|/)(?:docs?|documentation)/.*\.(?:rst|md|mdx|txt|html?|adoc)$'
# Written where a password goes, to say that one goes there.
STAND_INS = frozenset(
    """
    admin_password database_password db_password dbpass dbpassword guest mypass
    mypassword none null p pass passphrase passwd password passwort placeholder pw
    pwd root secret_password secretpassword some_password somepassword string test
    token user user_password username userpass value xxx yourpassword
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
REFERENCE_STARTS = (
    '$', '\\$', '!ref', '!sub', '!getatt', '!vault', '!env', '!secret', 'env:',
    'vault:', 'secret:', 'secrets.', 'secrets/', 'ref+', 'op://', 'arn:', 'enc(',
    'enc[', 'env[', '{cipher', '{crypt', '{vault', '{aes', 'secretmanager', '&', '@@',
)  # fmt: skip
# Unquoted, these begin code and no value.
CODE_WORDS = frozenset(
    """
    any async await bool boolean byte bytes char const dict false float func
    function if int lambda let list new nil none not null number object optional
    readonly required return self str string this true type typeof undefined var
    void
    """.split()  # noqa: SIM905
)
PERL_QUOTES = ('qr/', 'qr{', 'qw/', 'qw(', 'qw{')
# A short name, an underscore or hyphen and a long number, as many services issue.
ISSUED_HEX = r'[A-Za-z][A-Za-z0-9]{0,11}(?:[_-][a-z]{2,8})?[_-](?:[0-9a-f]{24,128})\Z'
# How issued keys of many services begin. The rules of those services know how long
# theirs are: what none of them took is cut or made up.
ISSUED = ('sk-', 'sk_', 'rk_', 'pk_', 'key-', 'key_', 'pat-', 'pat_', 'tok_', 'ghp_')
SEQUENCES = (
    'abcdefghijklmnopqrstuvwxyz',
    '0123456789012345678901234567890',
    'qwertyuiopasdfghjklzxcvbnm',
    'qazwsxedcrfvtgbyhnujmikolp',
    'zaqwsxcderfvbgtyhnmjuik',
    'abcdef0123456789abcdef0123456789',
    '0123456789abcdef0123456789abcdef',
)
PROSE = (
    '.md', '.rst', '.adoc', '.html', '.htm', '.po', '.pot', '.xlf', '.strings',
    '.resx', '.tex', '.svg', '.css', '.scss', '.less',
)  # fmt: skip
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
# What tokens do not hold, and code and text do.
TRANSLATIONS = ('.po', '.pot', '.xlf', '.xliff', '.strings', '.resx', '.arb')
SIGNS = frozenset('(){}[]<>|;,\\^*?"\'')
