"""Secrets for tests, made when they run: none stands in the tree."""

from __future__ import annotations

from hookline.examples import expand


def github_token(seed: str = 'one') -> str:
    return expand('ghp_{{github-token}}', seed)


def password(seed: str = 'one') -> str:
    return expand('{{alnum:18}}', seed)
