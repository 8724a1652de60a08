"""Reads TOML, with what Python has for it from 3.11 on."""

from __future__ import annotations

import importlib
from typing import Any

from hookline.nouns import Failure


def parse(name: str, content: bytes) -> dict[str, Any]:
    try:
        tomllib = importlib.import_module('tomllib')
    except ImportError:
        raise Failure(f'{name}: TOML can be read with Python 3.11 or newer') from None
    try:
        found: dict[str, Any] = tomllib.loads(content.decode('utf-8-sig'))
    except (ValueError, RecursionError):
        raise Failure(f'{name}: not TOML') from None
    return found
