"""Reads made-up Dockerfiles and manifests: no exception, and none takes long.

    .venv/bin/python benchmarks/fuzz_docker.py [--count 200000] [--seed 1] [--files DIR]

Half of the inputs are scraps put together at random, half are files with pieces cut
out, doubled and put elsewhere. Each goes through everything that a run does with it but
hadolint. Prints the slowest, and fails if one raised or took more than 100 ms of the
processor.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hookline import rulebook, yamlfile
from hookline.dockerfile import manifests
from hookline.engines import add, image
from hookline.nouns import Change, Run

LIMIT = 0.1  # seconds of the processor
_DOCKERFILE = (
    *('FROM ', 'from', 'ARG ', 'ENV ', 'ADD ', 'COPY ', 'RUN ', 'ONBUILD ', 'LABEL '),
    *('--from=', '--mount=', '--checksum=', '--platform=', '--x', 'type=', 'from=a,'),
    *('$A', '${A', '${A:-', '${A#', '${A%%', '${A//', '}', '*', '?', '/', ':', '@'),
    *('"', "'", '\\', '`', '\\\n', '`\n', '\n', '\r\n', '\r', '\t', ' ', '#', '# '),
    *('<<EOF', '<<-E', '<<"A B"', 'EOF', 'E', '[', ']', '["a", "b"]', '{"syntax": "'),
    *('# syntax=', '# escape=`\n', '# check=', '//', '#!', '=', ',', ' AS x', 'as '),
    *('scratch', 'https://a.io/b', 'git@a.io:b', '.git#', 'sha256:' + 'ab' * 32),
    *('a.io/b', 'localhost:5000/', '\x00', '\ud800', '\u2028', 'é', '\xa0', '0', '-1'),
)
_MANIFEST = (
    *('services:', 'image: ', 'build:', 'args:', 'dockerfile_inline: |\n', 'jobs:'),
    *(
        '  ',
        '    ',
        '\n',
        '- ',
        ': ',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '&a ',
        '*a',
        '<<: ',
    ),
    *(
        'apiVersion: v1\n',
        'kind: Pod\n',
        'containers:',
        'spec:',
        '---\n',
        '|',
        '>',
        '\t',
    ),
    *('${A:-b}', '$A', '${{ matrix.x }}', '{{ .V }}', '{% x %}', '$[[ inputs.a ]]'),
    *('target "a" {', 'variable "A" {', 'default = ', '<<EOT\n', 'EOT\n', '${', 'for '),
    *('docker-image://', 'docker://', 'a.io/b', 'uses: ', 'container: ', 'variables:'),
    *('inherits = ["a"]', 'matrix:', 'strategy:', 'parallel:', '!reference [a, b]'),
    *('\x00', '\ud800', 'é', '//', '/*', '\\', ',', '# ', '=', '(', ')', '\ufeff'),
)
NAMES = (
    *('Dockerfile', 'Dockerfile', 'Dockerfile', 'compose.yaml', 'docker-bake.hcl'),
    *('.gitlab-ci.yml', '.github/workflows/a.yml', 'k8s.yaml', 'docker-bake.json'),
    *('.devcontainer.json', 'kustomization.yaml'),
)


class Slow(NamedTuple):
    seconds: float
    name: str
    content: bytes


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    options.add_argument('--count', type=int, default=200_000)
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--files', type=Path, help='a directory of files to mangle')
    asked = options.parse_args(arguments)
    seeds = [path.read_bytes() for path in files(asked.files)] if asked.files else []
    failed, slowest = fuzz(asked.count, asked.seed, seeds)
    print(f'{asked.count} inputs, seed {asked.seed}: {failed} raised, slowest:')
    for seconds, name, content in slowest:
        print(f'{seconds * 1000:8.1f} ms  {name:24} {content[:60]!r}')
    return int(bool(failed) or slowest[0].seconds > LIMIT)


def files(directory: Path) -> list[Path]:
    found = [path for path in sorted(directory.rglob('*')) if path.is_file()]
    return [path for path in found if path.stat().st_size < 50_000]


def fuzz(count: int, seed: int, seeds: Sequence[bytes]) -> tuple[int, list[Slow]]:
    """Return how many inputs raised, and the slowest ones."""
    choose = random.Random(seed)
    policy = rulebook.load([rulebook.builtin()]).images
    own = yamlfile.parse(b'allow: [{image: "a.io/**"}]\nargs: {A: x}\n', 'images.yaml')
    images = image.compile([], [*policy, own])
    added = add.compile([], [*policy, own])
    run = Run(cache='', jobs=1, deadline=float('inf'))
    slowest: list[Slow] = []
    failed = 0
    for _ in range(count):
        name = choose.choice(NAMES)
        content = made(choose, name, seeds)
        change = Change(name, content)
        start = time.process_time()
        try:
            if image.takes(change):
                for match in image.find([change], images, run):
                    assert 0 <= match.start <= match.end <= len(content)
            elif name != 'Dockerfile':
                manifests.read(name, content, {})
            if add.takes(change):
                for match in add.find([change], added, run):
                    assert 0 <= match.start <= match.end <= len(content)
        except Exception:
            failed += 1
            print(f'{name} {content!r}', file=sys.stderr)
            traceback.print_exc()
        spent = time.process_time() - start
        if len(slowest) < 5 or spent > slowest[-1].seconds:
            slowest = sorted((*slowest, Slow(spent, name, content)), reverse=True)[:5]
    return failed, slowest


def made(choose: random.Random, name: str, seeds: Sequence[bytes]) -> bytes:
    if seeds and choose.random() < 0.5:
        return mangled(choose, choose.choice(seeds))
    scraps = _DOCKERFILE if name == 'Dockerfile' else (*_MANIFEST, *_DOCKERFILE[:30])
    text = ''.join(choose.choices(scraps, k=choose.randint(1, 60)))
    return text.encode('utf-8', 'surrogatepass')


def mangled(choose: random.Random, content: bytes) -> bytes:
    for _ in range(choose.randint(1, 6)):
        start = choose.randint(0, len(content))
        end = min(len(content), start + choose.randint(0, 200))
        piece = content[start:end]
        content = choose.choice(
            (
                content[:start] + content[end:],
                content[:end] + piece * choose.randint(1, 20) + content[end:],
                piece + content,
                content[:start]
                + choose.randbytes(choose.randint(0, 5))
                + content[end:],
                content[:start] + piece[::-1] + content[end:],
            )
        )
    return content[:60_000]


if __name__ == '__main__':
    raise SystemExit(main())
