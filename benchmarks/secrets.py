"""Times the secrets check beside other scanners: at a commit, a tree, a history.

    .venv/bin/python benchmarks/secrets.py [--peers DIRECTORY] [--runs N] [--tree DIR]
        [--releases DIR]

A history is made of releases of one project, each committed upon the one before:
wheels in --releases, or else those of Django that pip finds.

Peers are found in --peers (the bin directory of an environment with kingfisher-bin,
pybetterleaks and detect-secrets; gitleaks, if built) and on PATH. Programs run in turn,
so that a machine that is noisy is noisy for all; of each run the ratio to hookline's
next to it is taken, and the median of those is told. On a machine that others use,
processor time says more than time. Memory is the largest process's.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hookline import examples

BIN = Path(sys.executable).parent
TOKEN = 'TOKEN = "{{jwt}}"\n'
TEXT = {
    *('.py', '.pyi', '.js', '.ts', '.json', '.yaml', '.yml', '.toml', '.cfg', '.ini'),
    *('.txt', '.md', '.rst', '.html', '.css', '.xml', '.c', '.h', '.sh', '.csv'),
}
TREE_BYTES = 60 << 20
BETTERLEAKS_FILES = """
import sys, pybetterleaks
for name in sys.argv[1:]:
    with open(name, encoding='utf-8', errors='replace') as file:
        pybetterleaks.scan_text(file.read())
