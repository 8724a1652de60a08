"""Inputs for the fuzz targets: scraps put together, and files of the corpus mangled.

The corpus is `corpus/TARGET/*`. No token stands in it: its files have the templates of
rule examples (`{{alnum:36}}`), which are expanded when they are read.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Sequence
from pathlib import Path

from hookline.examples import expand

CORPUS = Path(__file__).parent / 'corpus'
MOST = 60_000
NUMBERS = (0, 1, 2, 3, 7, 16, 63, 64, 255, 256, 4096)

_TEXT = (
    *('"', "'", '\\', '`', '\n', '\r\n', '\r', '\t', ' ', '  ', '    ', '#', '# '),
    *('\x00', '\ud800', '\u2028', 'é', '\xa0', '\ufeff', '0', '-1', '1e999', '\x1b['),
    *(
        'a',
        'b',
        'x',
        'true',
        'null',
        '=',
        ':',
        ': ',
        ',',
        ';',
        '//',
        '/*',
        '--',
        '<!--',
    ),
    *('(', ')', '[', ']', '{', '}', '<', '>', '*', '?', '/', '..', '.', '@', '|', '&'),
)
_YAML = (
    *('- ', '---\n', '...\n', '&a ', '*a', '<<: ', '!!str ', '!reference [a, b]', '? '),
    *(
        '|\n',
        '>-\n',
        '{',
        '}',
        '[',
        ']',
        '2026-01-01',
        '0x1F',
        '1:30',
        '~',
        '%YAML 1.1\n',
    ),
)
_DOCKERFILE = (
    *('FROM ', 'from', 'ARG ', 'ENV ', 'ADD ', 'COPY ', 'RUN ', 'ONBUILD ', 'LABEL '),
    *('--from=', '--mount=', '--checksum=', '--platform=', '--x', 'type=', 'from=a,'),
    *('$A', '${A', '${A:-', '${A#', '${A%%', '${A//', '\\\n', '`\n', ' AS x', 'as '),
    *('<<EOF', '<<-E', '<<"A B"', 'EOF', 'E', '["a", "b"]', '{"syntax": "', '#!'),
    *('# syntax=', '# escape=`\n', '# check=', 'scratch', 'https://a.io/b', '.git#'),
    *('git@a.io:b', 'sha256:' + 'ab' * 32, 'a.io/b', 'localhost:5000/'),
)
_MANIFEST = (
    *('services:', 'image: ', 'build:', 'args:', 'dockerfile_inline: |\n', 'jobs:'),
    *(
        'apiVersion: v1\n',
        'kind: Pod\n',
        'containers:',
        'spec:',
        'uses: ',
        'container: ',
    ),
    *('${A:-b}', '$A', '${{ matrix.x }}', '{{ .V }}', '{% x %}', '$[[ inputs.a ]]'),
    *('target "a" {', 'variable "A" {', 'default = ', '<<EOT\n', 'EOT\n', '${', 'for '),
    *('docker-image://', 'docker://', 'a.io/b', 'variables:', 'inherits = ["a"]'),
    *('matrix:', 'strategy:', 'parallel:'),
)
_POLICY = (
    *('version: 1\n', 'mode:', 'paths:', 'match: ', 'inline:', 'exclude:', 'block_at:'),
    *('locked:', 'contact: ', 'block', 'warn', '"off"', 'secrets', 'code', 'reason: '),
    *('severity: high', 'confidence: low', 'expires: ', '["**/a/*", "!b"]', 'allow:'),
    *('image: ', 'deny:', 'require: [reason]', 'mirrors:', 'add:', 'exceptions:'),
)
_RULE = (
    *('id: x\n', 'title: ', 'severity: high\n', 'confidence: low\n', 'cwe: 798\n'),
    *('why: ', 'remedy: ', 'references: []\n', 'pattern:', 'regex: ', 'keywords: '),
    *('min_entropy: ', 'checksum: ', 'semgrep:', 'bandit:', 'test: B105', 'examples:'),
    *('match:', 'no_match:', 'near: [a]', 'value: ', 'languages: [python]', 'rules:'),
    *(
        '(a+)+$',
        '(?P<secret>[a-z]{20})',
        '(?=',
        '(?<!a)',
        '\\b',
        '[^\\s]{1,4000}',
        '\\1',
    ),
)
_GIT = (
    *(':100644 100644 ', ':000000 120000 ', ':160000 ', 'a' * 40, '0' * 40, 'b' * 64),
    *(
        ' M\x00',
        ' R100\x00',
        ' A\x00',
        ' U\x00',
        ' T\x00',
        ' blob ',
        ' commit ',
        ' tag ',
    ),
    *(
        '100644 ',
        ' 0\t',
        ' 1\t',
        'missing\n',
        'tree ',
        'author A <a> 1 +0100\n',
        '\n\n',
    ),
    *('object ', 'type commit\n', 'refs/heads/x', '999999999999999999999', ' +9959\n'),
    *('setup: git_dir: ', 'setup: worktree: ', 'setup: cwd: ', 'gpgsig -----', '\n '),
)
_CODE = (
    *(
        'def f(a):\n',
        'class A {',
        'public void m(String s) {',
        'return ',
        'import os\n',
    ),
    *('request.args["n"]', 'cursor.execute(', 'if ', 'else:', 'for i in ', 'lambda: '),
    *(
        'stmt.executeQuery(',
        'String q = ',
        'while (',
        'switch (',
        'try:',
        'yield ',
        'await ',
    ),
    *(
        'f"{x}"',
        '"""',
        '@app.route("/")\n',
        'new ',
        '->',
        '=>',
        '**',
        '//=',
        ':=',
        '...',
    ),
)
_SECRETS = (
    *('password', 'API_KEY', 'token = ', 'secret: ', 'Authorization: Bearer ', 'AKIA'),
    *(
        '{{alnum:36}}',
        '{{base64:44}}',
        '{{hex:40}}',
        'ghp_{{github-token}}',
        '://a:b@c',
    ),
    *(
        '-----BEGIN RSA PRIVATE KEY-----\n',
        '-----END',
        'eyJ',
        '\\u0041',
        '\\x41',
        '%41',
    ),
    *(
        '&#65;',
        'QUtJQQ==',
        '# hookline: allow x -- y',
        '# nosec B101',
        'gitleaks:allow',
    ),
    *('pragma: allowlist secret', 'owner=a; expires=2026-01-01', 'changeme', '${X}'),
)
_FOREIGN = (
    *(
        '[[rules]]\n',
        '[allowlist]\n',
        "paths = ['''",
        "'''",
        'regexes = [',
        '[tool.bandit]\n',
    ),
    *(
        'skips: ',
        'tests: ',
        'exclude_dirs: ',
        'B101',
        'ignored:',
        'DL3008',
        'override:',
    ),
    *(
        'trustedRegistries:',
        '"results": {',
        '"hashed_secret": "',
        '"line_number": ',
        '\\.',
    ),
    *(
        '(?:',
        '|',
        ')$',
        '^',
        '.*',
        '\\/',
        '[^/]+',
        '!',
        '**/',
        '"filters_used": [',
        '"path": ',
    ),
)

