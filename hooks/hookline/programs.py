"""The only module that runs programs, except git's (see git.py)."""

from __future__ import annotations

import os
import sys
import time

from hookline import limits, processes
from hookline.light import Mapping, NamedTuple, Sequence
from hookline.nouns import Failure

# Running now, so that an interrupt of ours ends them: in a session of their own they
# do not get the terminal's.
_running: set[processes.Process] = set()
_stopping = False
# How the runtimes of Python, OCaml, Haskell, C and C++ say that no memory is left.
_STARVED = (
    *(b'memoryerror', b"can't start new thread", b'out of memory'),
    *(b'cannot allocate', b'failed to allocate', b'malloc: failed', b'bad_alloc'),
)
# Or they do not come to say it: SIGABRT, SIGBUS, SIGKILL and SIGSEGV.
_SUDDEN = (6, 7, 9, 11)
_NEEDED = (
    'needed more than {} MiB of memory; HOOKLINE_MEMORY gives it more, '
    'or policy.yaml excludes the file'
)


class Outcome(NamedTuple):
    status: int
    stdout: bytes
    stderr: bytes


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables that a child gets: ours, less what could steer an engine."""
    drop = ('SEMGREP_', 'PYTHON', 'BANDIT', 'HADOLINT_', 'GIT_')
    keep = {k: v for k, v in os.environ.items() if not k.startswith(drop)}
    return {**keep, **(extra or {})}


def run(
    command: Sequence[str],
    *,
    name: str,
    deadline: float,
    stdin: bytes = b'',
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
) -> Outcome:
    """Run a program to its end, in a process group of its own.

    `name` is what the user knows it by. Raises Failure when it is missing, cannot
    start, is ended by a signal, has no memory left, or is not done at `deadline`
    (time.monotonic()); its whole process group is ended then. A status other than 0
    is the caller's matter.
    """
    if _stopping:
        raise Failure(f'{name} was not started: hookline is being ended')
    try:
        process = processes.start(
            command, environment(env), cwd=cwd, group=True, memory=limits.memory()
        )
    except OSError as error:
        raise Failure(f'{name} cannot be started: {error.strerror}') from None
    _running.add(process)
    limit = max(deadline - time.monotonic(), 0.01)
    try:
        stdout, stderr = process.talk(stdin, limit)
    except processes.Late:
        raise Failure(
            f'{name} was not done after {limit:.0f} s and was ended; '
            'HOOKLINE_TIMEOUT gives it more seconds'
        ) from None
    finally:
        if process.returncode is None:
            process.end(group=True)
        _running.discard(process)
    status = process.returncode or 0
    if status and (why := starved(stderr)):
        raise Failure(f'{name} {why}')
    if status < 0:
        maybe = f', perhaps since it {_NEEDED.format(_limit())}'
        more = maybe if -status in _SUDDEN else ''
        raise Failure(f'{name} was ended by signal {-status}{more}')
    return Outcome(status, stdout, stderr)


def starved(said: bytes) -> str:
    """Return what a program's last words tell of memory that it did not get, or ''."""
    words = said.lower()
    return _NEEDED.format(_limit()) if any(one in words for one in _STARVED) else ''


def _limit() -> int:
    return limits.memory() >> 20


def directory(parent: str = '') -> str:
    """Make a directory for what a program reads, in `parent` or where such things lie.

    Nobody else can look into it: what is staged is not theirs to read.
    """
    # Not tempfile, whose import costs as much as linting a small file.
    places = [parent, *(os.environ.get(name, '') for name in ('TMPDIR', 'TEMP', 'TMP'))]
    for place in (*places, '/tmp', '/var/tmp'):
        if not os.path.isabs(place):
            continue
        path = os.path.join(place, f'hookline-{os.urandom(12).hex()}')
        try:
            # Fails where something of the name exists, a link as well.
            os.mkdir(path, 0o700)
        except OSError:
            continue
        return path
    raise Failure('no temporary directory can be written; set TMPDIR')


def write(folder: str, name: str, content: bytes) -> str:
    """Write a new file for a program into a directory(); return its path."""
    path = os.path.join(folder, name)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, 'O_NOFOLLOW', 0) | getattr(os, 'O_BINARY', 0)
    try:
        descriptor = os.open(path, flags, 0o600)
        with open(descriptor, 'wb') as file:
            file.write(content)
    except OSError as error:
        raise Failure(f'no temporary file can be written: {error.strerror}') from None
    return path


def remove(folder: str) -> None:
    """Remove a directory() and all that is in it."""
    try:
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        os.rmdir(folder)
    except OSError:
        # The program made folders of its own.
        import shutil

        shutil.rmtree(folder, ignore_errors=True)


def python(code: str) -> tuple[str, ...]:
    """Return the command that runs `code` with hookline importable and nothing else.

    -I: modules in the repository under scan never shadow ours.
    """
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return (
        sys.executable,
        '-I',
        '-c',
        f'import sys; sys.path.insert(0, {root!r}); {code}',
    )


def stop() -> None:
    """End every program that runs, and let none start: hookline was told to end."""
    global _stopping
    _stopping = True
    for process in tuple(_running):
        process.kill(group=True)