"""
BETTERLEAKS_TREE = 'import sys, pybetterleaks; pybetterleaks.scan_dir(sys.argv[1])'

RELEASES = tuple(
    'django==' + version
    for version in (
        *('2.0', '2.1', '2.2', '2.2.10', '2.2.20', '2.2.28', '3.0', '3.0.5', '3.0.14'),
        *('3.1', '3.1.5', '3.1.14', '3.2', '3.2.5', '3.2.10', '3.2.15', '3.2.20'),
        *('3.2.25', '4.0', '4.0.10', '4.1', '4.1.13', '4.2', '4.2.5', '4.2.11', '5.0'),
        *('5.0.14', '5.1', '5.2'),
    )
)
PARTS = ('commit', 'asked', 'tree', 'first', 'memory', 'hostile', 'history')
# Trees of so many MiB, made of one by links.
GROWING = (50, 200, 1000)
# What files are filled with that are made to take long; and each byte by itself.
HOSTILE_BYTES = 2_000_000
HOSTILE = (
    *('password=', 'password: "', 'secret = ', 'api_key: ', 'token ', 'key='),
    *('"', "'", '`', '\\"', 'eyJ', 'eyJhbGciOi.', 'QUJD', '"0', 'deadbeef'),
    *('-----BEGIN', '-----BEGIN RSA PRIVATE KEY-----', 'a://', 'https://u:p@'),
    *('Authorization: Bearer ', 'curl -u a:', '--password ', 'AKIA', 'ghp_', 'sk-'),
    *('{"name":"password","value":', '<password>', '%41', '\\x41', '\\u0041', '\n'),
    *('facebook secret ', 'datadog ', 'machine a login b password ', 'a\n', '11'),
    '00000000-0000-0000-0000-000000000000 ',
)

Command = Sequence[str]


class Peer(NamedTuple):
    """Another scanner: what it runs at a commit of some files, and over a tree."""

    name: str
    commit: Callable[[Sequence[str]], Command]
    tree: Callable[[str], Command] | None  # None: too slow to wait for
    history: Callable[[str], Command] | None = None  # None: it reads none


class Run(NamedTuple):
    seconds: float
    processor: float  # seconds of all cores, its children's with it
    mebibytes: float


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    options.add_argument('--peers', metavar='DIRECTORY', default=str(BIN))
    options.add_argument('--runs', type=int, default=11)
    options.add_argument('--tree-runs', type=int, default=3)
    options.add_argument('--tree', metavar='DIR', help='default: 60 MiB of packages')
    options.add_argument('--peer', action='append', help='only this; may be repeated')
    options.add_argument('--slow', action='store_true', help='detect-secrets on a tree')
    options.add_argument('--only', choices=PARTS)
    options.add_argument('--releases', metavar='DIR', help='wheels of one project')
    asked = options.parse_args()
    found = [
        peer
        for peer in peers(Path(asked.peers), asked.slow)
        if not asked.peer or peer.name in asked.peer
    ]
    with tempfile.TemporaryDirectory(prefix='hookline-bench-') as directory:
        top = Path(directory)
        if asked.only in (None, 'commit'):
            for count in (1, 10, 100):
                names = repository(top / f'repo{count}', count)
                where = top / f'repo{count}'
                table(
                    f'Commit of {count} file{"s" * (count > 1)}, '
                    f'{size(where, names) >> 10:,} KiB',
                    hook(names),
                    {
                        'python -c pass': (sys.executable, '-c', 'pass'),
                        **{peer.name: peer.commit(names) for peer in found},
                    },
                    where,
                    asked.runs,
                )
        if asked.only in (None, 'asked'):
            where = top / 'asked'
            names = repository(where, 10, examples.expand(TOKEN, 'benchmark'))
            table(
                'Commit of 10 files, one with a line that detect-secrets itself is '
                'asked about',
                hook(names),
                {p.name: p.commit(names) for p in found if p.name == 'detect-secrets'},
                where,
                asked.runs,
            )
        if asked.only in (None, 'first'):
            first(top / 'first', asked.runs)
        if asked.only in (None, 'history'):
            past = top / 'history'
            told = releases(past, Path(asked.releases) if asked.releases else None)
            table(
                f'History of {told}',
                (program('hookline'), 'scan', '--history', '--check', 'secrets'),
                {peer.name: peer.history(str(past)) for peer in found if peer.history},
                past,
                asked.tree_runs,
            )
        if asked.only in (None, 'tree'):
            tree = Path(asked.tree) if asked.tree else packages(top / 'tree')
            files = [str(path) for path in tree.rglob('*') if path.is_file()]
            table(
                f'Tree of {len(files):,} files, {size(tree, files) >> 20} MiB',
                (program('hookline'), 'scan', '--check', 'secrets', str(tree)),
                {peer.name: peer.tree(str(tree)) for peer in found if peer.tree},
                top,
                asked.tree_runs,
            )
        if asked.only in (None, 'memory'):
            memory(tree, top / 'growing')
        if asked.only in (None, 'hostile'):
            hostile(top / 'hostile')
    return 0


def program(name: str) -> str:
    return str(BIN / name)


def hook(names: Sequence[str]) -> Command:
    return (program('hookline'), 'hook', 'secrets', *names)


def peers(directory: Path, slow: bool) -> list[Peer]:
    """Return the scanners that are there, each told to keep off the network."""
    found: list[Peer] = []

    def path(name: str) -> str:
        return shutil.which(name, path=str(directory)) or shutil.which(name) or ''

    if kingfisher := path('kingfisher'):
        start = (kingfisher, 'scan', '--no-validate', '--no-update-check')
        scan = (*start, '--git-history', 'none', '--format', 'json')
        whole = (*start, '--git-history', 'full', '--format', 'json')
        found.append(
            Peer(
                'kingfisher',
                lambda names: (*scan, *names),
                lambda top: (*scan, top),
                lambda top: (*whole, top),
            )
        )
    python = directory / 'python'
    if python.exists() and has(python, 'pybetterleaks'):
        code = (str(python), '-c')
        found.append(
            Peer(
                'betterleaks (pybetterleaks)',
                lambda names: (*code, BETTERLEAKS_FILES, *names),
                lambda top: (*code, BETTERLEAKS_TREE, top),
            )
        )
    if gitleaks := path('gitleaks'):
        quiet = ('--no-banner', '--log-level', 'error', '--exit-code', '0')
        found.append(
            Peer(
                'gitleaks',
                lambda names: (gitleaks, 'git', '--staged', *quiet),
                lambda top: (gitleaks, 'dir', *quiet, top),
                lambda top: (gitleaks, 'git', *quiet, top),
            )
        )
    if ripsecrets := path('ripsecrets'):
        found.append(
            Peer(
                'ripsecrets',
                lambda names: (ripsecrets, *names),
                lambda top: (ripsecrets, top),
            )
        )
    if path('detect-secrets-hook'):
        scan_all = (path('detect-secrets'), 'scan', '--all-files', '--no-verify')
        found.append(
            Peer(
                'detect-secrets',
                lambda names: (path('detect-secrets-hook'), '--no-verify', *names),
                (lambda top: (*scan_all, top)) if slow else None,
            )
        )
    return found


def has(python: Path, module: str) -> bool:
    done = subprocess.run((python, '-c', f'import {module}'), capture_output=True)
    return done.returncode == 0


def repository(path: Path, count: int, more: str = '') -> list[str]:
    """Make a repository where `count` files of the standard library are changed.

    `more` is added to one of them.
    """
    path.mkdir()
    git(path, 'init', '-q')
    stdlib = Path(sysconfig.get_paths()['stdlib'])
    sources = [*stdlib.glob('*.py'), *stdlib.glob('[a-eg-ku-z]*/*.py')]
    sources.sort(key=lambda file: (file.stat().st_size, file.name))
    middle = max((len(sources) - count) // 2, 0)
    chosen = sources[middle : middle + count]
    names = [f'{number}_{source.name}' for number, source in enumerate(chosen)]
    for name, source in zip(names, chosen, strict=True):
        (path / name).write_bytes(source.read_bytes())
    git(path, 'add', '-A')
    git(path, 'commit', '-q', '--no-verify', '-m', 'before')
    for name in names:
        with (path / name).open('a', encoding='utf-8') as file:
            file.write('\n\nADDED = 1\n')
    with (path / names[0]).open('a', encoding='utf-8') as file:
        file.write(more)
    git(path, 'add', '-A')
    return names


def releases(path: Path, wheels: Path | None) -> str:
    """Make a repository of releases, oldest first; say what it holds."""
    if wheels is None:
        wheels = path.with_name('wheels')
        pip = (sys.executable, '-m', 'pip', 'download', '-q', '--no-deps')
        only = ('--only-binary', ':all:', '--python-version', '3.12', '-d', str(wheels))
        for release in RELEASES:
            subprocess.run((*pip, *only, release), check=True)
    path.mkdir()
    git(path, 'init', '-q')

    def version(file: Path) -> list[int]:
        return [int(digits) for digits in re.findall(r'\d+', file.name.split('-')[1])]

    found = sorted(wheels.glob('*.whl'), key=version)
    for file in found:
        for old in path.iterdir():
            if old.is_dir() and old.name != '.git':
                shutil.rmtree(old)
            elif not old.is_dir():
                old.unlink()
        with zipfile.ZipFile(file) as archive:
            archive.extractall(path)
        git(path, 'add', '-A', '--force')
        git(path, 'commit', '-q', '--no-verify', '-m', file.name)
    git(path, 'gc', '-q')
    check = ('--batch-all-objects', '--batch-check=%(objecttype) %(objectsize)')
    sizes = subprocess.run(
        ('git', 'cat-file', *check),
        cwd=path,
        check=True,
        capture_output=True,
        text=True,
    )
    blobs = [int(row.split()[1]) for row in sizes.stdout.splitlines() if row[0] == 'b']
    return (
        f'{len(found)} releases of {found[0].name.split("-")[0]}, '
        f'{len(blobs):,} blobs, {sum(blobs) >> 20} MiB'
    )


def packages(path: Path) -> Path:
    """Copy text of the installed packages, so that all scanners read the same."""
    source = Path(sysconfig.get_paths()['purelib'])
    held = 0
    for file in sorted(source.rglob('*')):
        if held < TREE_BYTES and file.suffix in TEXT and file.is_file():
            target = path / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            held += target.stat().st_size
    return path


def size(top: Path, names: Sequence[str]) -> int:
    return sum((top / name).stat().st_size for name in names)


def git(where: Path, *arguments: str) -> None:
    who = ('-c', 'user.name=bench', '-c', 'user.email=bench@example.com')
    subprocess.run(('git', *who, *arguments), cwd=where, check=True)


def first(path: Path, runs: int) -> None:
    """Time a first run, which finds no cache, beside the run after it."""
    names = repository(path, 10)
    pairs: list[tuple[Run, Run]] = []
    for number in range(runs):
        cache = {'HOOKLINE_CACHE_DIR': str(path.with_name(f'cache{number}'))}
        pairs.append((run(hook(names), path, cache), run(hook(names), path, cache)))
    more = statistics.median(a.seconds - b.seconds for a, b in pairs)
    work = statistics.median(a.processor - b.processor for a, b in pairs)
    print(
        f'\n### First run without a cache, 10 files: {more * 1000:+.0f} ms, '
        f'{work * 1000:+.0f} ms of processor time\n'
    )


def memory(tree: Path, path: Path) -> None:
    """Tell the peak memory for trees of growing size, each file many times."""
    files = [file for file in tree.rglob('*') if file.is_file()]
    sizes = {file: file.stat().st_size for file in files}
    print('\n### Memory\n\n| tree | files | time | peak memory of a process |')
    print('| --- | ---: | ---: | ---: |')
    held = count = copy = 0
    for limit in GROWING:
        while held < limit << 20:
            top = path / str(copy)
            for file in files:
                target = top / file.relative_to(tree)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(file, target)
                held += sizes[file]
                count += 1
                if held >= limit << 20:
                    break
            copy += 1
        command = (program('hookline'), 'scan', '--check', 'secrets', str(path))
        one = run(command, path, {})
        print(
            f'| {held >> 20} MiB | {count:,} | {shown(one.seconds)} '
            f'| {one.mebibytes:.0f} MiB |',
            flush=True,
        )


def hostile(path: Path) -> None:
    """Time the check on one file of many times the same; tell the slowest."""
    path.mkdir()
    file = path / 'a.txt'
    cases = {f'byte {byte:#04x}': bytes((byte,)) for byte in range(256)}
    cases |= {repr(text): text.encode() for text in HOSTILE}
    file.write_bytes(b'x')
    command = (program('hookline'), 'scan', '--check', 'secrets', str(file))
    run(command, path, {})
    rows = []
    for name, text in cases.items():
        file.write_bytes((text * (HOSTILE_BYTES // len(text) + 1))[:HOSTILE_BYTES])
        rows.append((run(command, path, {}).processor, name))
    rows.sort(reverse=True)
    print(f'\n### {HOSTILE_BYTES // 1_000_000} MB of one text, {len(rows)} texts\n')
    print('| | processor time |\n| --- | ---: |')
    for seconds, name in rows[:12]:
        print(f'| `{name}` | {shown(seconds)} |')
    print(f'| half of them take less than | {shown(rows[len(rows) // 2][0])} |')


def table(
    title: str,
    own: Command,
    others: Mapping[str, Command],
    where: Path,
    runs: int,
) -> None:
    """Print what each program takes, and how many times what hookline takes."""
    cache = {'HOOKLINE_CACHE_DIR': str(where.parent / 'cache')}
    commands = {'hookline': own, **others}
    rows: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            one = run(command, where, cache)
            if number:  # the first fills the caches
                rows[name].append(one)
    print(f'\n### {title}, {runs} runs\n')
    print('| | time | times hookline | processor time | times hookline | peak memory |')
    print('| --- | ---: | ---: | ---: | ---: | ---: |')
    for name, found in rows.items():
        pairs = list(zip(found, rows['hookline'], strict=True))
        ratio = statistics.median(one.seconds / own.seconds for one, own in pairs)
        work = statistics.median(one.processor / own.processor for one, own in pairs)
        seconds = shown(statistics.median(one.seconds for one in found))
        processor = shown(statistics.median(one.processor for one in found))
        memory = max(one.mebibytes for one in found)
        print(
            f'| {name} | {seconds} | {ratio:.2f} | {processor} | {work:.2f} '
            f'| {memory:.0f} MiB |',
            flush=True,
        )


def shown(seconds: float) -> str:
    return f'{seconds * 1000:.0f} ms' if seconds < 10 else f'{seconds:.0f} s'


def run(command: Command, where: Path, more: Mapping[str, str]) -> Run:
    # What is installed has its bytecode; a checkout's must be allowed to be kept.
    environment = {k: v for k, v in os.environ.items() if not k.startswith('PYTHON')}
    with open(os.devnull, 'wb') as nothing:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=where,
            env={**environment, **more},
            stdin=nothing,
            stdout=nothing,
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    # kingfisher: 200 when it found something.
    if process.returncode not in (0, 1, 200):
        raise SystemExit(f'{command[0]}: {said.decode(errors="replace")[-500:]}')
    unit = 1 << (20 if sys.platform == 'darwin' else 10)
    processor = usage.ru_utime + usage.ru_stime
    return Run(seconds, processor, usage.ru_maxrss / unit)


if __name__ == '__main__':
    raise SystemExit(main())
