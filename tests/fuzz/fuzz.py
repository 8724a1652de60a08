"""Feeds made-up inputs to every parser and to whole scans.

    .venv/bin/python tests/fuzz/fuzz.py [--count 1000000] [--seed 1] [--jobs 1]
        [--only TARGET]… [--files DIR] [--found DIR]

Prints, for each target, how many inputs it had, the slowest of them and how many were
faults; fails if one raised or took over a second of the processor. What was a fault is
written to a folder, to be made a row of test_fuzz.py. With --atheris, that library
chooses the inputs of one target by the code that they reach.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'hooks'), str(ROOT / 'tests'), str(Path(__file__).parent)]

import fuzz_inputs  # noqa: E402
import fuzz_targets  # noqa: E402

LIMIT = 1.0  # seconds of the processor
HANG = 20.0


class Row(NamedTuple):
    target: str
    fed: int
    seconds: float  # of the processor, all of them
    slowest: float
    faults: int
    slow: int


class Hanging(BaseException):
    """Not an Exception: the code under test shall not catch it."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=(__doc__ or '').partition('\n')[0])
    options.add_argument('--count', type=int, default=1_000_000)
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--jobs', type=int, default=1)
    options.add_argument('--only', action='append', choices=fuzz_targets.TARGETS)
    options.add_argument('--files', type=Path, help='more files to mangle')
    options.add_argument('--found', type=Path, default=Path('build/fuzz'))
    options.add_argument('--atheris', choices=fuzz_targets.TARGETS)
    asked = options.parse_args(arguments)
    more = files(asked.files) if asked.files else []
    if asked.atheris:
        return _atheris(asked.atheris, asked.count)
    shares = [asked.count // asked.jobs] * asked.jobs
    if asked.jobs > 1:
        from multiprocessing import Pool

        with Pool(asked.jobs) as pool:
            given = [
                (count, asked.seed * 1000 + n, asked.only, more, asked.found)
                for n, count in enumerate(shares)
            ]
            parts = pool.starmap(fuzz, given)
    else:
        parts = [fuzz(asked.count, asked.seed, asked.only, more, asked.found)]
    rows = merged(parts)
    for row in rows:
        print(
            f'{row.target:11} {row.fed:9,} inputs  {row.seconds:8.1f} s  '
            f'slowest {row.slowest * 1000:7.1f} ms  {row.faults} raised  '
            f'{row.slow} over {LIMIT:.0f} s'
        )
    total = sum(row.fed for row in rows)
    bad = sum(row.faults + row.slow for row in rows)
    print(f'{total:,} inputs, seed {asked.seed}: {bad} faults')
    return int(bad > 0)


def files(directory: Path) -> list[bytes]:
    found = [path for path in sorted(directory.rglob('*')) if path.is_file()]
    return [path.read_bytes() for path in found if path.stat().st_size < 50_000]


def merged(parts: Sequence[Sequence[Row]]) -> list[Row]:
    return [
        Row(
            rows[0].target,
            sum(row.fed for row in rows),
            sum(row.seconds for row in rows),
            max(row.slowest for row in rows),
            sum(row.faults for row in rows),
            sum(row.slow for row in rows),
        )
        for rows in zip(*parts, strict=True)
    ]


def fuzz(
    count: int,
    seed: int,
    only: Sequence[str] | None = None,
    more: Sequence[bytes] = (),
    found: Path | None = None,
) -> list[Row]:
    """Feed `count` inputs to the targets; return a row for each of them."""
    signal.signal(signal.SIGPROF, _hanging)
    fuzz_targets.kit()
    wanted = {
        name: weight
        for name, (_, weight) in fuzz_targets.TARGETS.items()
        if not only or name in only
    }
    whole = sum(wanted.values())
    return [
        _target(name, max(1, count * weight // whole), seed, more, found)
        for name, weight in wanted.items()
    ]


def _target(
    target: str, count: int, seed: int, more: Sequence[bytes], found: Path | None
) -> Row:
    seeds = [*fuzz_inputs.corpus(target), *more]
    spent, slowest, faults, slow = 0.0, 0.0, 0, 0
    for number in range(count):
        # Each input has a seed of its own, so that it can be made again alone.
        choose = random.Random(f'{seed} {target} {number}')
        content = fuzz_inputs.made(choose, target, seeds)
        fault, seconds = one(target, choose, content)
        spent += seconds
        slowest = max(slowest, seconds)
        if not fault and seconds > LIMIT:
            # Another process may have had the caches: only twice is slow.
            again = random.Random(f'{seed} {target} {number}')
            fuzz_inputs.made(again, target, seeds)
            seconds = one(target, again, content)[1]
        if fault or seconds > LIMIT:
            faults += bool(fault)
            slow += not fault
            if found:
                _keep(found, target, content, fault or f'{seconds:.1f} s')
    return Row(target, count, spent, slowest, faults, slow)


def one(target: str, choose: random.Random, content: bytes) -> tuple[str, float]:
    """Return what was wrong with an input ('' for nothing), and how long it took."""
    fault = ''
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, HANG)
    try:
        fuzz_targets.feed(target, choose, content)
    except (Exception, Hanging):
        fault = traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return fault, time.process_time() - start


def _hanging(number: int, frame: object) -> None:
    raise Hanging


def _keep(folder: Path, target: str, content: bytes, fault: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f'{target}-{hashlib.sha256(content).hexdigest()[:12]}'
    (folder / name).write_bytes(content)
    (folder / f'{name}.txt').write_text(fault, 'utf-8', 'backslashreplace')


def _atheris(target: str, count: int) -> int:
    try:
        import atheris  # type: ignore[import-untyped]
    except ImportError:
        print('atheris is not installed: pip install atheris', file=sys.stderr)
        return 2
    signal.signal(signal.SIGPROF, _hanging)
    fuzz_targets.kit()
    folder = Path('build/atheris') / target
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(fuzz_inputs.corpus(target)):
        (folder / str(number)).write_bytes(content)

    def test(content: bytes) -> None:
        fuzz_targets.feed(target, random.Random(0), content)

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], str(folder), f'-runs={count}', '-timeout=1'], test)
    atheris.Fuzz()
    return os.EX_OK


if __name__ == '__main__':
    raise SystemExit(main())
