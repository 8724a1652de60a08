"""How long a part of a run may take, which whoever runs hookline may set."""

from __future__ import annotations

import os

from hookline.nouns import Failure

SECONDS = 600.0


def seconds() -> float:
    """Return the seconds that the engines, or git, have for one batch of files."""
    said = os.environ.get('HOOKLINE_TIMEOUT', '')
    if not said:
        return SECONDS
    try:
        found = float(said)
    except ValueError:
        found = 0.0
    if not 0 < found <= 86_400:
        raise Failure('HOOKLINE_TIMEOUT: expected seconds, from 1 to 86400')
    return found