WORDS = {
    'dockerfile': (*_TEXT, *_DOCKERFILE),
    'manifest': (*_TEXT, *_YAML, *_MANIFEST, *_DOCKERFILE[:30]),
    'policy': (*_TEXT, *_YAML, *_POLICY),
    'rule': (*_TEXT, *_YAML, *_RULE),
    'git': (*_TEXT[:30], *_GIT),
    'encoded': (*_TEXT, *_SECRETS),
    'comments': (*_TEXT, *_SECRETS),
    'baseline': (*_TEXT, *_FOREIGN),
    'foreign': (*_TEXT, *_YAML, *_FOREIGN),
    'archive': _TEXT,
    'answer': (*_TEXT, *_FOREIGN),
    'code': (*_TEXT, *_CODE),
    'scan': (*_TEXT, *_SECRETS, *_DOCKERFILE, *_CODE),
}


def corpus(target: str) -> list[bytes]:
    """Return the files of a target, as they are to be fed to it."""
    found = []
    for path in sorted((CORPUS / target).glob('*')):
        content = path.read_bytes()
        with contextlib.suppress(UnicodeDecodeError):
            content = expand(content.decode(), path.name).encode()
        found.append(content)
    return found


def made(choose: random.Random, target: str, seeds: Sequence[bytes]) -> bytes:
    """Return one input: half of them are scraps, half a seed mangled."""
    if seeds and choose.random() < 0.5:
        return mangled(choose, choose.choice(seeds), seeds)
    words = choose.choices(WORDS[target], k=choose.randint(1, 60))
    if choose.random() < 0.02:
        # Deep, or long: what a recursion or a quadratic loop would not survive.
        words += choose.choices(WORDS[target], k=2) * choose.choice((300, 3000))
    text = ''.join(words)
    if '{{' in text:
        text = expand(text, str(choose.random()))
    encoding = choose.choice(('utf-8',) * 8 + ('utf-16', 'utf-16-le', 'utf-32'))
    return text.encode(encoding, 'surrogatepass')[:MOST]


def mangled(choose: random.Random, content: bytes, seeds: Sequence[bytes]) -> bytes:
    for _ in range(choose.randint(1, 6)):
        start = choose.randint(0, len(content))
        end = min(len(content), start + choose.randint(0, 200))
        piece, head, tail = content[start:end], content[:start], content[end:]
        way = choose.randrange(8)
        if way == 0:
            content = head + tail
        elif way == 1:
            content = content[:end] + piece * choose.randint(1, 20) + tail
        elif way == 2:
            content = piece + content
        elif way == 3:
            content = head + choose.randbytes(choose.randint(0, 5)) + tail
        elif way == 4:
            content = head + piece[::-1] + tail
        elif way == 5:
            other = choose.choice(seeds)
            at = choose.randint(0, len(other))
            content = head + other[at : at + 300] + tail
        elif way == 6 and content:
            at = choose.randrange(len(content))
            flipped = content[at] ^ (1 << choose.randrange(8))
            content = content[:at] + bytes((flipped,)) + content[at + 1 :]
        else:
            content = head + str(choose.choice(NUMBERS)).encode() + tail
    return content[:MOST]
