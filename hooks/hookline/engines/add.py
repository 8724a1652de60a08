"""Judges what ADD fetches from a URL or a git repository."""

from __future__ import annotations

from hookline import lazyre as re
from hookline.dockerfile import images as image_list
from hookline.dockerfile import names, parser, remote, resolver
from hookline.dockerfile.remote import Remote
from hookline.dockerfile.resolver import Added
from hookline.light import Any, Iterator, Mapping, Sequence
from hookline.nouns import Change, Compiled, Document, Match, Rule, Run

SOURCES = {'url': 'add-from-url', 'git': 'add-from-git'}
# A variable of such a name, without a value here, may well be a URL in the build.
_SOUNDS_REMOTE = re.compile(r'(?i)ur[il](?:$|_)|^remote|_remote$|_link$')


def takes(change: Change) -> bool:
    if change.kind != 'file':
        return False
    if names.is_dockerfile(change.path, change.content):
        return True
    inline = b'ockerfile_inline' in change.content or (
        b'ockerfile-inline' in change.content
    )
    return inline and names.may_name_images(change.path, change.content)


def compile(rules: Sequence[Rule], images: Sequence[Document]) -> Compiled:
    found = dict(SOURCES)
    for rule in rules:
        if rule.engine != 'add':
            continue
        for key in rule.block:
            if key not in ('source', 'images'):
                raise rule.document.wrong(f'add.{key}', 'unknown key')
        source = rule.block.get('source')
        if source not in SOURCES:
            raise rule.document.wrong('add.source', 'expected url or git')
        found[source] = rule.id
    policy = image_list.compile(images)
    return {'rules': found, 'add': policy['add'], 'args': policy['args']}


def find(changes: Sequence[Change], compiled: Compiled, run: Run) -> Iterator[Match]:
    for change in changes:
        path, content, args = change.path, change.content, compiled['args']
        if names.is_dockerfile(path, content):
            yield from _of_dockerfile(path, content, None, args, compiled)
            continue
        from hookline.dockerfile import manifests

        for found in manifests.read(path, content, args):
            for inline in found.inlines:
                yield from _of_dockerfile(
                    path, inline.content, inline.spans, inline.args, compiled
                )


def _of_dockerfile(
    path: str,
    content: bytes,
    spans: Sequence[tuple[int, int]] | None,
    args: Mapping[str, str],
    compiled: Compiled,
) -> Iterator[Match]:
    dockerfile = parser.parse(content)
    if not any(
        'ADD' in (i.keyword, i.inner and i.inner.keyword)
        for i in dockerfile.instructions
    ):
        return
    rules: dict[str, str] = compiled['rules']
    starts = parser.line_starts(content)
    for added in resolver.resolve(dockerfile, args).added:
        for source, message, low in judge(added, compiled['add']):
            first, last = added.instruction.first, added.instruction.last
            if spans is None:
                start, end = parser.span(content, starts, first, last)
            else:
                start = spans[min(first, len(spans)) - 1][0]
                end = spans[min(last, len(spans)) - 1][1]
            yield Match(
                rules[source],
                path,
                start,
                end,
                message=message,
                severity='low' if low else '',
                confidence='low' if low else '',
            )


def judge(added: Added, policy: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Yield, once a kind, what is wrong with the sources of an ADD."""
    checksum = added.checksum.value if added.checksum else ''
    alone = len(added.sources) == 1
    said: set[str] = set()
    for written, source in zip(added.written, added.sources, strict=True):
        found = remote.parse(source.value)
        if found:
            kind = 'git' if found.kind == 'git' else 'url'
            wrong = (_git if kind == 'git' else _url)(found, checksum, alone, policy)
            if wrong and kind not in said:
                said.add(kind)
                given = source.value
                shown = given if given == written else f'{written} is {given}'
                text = f'ADD {shown}: {wrong}'
                if instead := _instead(added, found, given, policy):
                    text += f'; write {instead}'
                yield kind, text, False
        elif source.unset and not checksum and 'url' not in said:
            name = source.unset[0]
            if written.lstrip('"').startswith(('$' + name, '${' + name)) and (
                _SOUNDS_REMOTE.search(name)
            ):
                said.add('url')
                text = f'ADD {written}: {name} has no value here and may be a URL'
                yield 'url', f'{text}; give ADD a --checksum', True


def _url(found: Remote, checksum: str, alone: bool, policy: dict[str, Any]) -> str:
    need = policy[found.kind]
    if found.kind == 'https' and found.host in policy['hosts']:
        trusted = policy['hosts'][found.host]
        if need != 'allow':
            need = trusted
    if need == 'allow':
        return ''
    if need == 'forbid':
        return f'{found.kind} sources are forbidden'
    if not checksum:
        return 'nothing checks what the server sends'
    if not alone:
        return '--checksum works with a single source only'
    return (
        ''
        if remote.is_digest(checksum)
        else 'the checksum is not sha256: and 64 hex digits'
    )


def _git(found: Remote, checksum: str, alone: bool, policy: dict[str, Any]) -> str:
    need = policy['git']
    if need == 'allow':
        return ''
    if need == 'forbid':
        return 'git sources are forbidden'
    if checksum and not alone:
        return '--checksum works with a single source only'
    if remote.is_pinned(found, checksum):
        return ''
    if found.commit and checksum and found.commit != checksum:
        return 'the two checksums differ'
    if found.commit or checksum:
        return 'the commit is not all 40 hex digits'
    return f'{found.ref or "the default branch"} can move'


def _instead(added: Added, found: Remote, source: str, policy: dict[str, Any]) -> str:
    """Return the line to write instead."""
    target = added.instruction.inner or added.instruction
    to = target.words[-1] if len(target.words) > 1 else '<destination>'
    flags = ''.join(
        f' --{name}={text}' if text else f' --{name}'
        for name, text in target.flags
        if name != 'checksum'
    )
    onbuild = 'ONBUILD ' if added.instruction.inner else ''
    if found.kind == 'git':
        if policy['git'] == 'forbid':
            return ''
        pin = '<40-digit commit>'
    else:
        if policy['https'] == 'forbid' and found.host not in policy['hosts']:
            return f'{onbuild}COPY{flags} <file in the repository> {to}'
        source = re.sub('^http:', 'https:', source)
        pin = 'sha256:<digest>'
        given = added.checksum.value if added.checksum else ''
        if remote.is_digest(given) and len(added.sources) == 1:
            pin = given
    words = f'{source} {to}'
    if target.json:
        words = f'["{source}", "{to}"]'
    return f'{onbuild}ADD --checksum={pin}{flags} {words}'
