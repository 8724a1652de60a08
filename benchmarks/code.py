"""Times the code check beside the upstream hooks: 1, 10 and 100 changed files, a tree.

    .venv/bin/python benchmarks/code.py [--runs N] [--files N,…] [--tree DIR]
        [--svg FILE]

Upstream is `bandit`, then `semgrep scan` with the very same semgrep rules. In a round
each of the jobs runs once, so that a noisy machine is noisy for all; what is printed
is the median of the rounds, and of the ratios to upstream, round by round.

`first`: nothing is kept, the rules are made ready. `cold`: no answer is kept.
`changed`: what the files replace was seen before, as at most commits. `cached`: every
content was, as when a commit is amended or tried again. Processor time is that of a job
and all its programs; memory is the peak of the largest of them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from commit import write_rules

BIN = Path(sys.executable).parent
UPSTREAM = 'bandit, semgrep scan'
BARE = 'python -c pass'
COLOURS = {UPSTREAM: '#b0b7c0', BARE: '#d7dce2'}
OURS = '#2f6fb2'


class Timed(NamedTuple):
    """One run of a job, or the medians of several."""

    seconds: float
    processor: float
    kilobytes: float  # of its largest process


class Row(NamedTuple):
    """What the rounds of one job came to."""

    size: str
    job: str
    median: Timed
    ratio: Timed  # to upstream


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    options.add_argument('--runs', type=int, default=5)
    options.add_argument('--files', default='1,10,100')
    options.add_argument('--tree', type=Path)
    options.add_argument('--svg', type=Path)
    options.add_argument('--write-rules', type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.write_rules:
        write_rules(asked.write_rules)
        return 0
    print('| size | job | time | of upstream | processor | of upstream | memory |')
    print('| --- | --- | ---: | ---: | ---: | ---: | ---: |')
    rows: list[Row] = []
    for count in filter(None, asked.files.split(',')):
        with tempfile.TemporaryDirectory(prefix='hookline-bench-') as directory:
            rows += measured(
                f'{count} file{"s"[: count != "1"]}',
                changed_files(Path(directory), int(count)),
                asked.runs,
            )
    if asked.tree:
        with tempfile.TemporaryDirectory(prefix='hookline-bench-') as directory:
            rows += measured(
                'tree', whole_tree(Path(directory), asked.tree), asked.runs
            )
    if asked.svg:
        asked.svg.write_text(drawn(rows))
    return 0


Jobs = Mapping[str, Callable[[], Timed]]


def changed_files(top: Path, count: int) -> Jobs:
    names = repository(top / 'repo', count)
    own = (str(BIN / 'hookline'), 'hook', 'code', *names)
    jobs = _jobs(top, top / 'repo', own, names)

    def changed() -> Timed:
        git(top / 'repo', 'commit', '-q', '--no-verify', '-m', 'more')
        for name in names:
            with (top / 'repo' / name).open('a') as file:
                file.write('ADDED = 2\n')
        git(top / 'repo', 'add', '-A')
        return timed((own,), top / 'repo', top / 'cache')

    jobs['cached']()  # makes the rules ready
    return {**jobs, 'changed': changed}


def whole_tree(top: Path, tree: Path) -> Jobs:
    shutil.copytree(tree, top / 'tree', symlinks=True)
    own = (str(BIN / 'hookline'), 'scan', '--check', 'code', '.')
    jobs = _jobs(top, top / 'tree', own, ('-r', '.'))
    return {job: run for job, run in jobs.items() if job != BARE}


def _jobs(
    top: Path, where: Path, own: Sequence[str], names: Sequence[str]
) -> dict[str, Callable[[], Timed]]:
    rules = top / 'rules.json'
    # Not in this process: a new one starts with the memory of the one that made it.
    subprocess.run((sys.executable, __file__, '--write-rules', rules), check=True)
    cache = top / 'cache'
    upstream = (
        (str(BIN / 'bandit'), '-q', *names),
        (
            *(str(BIN / 'semgrep'), 'scan', '--quiet', '--metrics=off'),
            *('--disable-version-check', '--config', str(rules)),
            *(name for name in names if name != '-r'),
        ),
    )

    def first() -> Timed:
        shutil.rmtree(cache, ignore_errors=True)
        return timed((own,), where, cache)

    def cold() -> Timed:
        shutil.rmtree(cache / 'answers', ignore_errors=True)
        return timed((own,), where, cache)

    return {
        'first': first,
        'cold': cold,
        'cached': lambda: timed((own,), where, cache),
        BARE: lambda: timed(((sys.executable, '-c', 'pass'),), where, cache),
        UPSTREAM: lambda: timed(upstream, where, cache),
    }


def measured(size: str, jobs: Jobs, runs: int) -> list[Row]:
    rounds = [{job: run() for job, run in jobs.items()} for _ in range(runs)]
    rows = []
    for job in jobs:
        ratios = [
            Timed(*(a / b for a, b in zip(one[job], one[UPSTREAM], strict=True)))
            for one in rounds
        ]
        row = Row(size, job, _median([one[job] for one in rounds]), _median(ratios))
        print(
            f'| {size} | {job} | {row.median.seconds:.2f} s | {row.ratio.seconds:.3f} '
            f'| {row.median.processor:.2f} s | {row.ratio.processor:.3f} '
            f'| {row.median.kilobytes / 1024:.0f} MiB |',
            flush=True,
        )
        rows.append(row)
    return rows


def _median(runs: Sequence[Timed]) -> Timed:
    return Timed(*(statistics.median(column) for column in zip(*runs, strict=True)))


def drawn(rows: Sequence[Row]) -> str:
    """Draw processor time as bars on a logarithmic scale, from 10 ms on."""
    import math

    low, left, width, step = 0.01, 230, 520, 22
    high = max(row.median.processor for row in rows)
    scale = width / math.log10(high / low)
    marks = [value for value in (0.01, 0.1, 1, 10, 100, 1000) if value <= high]
    height = step * len(rows) + 60
    box = f'viewBox="0 0 {left + width + 90} {height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="sans-serif">',
        '<style>text {font-size: 13px}</style>',
        f'<rect width="{left + width + 90}" height="{height}" fill="#ffffff"/>',
        '<text x="10" y="18" font-weight="bold">Processor time, seconds</text>',
    ]
    for value in marks:
        x = left + scale * math.log10(value / low)
        lines.append(
            f'<line x1="{x:.0f}" x2="{x:.0f}" y1="30" y2="{height - 26}" '
            f'stroke="#e3e6ea"/><text x="{x:.0f}" y="{height - 10}" '
            f'text-anchor="middle" fill="#5b6570">{value:g}</text>'
        )
    for number, row in enumerate(rows):
        y = 34 + step * number
        length = max(1.0, scale * math.log10(max(row.median.processor, low) / low))
        lines.append(
            f'<text x="10" y="{y + 13}">{row.size}</text>'
            f'<text x="80" y="{y + 13}">{row.job}</text>'
            f'<rect x="{left}" y="{y}" width="{length:.0f}" height="{step - 6}" '
            f'fill="{COLOURS.get(row.job, OURS)}"/>'
            f'<text x="{left + length + 6:.0f}" y="{y + 13}" fill="#5b6570">'
            f'{row.median.processor:.2f}</text>'
        )
    return '\n'.join([*lines, '</svg>', ''])


def timed(commands: Sequence[Sequence[str]], where: Path, cache: Path) -> Timed:
    environment = {
        **os.environ,
        'HOOKLINE_CACHE_DIR': str(cache),
        'SEMGREP_ENABLE_VERSION_CHECK': '0',
        'SEMGREP_SEND_METRICS': 'off',
    }
    start = time.perf_counter()
    peak, processor = 0, 0.0
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
        processor += usage.ru_utime + usage.ru_stime
    return Timed(time.perf_counter() - start, processor, peak)


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


if __name__ == '__main__':
    raise SystemExit(main())
