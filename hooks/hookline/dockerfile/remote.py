"""What ADD fetches from elsewhere, a URL or git, told apart as BuildKit does."""

from __future__ import annotations

from hookline import lazyre as re
from hookline.light import NamedTuple

_PROTOCOL = re.compile(r'([a-zA-Z0-9]+)://')
_SCHEME = re.compile(r'[a-zA-Z][a-zA-Z0-9+.-]*:/')
_SCP = re.compile(
    r'[a-zA-Z0-9_-]+@([a-zA-Z0-9.-]+):([^?#\n]*)(?:\?([^#\n]*))?(?:#(.*))?'
)
_HOST = re.compile(r'(?:\[[^\]]*\]|[^:\[\]]*)(?::[0-9]*)?', re.ASCII)
_NO_ESCAPE = re.compile(r'%(?![0-9a-fA-F]{2})')
_COMMIT = re.compile(r'[a-f0-9]{40}|[a-f0-9]{64}')
# The only algorithm that BuildKit compares a download by.
_DIGEST = re.compile(r'sha256:[a-f0-9]{64}')


class Remote(NamedTuple):
    kind: str  # 'http', 'https' or 'git'
    host: str  # lower case, with its port
    ref: str = ''  # of git: branch, tag or commit
    commit: str = ''  # of git: the commit that BuildKit verifies, from the source


def parse(source: str) -> Remote | None:
    """Return what a source of ADD is, or None for a file of the build context."""
    if match := _PROTOCOL.match(source):
        scheme = match[1].lower()
        rest = source[match.end() :]
        before, _, fragment = rest.partition('#')
        before, _, query = before.partition('?')
        authority, slash, path = before.partition('/')
        host = authority.rpartition('@')[2].lower()
        # What is no URL to Go is no git source, and is fetched if it begins like one.
        if not _HOST.fullmatch(host):
            scheme = 'https' if scheme == 'https' else 'http'
            return Remote(scheme, host) if source.startswith(f'{scheme}://') else None
        is_git = scheme in ('git', 'ssh')
        if is_git or (
            scheme in ('http', 'https') and _unquoted(f'{slash}{path}').endswith('.git')
        ):
            ref, commit = _git_ref(query, fragment)
            return Remote('git', host, ref, commit)
        # The prefix is looked for as it is: HTTPS://… is a path of the context.
        if source.startswith(('http://', 'https://')):
            return Remote(scheme, host)
        return None
    if (match := _SCP.fullmatch(source)) and not _SCHEME.match(source):
        ref, commit = _git_ref(match[3] or '', match[4] or '')
        return Remote('git', match[1].lower(), ref, commit)
    return None


def _git_ref(query: str, fragment: str) -> tuple[str, str]:
    ref, commit = _unquoted(fragment).partition(':')[0], ''
    for field in query.split('&'):
        key, _, value = (_unquoted(part) for part in field.partition('='))
        if key in ('checksum', 'commit'):
            commit = value
        elif key == 'ref':
            ref = value
        elif key == 'tag':
            ref = f'refs/tags/{value}'
        elif key == 'branch':
            ref = f'refs/heads/{value}'
    return ref, commit


def _unquoted(text: str) -> str:
    """Replace `%2e`; a text that Go cannot unescape is no part of a git source."""
    if '%' not in text:
        return text
    from urllib.parse import unquote

    return '' if _NO_ESCAPE.search(text) else unquote(text)


def is_commit(text: str) -> bool:
    """Say whether this is a whole commit id, which cannot come to mean another."""
    return bool(_COMMIT.fullmatch(text))


def is_digest(text: str) -> bool:
    return bool(_DIGEST.fullmatch(text))


def is_pinned(remote: Remote, checksum: str) -> bool:
    """Say whether a git source can only ever be one commit."""
    if checksum and remote.commit and checksum != remote.commit:
        return False  # an error in BuildKit
    commit = checksum or remote.commit
    if commit:
        return is_commit(commit)
    return is_commit(remote.ref)
