"""Times the docker check: the policy a file, and the hook on one Dockerfile.

    .venv/bin/python benchmarks/docker.py [--runs N] [--files DIR] [--checkov PROGRAM]

The policy runs over Dockerfiles that are made here, or over those of a directory. The
hook runs in turn with hadolint plus `python -c pass`, so that a machine that is noisy
is noisy for both; the bar is a ratio of 1.5. checkov is timed if it is installed. To be
run where hookline is installed from a wheel, as users have it.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from commit import BIN, DOCKERFILE, git, timed

from hookline import rulebook
from hookline.dockerfile import names
from hookline.engines import add, image
from hookline.nouns import Change, Run

FILES = 2000
LINES = (
    'RUN apt-get update && \\\n  apt-get install curl=8.* && \\\n    # small\n    true',
    'COPY --from=build --chown=1000 /app /app',
    'RUN --mount=type=cache,target=/root/.cache pip install -r requirements.txt',
    'ENV PATH=/opt/app/bin:$PATH LANG=C.UTF-8',
    'ADD --checksum=sha256:' + 'ab' * 32 + ' https://example.com/a-${V}.tgz /opt/',
    'RUN <<EOF\nset -e\nmake install\nEOF',
    'LABEL org.opencontainers.image.title="app" \\\n      version="1.0"',
    'HEALTHCHECK --interval=30s CMD curl -f http://localhost/ || exit 1',
    'WORKDIR /app',
    'USER 1000',
    'CMD ["python", "-m", "app"]',
)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    options.add_argument('--runs', type=int, default=21)
    options.add_argument('--files', type=Path, help='a directory with Dockerfiles')
    options.add_argument(
        '--checkov', default=shutil.which('checkov') or '', help='beside it'
    )
    asked = options.parse_args()
    # With it every run compiles what was not compiled before, which no user has.
    os.environ.pop('PYTHONDONTWRITEBYTECODE', None)
    policy(changes_in(asked.files) if asked.files else made())
    with tempfile.TemporaryDirectory(prefix='hookline-bench-') as directory:
        hook(Path(directory), asked.runs, asked.checkov)
    return 0


def made() -> list[Change]:
    """Return Dockerfiles of some 30 lines, the same in every run."""
    choose = random.Random(1)
    found = []
    for number in range(FILES):
        body = [
            'ARG V=3.12',
            f'FROM python:${{V}}-slim AS build{number}',
            *choose.choices(LINES, k=8),
            'FROM registry.example.com/base/app:1.4',
            'ARG V',
            *choose.choices(LINES, k=8),
        ]
        text = '\n'.join(body).replace('=build ', f'=build{number} ')
        found.append(Change(f'{number}/Dockerfile', f'{text}\n'.encode()))
    return found


def changes_in(directory: Path) -> list[Change]:
    return [
        Change(str(path), path.read_bytes())
        for path in sorted(directory.rglob('*'))
        if path.is_file() and names.is_dockerfile(path.as_posix())
    ]


def policy(changes: Sequence[Change]) -> None:
    images = rulebook.load([rulebook.builtin()]).images
    total = 0.0
    for name, engine in (('image', image), ('add', add)):
        compiled = engine.compile([], images)
        run = Run(cache='', jobs=1, deadline=float('inf'))
        rounds = []
        for _ in range(3):
            start = time.process_time()
            matches = sum(1 for _ in engine.find(changes, compiled, run))
            rounds.append((time.process_time() - start) / len(changes) * 1000)
        total += min(rounds)
        print(
            f'{name:6} policy {min(rounds):7.3f} ms a file   '
            f'{len(changes)} files, {matches} matches'
        )
    print(f'both          {total:7.3f} ms a file, bar 1 ms')


def hook(top: Path, runs: int, checkov: str) -> None:
    top = top / 'repo'
    (top / '.hookline').mkdir(parents=True)
    git(top, 'init', '-q')
    (top / '.hookline/images.yaml').write_text('allow: [{image: python}]\n')
    (top / 'Dockerfile').write_text(DOCKERFILE)
    git(top, 'add', '-A')
    git(top, 'commit', '-q', '--no-verify', '-m', 'before')
    (top / 'Dockerfile').write_text(DOCKERFILE + 'EXPOSE 8000\n')
    git(top, 'add', '-A')
    own = [(str(BIN / 'hookline'), 'hook', 'docker', 'Dockerfile')]
    # A configuration of its own, as hookline gives it one.
    (top.parent / 'config.yaml').write_text('ignored: [DL3020, DL3026]\n')
    lint = (
        *(program('hadolint'), '--config', '../config.yaml', '--no-fail'),
        'Dockerfile',
    )
    peers: dict[str, list[Sequence[str]]] = {
        'hadolint + python -c pass': [lint, (sys.executable, '-c', 'pass')],
        'hadolint': [lint],
        'python -c pass': [(sys.executable, '-c', 'pass')],
    }
    if checkov:
        peers['checkov'] = [
            (checkov, '--framework', 'dockerfile', '--quiet', '-f', 'Dockerfile')
        ]
    for _ in range(2):
        spent(own, top)  # fills the caches
    for name, commands in peers.items():
        counted = runs if name != 'checkov' else 3
        pairs = [(spent(own, top), spent(commands, top)) for _ in range(counted)]
        for number, kind in enumerate(('elapsed', 'processor')):
            ratio = statistics.median(a[number] / b[number] for a, b in pairs)
            mine = statistics.median(a[number] for a, _ in pairs) * 1000
            theirs = statistics.median(b[number] for _, b in pairs) * 1000
            print(
                f'hookline hook docker {mine:6.1f} ms   {name:26} {theirs:6.1f} ms   '
                f'ratio {ratio:6.3f}   {kind}, {counted} pairs',
                flush=True,
            )
    if 'checkov' not in peers:
        print('checkov is not installed')


def spent(commands: Sequence[Sequence[str]], where: Path) -> tuple[float, float]:
    """Return the seconds that went by, and those of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    elapsed = timed(commands, where)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return elapsed, user + system


def program(name: str) -> str:
    """Return the program in our environment, else that of the machine."""
    own = BIN / name
    return str(own) if own.exists() else shutil.which(name) or name


if __name__ == '__main__':
    raise SystemExit(main())
