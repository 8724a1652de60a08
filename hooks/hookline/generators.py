"""Values for rule examples whose format a bare alphabet cannot express."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

NAMED: Mapping[str, Callable[[random.Random], str]] = {}
