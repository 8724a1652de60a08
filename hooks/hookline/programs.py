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
