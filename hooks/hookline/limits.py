"""How much time and memory parts of a run may take; whoever runs hookline may say."""

from __future__ import annotations

import os

from hookline.nouns import Failure

SECONDS = 600.0
# Four times what any file took that the tests and measurements have.
MEBIBYTES = 4096.0


def seconds() -> float:
    """Return the seconds that the engines, or git, have for one batch of files."""
    return _said('HOOKLINE_TIMEOUT', SECONDS, 0, 86_400, 'seconds, from 1 to 86400')


def memory() -> int:
    """Return the bytes that a program which an engine runs may have."""
    expected = 'MiB, from 1 to 1048576'
    return int(_said('HOOKLINE_MEMORY', MEBIBYTES, 0.9, 1 << 20, expected)) << 20


def _said(name: str, usual: float, above: float, up_to: float, expected: str) -> float:
    said = os.environ.get(name, '')
    if not said:
        return usual
    try:
        found = float(said)
    except ValueError:
        found = 0.0
    if not above < found <= up_to:
        raise Failure(f'{name}: expected {expected}')
    return found
