"""Times the hooks at commit beside bare Python and beside the upstream hooks.

    .venv/bin/python benchmarks/commit.py [--runs N] [secrets|code|docker|all …]

Builds a throw-away repository, changes ten files of the standard library in it, and
runs the programs in turn, so that a machine that is noisy is noisy for both. Prints
each median and the median of the ratios, pair by pair.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

BIN = Path(sys.executable).parent
FILES = 10
DOCKERFILE = """\
FROM python:3.12-slim AS build
RUN pip install --no-cache-dir requests==2.32.0
COPY . /app
FROM python:3.12-slim
COPY --from=build /app /app
USER 1000
CMD ["python", "/app/main.py"]
"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    options.add_argument('--runs', type=int, default=11)
    options.add_argument(
        'checks', nargs='*', default=['secrets', 'code', 'docker', 'all']
    )
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix='hookline-bench-') as directory:
        top = Path(directory)
        names = repository(top / 'repo')
        rules = write_rules(top / 'rules.json')
        bare = (sys.executable, '-c', 'pass')
        upstream = {
            'bandit': (str(BIN / 'bandit'), '-q', *names),
            'semgrep scan': (
                *(str(BIN / 'semgrep'), 'scan', '--quiet', '--metrics=off'),
                *('--disable-version-check', '--config', str(rules), *names),
            ),
        }
        for check in asked.checks:
            own = (str(BIN / 'hookline'), 'hook', check, *names)
            if check == 'docker':
                own = (str(BIN / 'hookline'), 'hook', check, 'Dockerfile')
            others: dict[str, Sequence[Sequence[str]]] = {'python -c pass': [bare]}
            if check in ('code', 'all'):
                others['bandit, then semgrep scan'] = list(upstream.values())
            compare(f'hookline hook {check}', [own], others, top / 'repo', asked.runs)
    return 0


def repository(path: Path) -> list[str]:
    """Make a repository with ten staged changes; return their names."""
    path.mkdir()
    git(path, 'init', '-q')
    stdlib = Path(sysconfig.get_paths()['stdlib'])
    sources = sorted(stdlib.glob('*.py'), key=lambda file: file.stat().st_size)
    middle = len(sources) // 2
    names = []
    for source in sources[middle : middle + FILES]:
        (path / source.name).write_bytes(source.read_bytes())
        names.append(source.name)
    (path / 'Dockerfile').write_text(DOCKERFILE)
    git(path, 'add', '-A')
    git(path, 'commit', '-q', '--no-verify', '-m', 'before')
    for name in names:
        with (path / name).open('a') as file:
            file.write('\n\nADDED = 1\n')
    (path / 'Dockerfile').write_text(DOCKERFILE + 'EXPOSE 8000\n')
    git(path, 'add', '-A')
    return names


def git(where: Path, *arguments: str) -> None:
    who = ('-c', 'user.name=bench', '-c', 'user.email=bench@example.com')
    subprocess.run(('git', *who, *arguments), cwd=where, check=True)


def write_rules(path: Path) -> Path:
    """Write hookline's semgrep rules as semgrep reads them."""
    from hookline import rulebook, semgrep_rules

    rules = rulebook.load([rulebook.builtin()]).rules.values()
    ours = [rule for rule in rules if rule.engine == 'semgrep']
    texts = [json.loads(row[2]) for row in semgrep_rules.compile(ours, ())['rules']]
    path.write_text(json.dumps({'rules': texts}))
    return path


def compare(
    title: str,
    own: Sequence[Sequence[str]],
    others: Mapping[str, Sequence[Sequence[str]]],
    where: Path,
    runs: int,
) -> None:
    for name, commands in others.items():
        seconds: list[tuple[float, float]] = []
        # The slow peers are not worth many runs: their ratio is large.
        counted = runs if len(commands) == 1 else max(3, runs // 4)
        for number in range(counted + 1):
            pair = (timed(own, where), timed(commands, where))
            if number:  # the first fills the caches
                seconds.append(pair)
        ratio = statistics.median(a / b for a, b in seconds)
        mine = statistics.median(a for a, _ in seconds)
        theirs = statistics.median(b for _, b in seconds)
        print(
            f'{title:24} {mine * 1000:7.1f} ms   {name:26} {theirs * 1000:7.1f} ms   '
            f'ratio {ratio:6.3f}   {counted} pairs',
            flush=True,
        )


def timed(commands: Sequence[Sequence[str]], where: Path) -> float:
    environment = {
        **os.environ,
        'SEMGREP_ENABLE_VERSION_CHECK': '0',
        'SEMGREP_SEND_METRICS': 'off',
    }
    start = time.perf_counter()
    for command in commands:
        done = subprocess.run(
            command, cwd=where, env=environment, capture_output=True, check=False
        )
        if done.returncode not in (0, 1):
            raise SystemExit(f'{command[0]}: {done.stderr.decode(errors="replace")}')
    return time.perf_counter() - start


if __name__ == '__main__':
    raise SystemExit(main())
