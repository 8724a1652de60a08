"""Times the code check beside the upstream hooks: 1, 10 and 100 changed files.

    .venv/bin/python benchmarks/code.py [--runs N] [--files N,…]

Upstream is `bandit`, then `semgrep scan` with the very same semgrep rules. Each of the
programs runs in turn, so that a noisy machine is noisy for all; what is printed is the
median and the median of the ratios, pair by pair. `cold`: no answer is kept (the rules
are compiled). `changed`: what the files replace was seen before, as at most commits.
`cached`: every content was, as when a commit is amended or tried again. The last column
is the peak memory of the largest process of a run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent


class Timed(NamedTuple):
    """One run of a job."""

    seconds: float
    kilobytes: int  # of its largest process


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    options.add_argument('--runs', type=int, default=5)
    options.add_argument('--files', default='1,10,100')
    asked = options.parse_args()
    print('| files | job | hookline | beside it | their time | ratio | memory |')
    print('|---|---|---|---|---|---|---|')
    for count in map(int, asked.files.split(',')):
        with tempfile.TemporaryDirectory(prefix='hookline-bench-') as directory:
            compare(Path(directory), count, asked.runs)
    return 0


def compare(top: Path, count: int, runs: int) -> None:
    names = repository(top / 'repo', count)
    rules = semgrep_rules(top / 'rules.json')
    cache = top / 'cache'
    own = (str(BIN / 'hookline'), 'hook', 'code', *names)
    upstream = (
        (str(BIN / 'bandit'), '-q', *names),
        (
            *(str(BIN / 'semgrep'), 'scan', '--quiet', '--metrics=off'),
            *('--disable-version-check', '--config', str(rules), *names),
        ),
    )
    bare = ((sys.executable, '-c', 'pass'),)

    def run(commands: Sequence[Sequence[str]]) -> Timed:
        return timed(commands, top / 'repo', cache)

    def cold() -> Timed:
        shutil.rmtree(cache / 'answers', ignore_errors=True)
        return run((own,))

    def cached() -> Timed:
        return run((own,))

    def changed() -> Timed:
        for name in names:
            with (top / 'repo' / name).open('a') as file:
                file.write('ADDED = 2\n')
        git(top / 'repo', 'add', '-A')
        return run((own,))

    cached()  # compiles the rules
    report(count, 'cold', cold, 'bandit, semgrep scan', lambda: run(upstream), runs)
    report(count, 'cached', cached, 'bandit, semgrep scan', lambda: run(upstream), runs)
    report(count, 'cached', cached, 'python -c pass', lambda: run(bare), runs * 3)


def report(
    count: int,
    job: str,
    own: Callable[[], Timed],
    other: str,
    others: Callable[[], Timed],
    runs: int,
) -> None:
    pairs = [(own(), others()) for _ in range(runs)]
    mine = statistics.median(a.seconds for a, _ in pairs)
    theirs = statistics.median(b.seconds for _, b in pairs)
    ratio = statistics.median(a.seconds / b.seconds for a, b in pairs)
    most = [max(row[side].kilobytes for row in pairs) >> 10 for side in (0, 1)]
    print(
        f'| {count} | {job} | {mine:.3f} s | {other} | {theirs:.3f} s '
        f'| {ratio:.3f} | {most[0]} MB, {most[1]} MB |',
        flush=True,
    )


def timed(commands: Sequence[Sequence[str]], where: Path, cache: Path) -> Timed:
    environment = {
        **os.environ,
        'HOOKLINE_CACHE_DIR': str(cache),
        'SEMGREP_ENABLE_VERSION_CHECK': '0',
        'SEMGREP_SEND_METRICS': 'off',
    }
    start = time.perf_counter()
    peak = 0
    for command in commands:
        process = subprocess.Popen(
            command,
            cwd=where,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            raise SystemExit(f'{command[0]} ended with status {process.returncode}')
        peak = max(peak, usage.ru_maxrss)
    return Timed(time.perf_counter() - start, peak)


def repository(path: Path, count: int) -> list[str]:
    """Make a repository with `count` staged changes; return their names."""
    path.mkdir()
    git(path, 'init', '-q')
    stdlib = Path(sysconfig.get_paths()['stdlib'])
    sources = sorted(stdlib.glob('*.py'), key=lambda file: file.stat().st_size)
    middle = max(0, len(sources) // 2 - count // 2)
    names = []
    for source in sources[middle : middle + count]:
        (path / source.name).write_bytes(source.read_bytes())
        names.append(source.name)
    git(path, 'add', '-A')
    git(path, 'commit', '-q', '--no-verify', '-m', 'before')
    for name in names:
        with (path / name).open('a') as file:
            file.write('\n\nADDED = 1\n')
    git(path, 'add', '-A')
    return names


def git(where: Path, *arguments: str) -> None:
    who = ('-c', 'user.name=bench', '-c', 'user.email=bench@example.com')
    subprocess.run(('git', *who, *arguments), cwd=where, check=True)


def semgrep_rules(path: Path) -> Path:
    """Write hookline's semgrep rules as semgrep reads them."""
    from hookline import rulebook

    rules = [
        {**rule.block, 'id': rule.id, 'message': rule.title, 'severity': 'WARNING'}
        for rule in rulebook.load([rulebook.builtin()]).rules.values()
        if rule.engine == 'semgrep'
    ]
    path.write_text(json.dumps({'rules': rules}))
    return path


if __name__ == '__main__':
    raise SystemExit(main())
