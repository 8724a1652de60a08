"""git pre-commit hooks for secrets, code weaknesses and Dockerfile policy."""

from __future__ import annotations

# Written by hand: a version derived from tags is wrong in pre-commit's shallow clones.
__version__ = '0.1.0'
