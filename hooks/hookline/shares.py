"""Spreads what is to be read over the cores, in processes that are forked.

hyperscan lets other threads run; what checks its hits is Python and does not. A forked
process has the contents and the rules already, and sends back only what it found.
"""

from __future__ import annotations

import marshal
import os
import sys

from hookline.light import Any, Callable, Sequence
from hookline.nouns import Change, Failure


def split(changes: Sequence[Change], cores: int) -> list[list[Change]]:
    """Return shares of about equal size, each in the order of `changes`."""
    # Elsewhere a fork is not safe (macOS) or not to be had (Windows).
    if sys.platform != 'linux' or cores < 2:
        return [list(changes)]
    shares: list[list[int]] = [[] for _ in range(cores)]
    held = [0] * cores
    sizes = [len(change.content) for change in changes]
    for number in sorted(range(len(changes)), key=lambda one: -sizes[one]):
        least = held.index(min(held))
        shares[least].append(number)
        held[least] += sizes[number] + 1
    return [[changes[number] for number in sorted(share)] for share in shares if share]


def start(work: Callable[[], Any]) -> Callable[[], Any]:
    """Fork a process that does `work`; return what waits for what the work returns.

    That is what marshal can store. Raises Failure when the process ends otherwise.
    """
    reader, writer = os.pipe()
    process = os.fork()
    if not process:
        status = 1
        try:
            os.close(reader)
            with open(writer, 'wb') as pipe:
                marshal.dump(work(), pipe)
            status = 0
        finally:
            # Nothing that was inherited is flushed, closed or removed from here.
            os._exit(status)
    os.close(writer)

    def wait() -> Any:
        with open(reader, 'rb') as pipe:
            content = pipe.read()
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if status:
            raise Failure(f'a process that was to scan a share ended with {status}')
        return marshal.loads(content)

    return wait
