"""`hookline images`: which images are in use, and what images.yaml says of them."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from hookline import cache, globs, library, ownfiles, policy, sources, yamledit
from hookline.commands import pins
from hookline.commands.hook import layers, named_layers, policy_directory
from hookline.commands.pins import Row
from hookline.commands.scan import Target, find
from hookline.dockerfile import images as image_list
from hookline.dockerfile import names, reference
from hookline.dockerfile.images import Policy
from hookline.dockerfile.reference import Reference
from hookline.engines import image
from hookline.lines import Lines
from hookline.nouns import Change, Document, Failure
from hookline.report.escape import escape

PATH = '.hookline/images.yaml'
_FIELDS = ('owner', 'reason', 'ticket', 'expires')


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog='hookline images', description=__doc__)
    actions = options.add_subparsers(dest='action', required=True, metavar='ACTION')
    listing = actions.add_parser('list', help='every image that the files here name')
    listing.add_argument('paths', nargs='*', metavar='PATH', help='default: .')
    listing.add_argument('--json', action='store_true', help='for machines')
    listing.add_argument(
        '--stale', action='store_true', help='entries that match nothing here'
    )
    why = actions.add_parser('why', help='which entry decides about an image')
    why.add_argument('image', metavar='IMAGE')
    why.add_argument('--path', default='Dockerfile', help='the file that names it')
    why.add_argument('--stage', choices=('final', 'build'), default='final')
    allowing = actions.add_parser('allow', help=f'add an exception to {PATH}')
    allowing.add_argument('image', metavar='IMAGE', help='an image, or a pattern')
    for field in _FIELDS:
        allowing.add_argument(f'--{field}', required=True)
    allowing.add_argument(
        '--path',
        action='append',
        metavar='GLOB',
        help='the files that may name it; may be given again; default: all',
    )
    allowing.add_argument(
        '--deny', default='', metavar='ID', help='the entry of deny that it excuses'
    )
    pinning = actions.add_parser('pin', help='add digests that are known here')
    pinning.add_argument('paths', nargs='*', metavar='PATH', help='default: .')
    pinning.add_argument('--dry-run', action='store_true', help='change nothing')
    pinning.add_argument(
        '--from',
        dest='store',
        choices=pins.STORES,
        help='also take the digests of what it has pulled',
    )
    pinning.add_argument(
        '--metadata',
        action='append',
        default=[],
        metavar='FILE',
        help='also take those of a build: docker buildx build --metadata-file FILE',
    )
    for action in (listing, why, allowing, pinning):
        action.add_argument('--rules', action='append', default=[], metavar='DIR')
    asked = options.parse_args(list(arguments))
    # Relative to where the user is, before anything else changes directory.
    more = named_layers(asked.rules)
    # Relative to where the user is, too.
    metadata = [(path, _content(path)) for path in getattr(asked, 'metadata', ())]
    target = find(getattr(asked, 'paths', None) or ['.'])
    own = policy_directory(target.root)
    shelf = library.Library(layers(own, more), cache.directory())
    if asked.action == 'allow':
        return allow(asked, target.root, shelf)
    compiled = image_list.compile(shelf.book().images)
    today = time.strftime('%Y-%m-%d', time.gmtime())
    if asked.action == 'why':
        return explain(asked, compiled, shelf.book().images, today)
    if target.repo is not None:
        os.chdir(target.root)
    rows = sorted(inventory(target, shelf, compiled, today), key=lambda r: r[:2])
    if asked.action == 'pin':
        known = pins.Known()
        known.add_rows(row.use.resolved for row in rows)
        known.add_rows(entry['image'][0] for entry in compiled['allow'])
        for path, content in metadata:
            known.add_build(path, content)
        if asked.store:
            known.add_store(asked.store, target.root)
        return pins.pin(rows, known, target.root, write=not asked.dry_run)
    documents = shelf.book().images[1:]
    old = list(stale(rows, compiled, documents, today)) if asked.stale else []
    if asked.json:
        write_json(rows, old if asked.stale else None)
    elif asked.stale:
        sys.stdout.write(''.join(f'{escape(line)}\n' for line in old))
        sys.stdout.write(f'{len(old)} entries match nothing in {len(rows)} places\n')
    else:
        write_text(rows)
    return 0


# list -------------------------------------------------------------------------------


def inventory(
    target: Target, shelf: library.Library, compiled: Policy, today: str
) -> Iterator[Row]:
    """Yield each place in the files of `target` that takes in an image."""
    rules = shelf.policy()
    date = time.strftime('%Y-%m-%d')

    def excluded(path: str) -> str:
        return policy.excluded(path, rules, date)

    batches = sources.tree(
        target.paths, target.root, target.repo, ('docker',), excluded
    )
    for batch in batches:
        taken = [change for change in batch.changes if image.takes(change)]
        dockerfiles = {
            change.path: change.content
            for change in taken
            if names.is_dockerfile(change.path, change.content)
        }
        for change in taken:
            yield from _rows(change, compiled, today, dockerfiles)


def _rows(
    change: Change, compiled: Policy, today: str, dockerfiles: dict[str, bytes]
) -> Iterator[Row]:
    lines: Lines | None = None
    for use in image.uses(change, compiled, today, dockerfiles):
        if use.via != image.STAGE:
            lines = lines or Lines(change.content)
            yield Row(change.path, lines.number(use.start), use)


def write_text(rows: Sequence[Row]) -> None:
    by_image: dict[str, list[Row]] = {}
    for row in rows:
        by_image.setdefault(row.use.resolved or row.use.written, []).append(row)
    for name in sorted(by_image):
        sys.stdout.write(f'{escape(name) or "(a file that cannot be read whole)"}\n')
        for path, line, use in by_image[name]:
            how = 'advice: ' if use.low else ''
            place = escape(f'{path}:{line}')
            sys.stdout.write(f'    {place}: {escape(use.via)}: {how}{use.verdict}\n')
    approved = sum(row.use.verdict == 'approved' for row in rows)
    sys.stdout.write(
        f'{len(by_image)} images in {len(rows)} places, {approved} of them approved\n'
    )


def write_json(rows: Sequence[Row], old: Sequence[str] | None) -> None:
    import json

    found: dict[str, Any] = {'version': 1, 'images': [_record(row) for row in rows]}
    if old is not None:
        found['stale'] = list(old)
    text = json.dumps(found, indent=2, ensure_ascii=True)
    sys.stdout.write(f'{text}\n')


def _record(row: Row) -> dict[str, Any]:
    parsed = reference.parse(row.use.resolved)
    known = isinstance(parsed, Reference) and row.use.resolved != 'scratch'
    return {
        'path': row.path.encode('utf-8', 'backslashreplace').decode(),
        'line': row.line,
        'via': row.use.via,
        'written': row.use.written,
        'image': row.use.resolved or None,
        'name': parsed.name if known and isinstance(parsed, Reference) else None,
        'tag': parsed.tag or None if isinstance(parsed, Reference) and known else None,
        'digest': (
            parsed.digest or None if isinstance(parsed, Reference) and known else None
        ),
        'verdict': row.use.verdict,
        'advice': row.use.low,
        'message': row.use.message,
    }


def stale(
    rows: Sequence[Row], compiled: Policy, documents: Sequence[Document], today: str
) -> Iterator[str]:
    """Yield entries of the lists, the built-in one left out, that nothing needs."""
    used: list[Reference] = []
    for row in rows:
        found = reference.parse(row.use.resolved)
        if isinstance(found, Reference):
            used.append(found)
            mapped = image_list.through_mirror(compiled, found)
            used += [mapped] if mapped else []
    paths = [row.path for row in rows]
    for number, entry in enumerate(compiled['allow']):
        if not any(
            image_list.matches(one, entry['image']) and image_list.tagged(one, entry)
            for one in used
        ):
            key = f'allow.{number}'
            yield f'{_where(documents, key)}: {entry["image"][0]} matches no image'
    for number, entry in enumerate(compiled['exceptions']):
        where = _where(documents, f'exceptions.{number}')
        if today > entry['expires']:
            yield f'{where}: {entry["image"][0]} expired on {entry["expires"]}'
        elif not any(image_list.matches(one, entry['image']) for one in used):
            yield f'{where}: {entry["image"][0]} matches no image'
        elif not any(globs.any_matches(p, entry['paths']) for p in paths):
            yield f'{where}: its paths match no file with an image'
    for prefix, _ in compiled['mirrors']:
        if not any(f'{row.use.resolved}'.startswith(prefix) for row in rows):
            key = f'mirrors.{prefix}'
            yield f'{_where(documents, key)}: mirror {prefix} matches no image'


def _where(documents: Sequence[Document], key: str) -> str:
    """Return the place of a key in the last list that has it; later layers win."""
    for document in reversed(documents):
        for name in (key, key.rstrip('/')):
            if name in document.lines:
                return f'{document.path}:{document.lines[name]}'
    return PATH


# why --------------------------------------------------------------------------------


def explain(
    asked: argparse.Namespace,
    compiled: Policy,
    documents: Sequence[Document],
    today: str,
) -> int:
    found = reference.parse(asked.image)
    if isinstance(found, str):
        raise Failure(f'{asked.image}: {found}')
    verdict = image_list.judge(
        compiled, found, stage=asked.stage, path=asked.path, today=today
    )
    say = [f'{asked.image} is {found}']
    mapped = image_list.through_mirror(compiled, found)
    if mapped:
        say.append(f'    through a mirror it is {mapped}')
    if verdict.by == 'default':
        by = f'default: {compiled["default"]}, since no entry names it'
    else:
        key, _, number = verdict.by.partition('.')
        text = compiled[key][int(number)]['image'][0]
        by = f'{_where(documents, verdict.by)}: {key}: {text}'
    name = verdict.name
    if verdict.notice or (name == 'unapproved' and compiled['default'] == 'warn'):
        name += ' (advice only)'
    said = verdict.text.removeprefix(f'{verdict.name} ')
    say.append(f'    {name}: {said}' if said else f'    {name}')
    say.append(f'    by {by}')
    if verdict.replace_with:
        say.append(f'    write {verdict.replace_with}')
    sys.stdout.write(''.join(f'{escape(line)}\n' for line in say))
    return 0


# allow ------------------------------------------------------------------------------


def allow(asked: argparse.Namespace, root: str, shelf: library.Library) -> int:
    """Add an exception to the repository's images.yaml; all else stays as it is."""
    import datetime

    try:
        datetime.date.fromisoformat(asked.expires)
    except ValueError:
        raise Failure('--expires: expected a date, as in 2026-12-31') from None
    for field in _FIELDS:
        if not getattr(asked, field).strip():
            raise Failure(f'--{field}: expected text')
    try:
        image_list.pattern(asked.image)
    except ValueError as error:
        raise Failure(f'{asked.image}: {error}') from None
    entry: dict[str, Any] = {'paths': asked.path or ['**'], 'image': asked.image}
    if asked.deny:
        entry['deny'] = asked.deny
    entry.update((field, getattr(asked, field).strip()) for field in _FIELDS)
    before = ownfiles.held(root, PATH) or b'version: 1\n'
    after = yamledit.add(before, PATH, 'exceptions', [entry])
    excuses(check(after, shelf.book().images), entry)
    ownfiles.write(root, PATH, after)
    sys.stdout.write(
        f'{PATH}: {escape(asked.image)} until {asked.expires} '
        f'for {escape(", ".join(entry["paths"]))}\n'
    )
    return 0


def _content(path: str) -> bytes:
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError as error:
        raise Failure(f'{path}: {error.strerror}') from None


def check(content: bytes, documents: Sequence[Document]) -> Policy:
    """Return what a run would make of the file, or raise the Failure that it would."""
    from hookline import yamlfile

    changed = yamlfile.parse(content, PATH)
    others = [document for document in documents if document.path != PATH]
    return image_list.compile([*others, changed])


def excuses(compiled: Policy, entry: dict[str, Any]) -> None:
    """Raise Failure where an entry of deny stands above the exception."""
    found = reference.parse(entry['image'])
    if not isinstance(found, Reference):
        return
    for denial in compiled['deny']:
        name = denial['id']
        if name == entry.get('deny', '') and name:
            continue
        if image_list.matches(found, denial['image']):
            said = f'{entry["image"]} is denied by {name or denial["image"][0]}'
            if not name:
                raise Failure(f'{said}, which no exception can name: it has no id')
            raise Failure(f'{said}: with --deny {name} the exception counts for it')
