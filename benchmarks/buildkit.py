"""Compares what the docker check sees in made-up Dockerfiles with BuildKit itself.

    .venv/bin/python benchmarks/buildkit.py ORACLE [--count N] [--seed N] [--files DIR]

ORACLE is the program that benchmarks/buildkit/main.go makes. Of each file that BuildKit
accepts, the images that it would pull and the sources that ADD would fetch, with their
checksums, must be those that hookline finds; of every file, the frontend.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hookline.dockerfile import parser, remote, resolver

HEX = '0123456789abcdef' * 4
NAMES = ('A', 'B', 'C', 'A_B', 'TARGETARCH', 'BUILDPLATFORM', 'x')
VALUES = (
    *('ok', 'bad/x', 'a.io/b', 'ok:1', '1.2.3', 'x/y/ok', '', 'scratch', 'v1-ok', 'b'),
    *('https://x.io/a', f'sha256:{HEX}', HEX[:40], 'a*b'),
)
FORMS = (
    *('${}', '${{{}}}', '${{{}:-{}}}', '${{{}-{}}}', '${{{}:+{}}}', '${{{}+{}}}'),
    *('${{{}#*/}}', '${{{}##*/}}', '${{{}%.*}}', '${{{}%%:*}}', '${{{}/o/a}}'),
    *(
        '${{{}//./-}}',
        '${{{}/\\//-}}',
        '${{{}%-?k}}',
        '${{{}#v?-}}',
        '${{{}:-${{B:-{}}}}}',
    ),
)
URLS = (
    *(
        'https://x.io/a',
        'http://x.io/b',
        'HTTPS://x.io/a',
        'https://x.io/a.git',
        'a.txt',
    ),
    *('https://x.io/a.git#v1', f'https://x.io/a.git#{HEX[:40]}:sub', 'git@x.io:a/b'),
    *('git@x.io:a.git#v1', 'ssh://git@x.io/a', 'git://x.io/a', 'github.com/a/b', '$A'),
    *('https://x.io/a.git?ref=v1', f'https://x.io/a.git?commit={HEX[:40]}', '${B}/f'),
    *(f'git@x.io:a.git?checksum={HEX[:40]}', 'git@x.io:a.git?ref=v1#v1', '"${C}"'),
    *(
        "'https://x.io/s'",
        f'https://x.io/a.git?tag=v1&checksum={HEX[:40]}',
        'u_s-e@h:p',
    ),
    *('https://x.io/a.git##ref=v', f'https://x.io/a.git?mtime=commit#{HEX[:40]}'),
    *('https://x.io/a%2egit', 'https://x.io/%zz.git', 'https://u:p@x.io:80/a.git'),
    *(
        'https://x.io:bad/a.git',
        'https://x.io/a.GIT',
        f'http://x.io/b.git#{HEX}',
        'a@b',
    ),
    *(
        'ssh://x.io:a/b',
        'https://',
        'https:///a.git',
        '${A}://x.io/z',
        'ht""tps://x.io/k',
    ),
)
IMAGES = (
    *('ok', 'ok:1', 'bad/x', 'a.io/b:1', 'localhost:5000/x', f'ok@sha256:{HEX}'),
    *(
        'scratch',
        'index.docker.io/q',
        'docker.io/library/z:2',
        'q/${A:-z}',
        'ok:${B:-1}',
    ),
    *('st0', 'st1', 'St1', 'st2'),
)
TAKEN = (
    'st0',
    'ST1',
    'st2',
    '0',
    '"st1"',
    'ok',
    'bad/x:2',
    f'a/c@sha256:{HEX}',
    'scratch',
)
OTHERS = (
    *('RUN <<EOF\nFROM bad/h\nEOF', 'RUN <<-"E" cat\nADD https://h.io/a /a\n\tE'),
    *('COPY <<A <<B /d/\nFROM q\nA\nADD z\nB', 'ADD <<EOF https://x.io/h /d/\nx\nEOF'),
    *('RUN echo "<<EOF"', "RUN <<'E F'\nFROM k\nE F", 'RUN [ "a", "<<EOF" ]', 'USER 1'),
    *('LABEL a="b c" d=$A', '# FROM c', 'CMD ["x"]', '', 'RUN true'),
)
BREAKS = (' \\\n', ' \\  \n', ' \\\n# c\n', ' \\\n\n', ' \\\n  # FROM z\n\n')


class Seen(NamedTuple):
    images: frozenset[str]
    sources: frozenset[tuple[str, ...]]  # ('git', pinned) or ('http', URL, checksum)
    syntax: str


class Maker:
    """Makes Dockerfiles of which BuildKit accepts about one in two."""

    def __init__(self, seed: int) -> None:
        self.choose = random.Random(seed)
        self.stages = 0

    def one(self, *choices: Any) -> Any:
        return self.choose.choice(choices)

    def variable(self) -> str:
        value = self.one(*VALUES, '$B', '${C}')
        return str(self.one(*FORMS).format(self.one(*NAMES), value))

    def word(self) -> str:
        parts = self.one(1, 2)
        text = ''.join(self.one(*VALUES[:8], self.variable()) for _ in range(parts))
        quoted = f'"{text}"', f"'{text}'", f'{text[:1]}""{text[1:]}'
        return str(self.one(text, text, *quoted, text.replace('o', '\\o', 1)))

    def broken(self, line: str) -> str:
        first, *rest = line.split(' ')
        if not rest or self.choose.random() > 0.15:
            return line
        return f'{first}{self.one(*BREAKS)}{" ".join(rest)}'

    def start(self) -> str:
        self.stages += 1
        image = self.one(*IMAGES, *IMAGES, self.word(), self.variable())
        platform = self.one('', '', '', '--platform=$BUILDPLATFORM ')
        name = f'{self.one("st", "ST", "St")}{self.stages - 1}'
        return self.broken(
            f'FROM {platform}{image} {self.one("AS", "as", "As")} {name}'
        )

    def line(self) -> str:
        name, kind = self.one(*NAMES), self.one(*'FAAAECMXXR')
        if kind == 'F':
            return self.start()
        if kind == 'A':
            flags = self.one('', '', '--link ', '--chown=1:2 ', '--unpack=true ')
            checks = f'sha256:{HEX}', HEX[:40], '$A', f'"sha256:{HEX}"', 'sha256:${C}'
            flags += self.one('', '', f'--checksum={self.one(*checks)} ')
            url = self.one(*URLS, self.word())
            if self.choose.random() < 0.1:
                return f'ADD {flags}["{url.replace(chr(34), "")}", "/d/"]'
            return self.broken(f'ADD {flags}{url} /d/')
        if kind == 'E':
            value = self.one(self.word(), self.one(*URLS))
            return self.broken(f'ENV {name}={value} {self.one(*NAMES)}={self.word()}')
        if kind == 'C':
            return self.broken(
                f'COPY {self.one("", "--link ")}--from={self.taken()} /a /b'
            )
        if kind == 'M':
            fields = [self.one('type=bind', 'type=cache', 'type=BIND'), 'target=/v']
            fields.append(f'{self.one("from", "FROM")}={self.taken()}')
            self.choose.shuffle(fields)
            text = ','.join(fields)
            return self.broken(f'RUN --mount={self.one(text, repr(text))} true')
        if kind == 'R':
            return self.broken(f'ARG {name}{self.one("", f"={self.word()}")}')
        return str(self.one(*OTHERS))

    def taken(self) -> str:
        return str(self.one(*TAKEN)).replace('"', '')

    def dockerfile(self) -> bytes:
        self.stages = 0
        lines = [self.one('', '', '# syntax=a/b:1', '# check=skip=all', '#!/bin/x')]
        for _ in range(self.choose.randint(0, 4)):
            value = self.one('', f'={self.word()}', f'={self.one(*VALUES)}')
            lines.append(f'ARG {self.one(*NAMES)}{value}')
        lines.append(self.start())
        lines += [self.line() for _ in range(self.choose.randint(0, 7))]
        text = '\n'.join(lines).lstrip('\n')
        return text.replace('\n', self.one('\n', '\n', '\n', '\r\n')).encode()


def ours(content: bytes) -> Seen:
    dockerfile = parser.parse(content)
    resolved = resolver.resolve(dockerfile)
    images = {str(s.resolved) for s in resolved.sources if s.resolved and not s.onbuild}
    sources: set[tuple[str, ...]] = set()
    for added in resolved.added:
        checksum = added.checksum.value if added.checksum else ''
        for source in added.sources if not added.instruction.inner else ():
            found = remote.parse(source.value)
            if found and found.kind == 'git':
                sources.add(('git', str(remote.is_pinned(found, checksum))))
            elif found:
                sources.add(('http', source.value, checksum))
    syntax = [d.value for d in dockerfile.directives if d.name == 'syntax']
    return Seen(
        frozenset(images), frozenset(sources), ''.join(syntax).partition(' ')[0]
    )


def theirs(answer: Any) -> Seen:
    sources: set[tuple[str, ...]] = set()
    for source in answer['Sources'] or ():
        url, checksum = source['URL'], source['Checksum']
        if url.startswith('git://'):
            pin = checksum or url.partition('#')[2].partition(':')[0]
            sources.add(('git', str(remote.is_commit(pin))))
        else:
            sources.add(('http', url, checksum))
    # Registries have no letter case, which BuildKit leaves to them.
    images = {
        re.sub('^[^/]*', lambda m: m[0].lower(), i) for i in answer['Images'] or ()
    }
    return Seen(frozenset(images), frozenset(sources), answer['Syntax'])


def asked(oracle: Path, contents: Sequence[bytes]) -> list[Any]:
    lines = '\n'.join(json.dumps(base64.b64encode(c).decode()) for c in contents)
    done = subprocess.run([str(oracle)], input=lines.encode(), capture_output=True)
    done.check_returncode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    options.add_argument('oracle', type=Path)
    options.add_argument('--count', type=int, default=4000)
    options.add_argument('--seed', type=int, default=1)
    options.add_argument(
        '--files', type=Path, help='a directory, in place of made ones'
    )
    given = options.parse_args()
    maker = Maker(given.seed)
    contents = [maker.dockerfile() for _ in range(given.count)]
    if given.files:
        paths = sorted(
            path for path in given.files.rglob('*ockerfile*') if path.is_file()
        )
        contents = [path.read_bytes() for path in paths]
    accepted = different = 0
    for content, answer in zip(contents, asked(given.oracle, contents), strict=True):
        mine, other = ours(content), theirs(answer)
        if answer['Error']:
            mine = mine._replace(images=other.images, sources=other.sources)
        else:
            accepted += 1
        if mine != other:
            different += 1
            print(f'{content!r}\n    ours   {mine}\n    theirs {other}')
    print(f'{len(contents)} files, {accepted} accepted by BuildKit, {different} differ')
    return int(bool(different))


if __name__ == '__main__':
    raise SystemExit(main())
