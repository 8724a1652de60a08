"""Image references, normalised as distribution/reference does."""

from __future__ import annotations

from hookline import lazyre as re
from hookline.light import NamedTuple

_COMPONENT = r'[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
_LABEL = r'(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
_HOST = re.compile(rf'(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?')
_PATH = re.compile(rf'{_COMPONENT}(?:/{_COMPONENT})*')
_TAG = re.compile(r'[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}')
_DIGEST = re.compile(r'sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}')
_IDENTIFIER = re.compile(r'[a-f0-9]{64}')


class Reference(NamedTuple):
    """An image, every part spelled out."""

    host: str
    path: str
    tag: str  # 'latest' when neither tag nor digest was given
    digest: str  # 'sha256:…' or ''

    @property
    def name(self) -> str:
        return f'{self.host}/{self.path}'

    def __str__(self) -> str:
        tag = f':{self.tag}' if self.tag else ''
        digest = f'@{self.digest}' if self.digest else ''
        return f'{self.name}{tag}{digest}'


def parse(text: str) -> Reference | str:
    """Return the reference, or what is wrong with it."""
    if not text:
        return 'it is empty'
    if _IDENTIFIER.fullmatch(text):
        return '64 hex digits are an image id, not a name'
    name, at, digest = text.partition('@')
    if at and not _DIGEST.fullmatch(digest):
        return 'the digest is not sha256: and 64 lower-case hex digits'
    if len(name) > 1024:
        return 'the name is too long'
    host, path = split_host(name)
    path, colon, tag = path.partition(':')
    if colon and not _TAG.fullmatch(tag):
        return 'the tag is empty' if not tag else 'the tag is not valid'
    if path != path.lower():
        return 'an image name is lower case; as a stage, its name is lower case too'
    if not _PATH.fullmatch(path) or not _HOST.fullmatch(host):
        return 'it is not an image name'
    if len(host) + len(path) + 1 > 255:
        return 'the name is longer than 255 characters'
    if not tag and not digest:
        tag = 'latest'
    return Reference(host.lower(), path, tag, digest)


def split_host(name: str) -> tuple[str, str]:
    """Return the registry and the path, as `python` is `docker.io/library/python`."""
    first, slash, rest = name.partition('/')
    if not slash or not is_host(first):
        first, rest = 'docker.io', name
    elif first == 'index.docker.io':
        first = 'docker.io'
    if first == 'docker.io' and '/' not in rest:
        rest = f'library/{rest}'
    return first, rest


def is_host(part: str) -> bool:
    """Say whether the first part of a name is a registry and not a user."""
    return '.' in part or ':' in part or part == 'localhost' or part != part.lower()
