"""What a run reads: the index at a commit, files as they lie there, commits of a range.

Everything that was asked for is read, or named as skipped, or ends the run.
"""

from __future__ import annotations

import os
from itertools import islice
from stat import S_ISDIR, S_ISLNK, S_ISREG

from hookline import git
from hookline.light import Callable, Iterable, Iterator, Mapping, NamedTuple, Sequence
from hookline.nouns import Change, Failure, Parent, Skipped

# No check has to hold more than this at a time, beyond its largest file.
BATCH_BYTES = 64 << 20
MAX_FILE_BYTES = 64 << 20
# The same where each file is looked at alone: more would be in memory for nothing.
ALONE_BYTES = 8 << 20
# Files of a tree that one process reads before it asks for more.
PORTION = 128
SUBMODULE = 'submodule: scan it in its own repository'
# What a commit or a tag says has a place as well: below the commit's id, the tag's ref.
MESSAGE = 'message'
MESSAGES = 1000  # read at a time
BEHIND = 'its folder is a link, and links are not followed'

# Why a path is not read, or ''.
Excluded = Callable[[str], str]


class Batch(NamedTuple):
    """Changes that are scanned together."""

    changes: tuple[Change, ...]
    checks: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    # Files that the same commit removes: a finding may have moved out of them.
    gone: tuple[Parent, ...] = ()
    commits: int = 0
    # Files of the same commit that were not named: pre-commit splits long lists of
    # names, and a finding may have moved between two lists.
    beside: tuple[Sequence[git.Entry], ...] = ()
    total: int = 0  # files in all, where the source knows
    failures: tuple[str, ...] = ()  # what of it could not be read


class Range(NamedTuple):
    """Commits to read: those of `tip` and `others` that none of `without` has."""

    tip: str
    without: tuple[str, ...]
    others: tuple[str, ...] = ()  # more tips, of a push of several branches


# What archives begin with, so that only those import what opens them.
_PACKED = (b'PK\3\4', b'\x1f\x8b', b'BZh', b'\xfd7zXZ')


def opened(batches: Iterable[Batch], excluded: Excluded) -> Iterator[Batch]:
    """Yield the batches, and before each what is packed in its archives.

    For secrets alone: code in an archive is not what this repository runs.
    """
    for batch in batches:
        packed = [change for change in batch.changes if may_be_packed(change)]
        if not packed or 'secrets' not in batch.checks:
            yield batch
            continue
        left: dict[str, Change] = {}
        for change in packed:
            yield from _unpacked(change, excluded, left)
        yield batch._replace(
            changes=tuple(left.get(change.path, change) for change in batch.changes)
        )


def may_be_packed(change: Change) -> bool:
    content = change.content
    return change.kind == 'file' and (
        content.startswith(_PACKED) or content.startswith(b'ustar', 257)
    )


def _unpacked(
    change: Change, excluded: Excluded, left: dict[str, Change]
) -> Iterator[Batch]:
    """Yield the members of one archive; note what is left of it."""
    pile: list[Change] = []
    held = 0
    for found in unpacked(change, excluded):
        if isinstance(found, Change) and found.path != change.path:
            pile.append(found)
            held += len(found.content)
            if held > BATCH_BYTES:
                yield Batch(tuple(pile), ('secrets',))
                pile, held = [], 0
        elif isinstance(found, Change):
            left[change.path] = found
        elif isinstance(found, Skipped):
            yield Batch((), ('secrets',), (found,))
        else:
            yield Batch((), ('secrets',), failures=(found,))
    if pile:
        yield Batch(tuple(pile), ('secrets',))


def unpacked(change: Change, excluded: Excluded) -> Iterator[Change | Skipped | str]:
    """Yield what is packed in a file, and what is left of it under its own name.

    A string is a Failure: a limit is reached, and something is not read.
    """
    from hookline import archives

    if not archives.is_archive(change.content):
        yield change
        return
    for member in archives.members(change.path, change.content):
        inside = f'{archives.SEPARATOR}{member.name}' if member.name else ''
        path = change.path + inside
        reason = excluded(path) if inside else ''
        if reason:
            yield Skipped(path, reason)
            continue
        if member.limit:
            yield f'{path}: {member.problem}; exclude it in policy.yaml with a reason'
        elif member.problem:
            yield Skipped(path, member.problem)
        yield change._replace(
            path=path,
            content=member.content,
            parents=tuple(
                parent._replace(path=parent.path + inside, member=member.name)
                for parent in change.parents
            ),
        )


# At a commit ------------------------------------------------------------------------


def is_commit(
    names: Sequence[str],
    staged: Mapping[str, Sequence[git.Entry]],
    repo: git.Repository,
    environ: Mapping[str, str],
) -> bool:
    """Say whether a run on `names` belongs to a commit, or names files at large."""
    if environ.get('GIT_INDEX_FILE') or git.merge_heads(repo, environ):
        return True
    return bool(names) and all(name in staged for name in names)


def commit(
    names: Sequence[str],
    staged: Mapping[str, Sequence[git.Entry]],
    repo: git.Repository,
    checks: Sequence[str],
    excluded: Excluded,
) -> Iterator[Batch]:
    """Yield what the index holds of `names`, compared with the parents of the commit.

    Without names: everything that is staged.
    """
    entries = [staged[name] for name in names or staged if name in staged]
    unstaged = [name for name in names if name not in staged]
    if unstaged:
        entries += _unchanged(unstaged, repo)
    named = set(names)
    beside = tuple(
        sides
        for name, sides in staged.items()
        if names and name not in named and git.is_file(sides[0].mode)
    )
    for batch in opened(_batches(entries, checks, excluded, _gone(staged)), excluded):
        yield batch._replace(beside=beside)


def _unchanged(names: Sequence[str], repo: git.Repository) -> list[Sequence[git.Entry]]:
    """Return named files that equal a parent: read, though they bring nothing new."""
    listed = git.index(names, cwd=repo.top)
    entries: list[Sequence[git.Entry]] = []
    for name in names:
        if name not in listed:
            raise Failure(f'{name}: not in the index, so it is not part of this commit')
        stages = listed[name]
        if stages[0].stage:
            raise _conflict(name)
        mode, blob, _ = stages[0]
        entries.append((git.Entry(name, mode, blob, name, blob, mode),))
    return entries


def _conflict(path: str) -> Failure:
    return Failure(f'{path}: merge conflict: resolve it and stage the result')


def _batches(
    entries: Iterable[Sequence[git.Entry]],
    checks: Sequence[str],
    excluded: Excluded,
    gone: tuple[Parent, ...] = (),
    commit: str = '',
) -> Iterator[Batch]:
    """Yield entries with their content, as many at a time as the limits allow."""
    skipped: list[Skipped] = []
    wanted: list[Sequence[git.Entry]] = []
    for sides in entries:
        entry = sides[0]
        if entry.mode == git.SUBMODULE:
            skipped.append(Skipped(entry.path, SUBMODULE))
        elif entry.mode == git.UNMERGED:
            raise _conflict(entry.path)
        elif git.is_file(entry.mode):
            reason = excluded(entry.path)
            if reason:
                skipped.append(Skipped(entry.path, reason))
            else:
                wanted.append(sides)
    if len(wanted) < git.FEW:
        # cat-file tells the sizes with the contents; asking first costs a process.
        changes = git.changes(wanted, commit)
        for change in changes:
            _check_size(change.path, len(change.content))
        yield Batch(tuple(changes), tuple(checks), tuple(skipped), gone)
        return
    sizes = git.sizes(sides[0].blob for sides in wanted)
    pile: list[Sequence[git.Entry]] = []
    held = 0
    for sides in wanted:
        size = sizes.get(sides[0].blob, 0)
        _check_size(sides[0].path, size)
        if pile and held + size > BATCH_BYTES:
            changes = git.changes(pile, commit)
            yield Batch(tuple(changes), tuple(checks), tuple(skipped), gone)
            pile, held, skipped = [], 0, []
        pile.append(sides)
        held += size
    changes = git.changes(pile, commit)
    yield Batch(tuple(changes), tuple(checks), tuple(skipped), gone)


def _check_size(path: str, size: int) -> None:
    if size > MAX_FILE_BYTES:
        raise Failure(
            f'{path}: {size >> 20} MiB, over the limit of {MAX_FILE_BYTES >> 20} MiB; '
            'exclude it in policy.yaml with a reason'
        )


def is_below(name: str, paths: Sequence[str]) -> bool:
    return any(name == path or name.startswith(f'{path}/') for path in paths)


def head(
    checks: Sequence[str], excluded: Excluded, below: Sequence[str] = ()
) -> Iterator[Batch]:
    """Yield the files of HEAD, compared with nothing."""
    if git.has_head():
        entries = git.differences(git.resolve('HEAD'), ()).values()
        wanted = [e for e in entries if not below or is_below(e[0].path, below)]
        yield from opened(_batches(wanted, checks, excluded), excluded)


# Files as they lie there ------------------------------------------------------------


def names_of_files(
    names: Sequence[str],
    repo: git.Repository,
    checks: Sequence[str],
    excluded: Excluded,
) -> Iterator[Batch]:
    """Yield the named files of the worktree; an absent one ends the run."""
    missing = [
        name for name in names if not os.path.lexists(os.path.join(repo.top, name))
    ]
    if missing:
        raise Failure(f'{missing[0]}: there is no such file')
    behind = _Behind(repo.top)
    for name in names:
        if reason := behind.link(name):
            raise Failure(f'{name}: {reason}')
    submodules = git.submodules(repo.top) if _has_directory(names, repo.top) else set()
    read = _read(repo.top, names, checks, excluded, submodules, behind)
    yield from opened(read, excluded)


def _has_directory(names: Sequence[str], top: str) -> bool:
    return any(os.path.isdir(os.path.join(top, name)) for name in names)


def tree(
    paths: Sequence[str],
    root: str,
    repo: git.Repository | None,
    checks: Sequence[str],
    excluded: Excluded,
) -> Iterator[Batch]:
    """Yield every file under `paths`, which are absolute; names are from `root`.

    In a work tree: what git tracks, and what it neither tracks nor ignores. Elsewhere,
    and where a named directory is itself ignored: all but the .git folders.
    """
    for portion in portions(paths, root, repo, checks, excluded):
        yield from portion.batches


class Portion(NamedTuple):
    names: Sequence[str]  # as the system has them
    batches: Iterator[Batch]


def portions(
    paths: Sequence[str],
    root: str,
    repo: git.Repository | None,
    checks: Sequence[str],
    excluded: Excluded,
) -> Iterator[Portion]:
    """Yield tree() in parts, each of which reads when it is asked, in any process."""
    behind = _Behind(root)
    size = PORTION if _alone(checks) else None
    for path in paths:
        if not os.path.lexists(path):
            raise Failure(f'{os.path.relpath(path)}: there is no such file')
        submodules: set[str] = set()
        names: Iterable[str]
        if not os.path.isdir(path) or os.path.islink(path):
            names = [os.path.relpath(path, root)]
        elif repo is not None and (listed := git.listed(path)):
            below = os.path.relpath(path, root)
            prefix = '' if below == '.' else f'{below}/'
            submodules = {prefix + name for name in git.submodules(path)}
            names = [prefix + name for name in listed]
        else:
            names = _walk(path, root)
        rest = iter(names)
        while some := list(islice(rest, size)):
            read = _read(root, some, checks, excluded, submodules, behind)
            yield Portion(some, opened(read, excluded))


def _alone(checks: Sequence[str]) -> bool:
    """Say whether the checks look at each file alone."""
    return set(checks) <= {'secrets'}


def _walk(path: str, root: str) -> Iterator[str]:
    for folder, folders, files in os.walk(path, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if name != '.git')
        linked = [name for name in folders if os.path.islink(f'{folder}/{name}')]
        below = os.path.relpath(folder, root)
        prefix = '' if below == os.curdir else below + os.sep
        for name in sorted([*files, *linked]):
            yield prefix + name


def _unreadable(error: OSError) -> None:
    raise Failure(f'{error.filename}: cannot be read: {error.strerror}')


def _read(
    root: str,
    names: Sequence[str],
    checks: Sequence[str],
    excluded: Excluded,
    submodules: set[str],
    behind: _Behind,
) -> Iterator[Batch]:
    changes: list[Change] = []
    skipped: list[Skipped] = []
    held = 0
    total = len(names)
    behind = _Behind(root)
    limit = ALONE_BYTES if _alone(checks) else BATCH_BYTES
    for name in names:
        shown = name.replace(os.sep, '/')
        reason = excluded(shown) or behind.link(shown)
        if reason:
            skipped.append(Skipped(shown, reason))
            continue
        found = _file(root, shown, submodules)
        if isinstance(found, Skipped):
            skipped.append(found)
            continue
        if isinstance(found, list):
            # Another repository inside this one, which git lists as one name.
            yield from _read(root, found, checks, excluded, set(), behind)
            continue
        changes.append(found)
        held += len(found.content)
        if held > limit:
            yield Batch(tuple(changes), tuple(checks), tuple(skipped), total=total)
            changes, skipped, held = [], [], 0
    if changes or skipped:
        yield Batch(tuple(changes), tuple(checks), tuple(skipped), total=total)


class _Behind:
    """Which folders are not where git has them, because a link took their place."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self.known: dict[str, str] = {'': ''}

    def link(self, name: str) -> str:
        """Return why a file is not read though its name leads to one, or ''."""
        folder = os.path.dirname(name.rstrip('/'))
        if folder not in self.known:
            path = os.path.join(self.root, folder)
            there = not os.path.lexists(path) or os.path.realpath(path) == path
            self.known[folder] = '' if there else BEHIND
        return self.known[folder]


def _file(root: str, name: str, submodules: set[str]) -> Change | Skipped | list[str]:
    path = os.path.join(root, name)
    try:
        stat = os.lstat(path)
        if S_ISLNK(stat.st_mode):
            link = os.fsencode(os.readlink(path))
            return Change(name, link, kind='symlink')
        if S_ISDIR(stat.st_mode):
            if name.rstrip('/') in submodules:
                return Skipped(name.rstrip('/'), SUBMODULE)
            return list(_walk(path, root))
        if not S_ISREG(stat.st_mode):
            raise Failure(f'{name}: neither a file nor a link, so it cannot be scanned')
        _check_size(name, stat.st_size)
        content = _content(path, stat.st_size)
    except FileNotFoundError:
        # Tracked and deleted: `git ls-files` names it still.
        return Skipped(name, 'deleted in the worktree')
    except OSError as error:
        raise Failure(f'{name}: cannot be read: {error.strerror}') from None
    _check_size(name, len(content))
    return Change(name, content)


# NOFOLLOW and NONBLOCK: what was a file a moment ago may be a link or a FIFO.
_FLAGS = os.O_RDONLY
for _flag in ('O_NOFOLLOW', 'O_NONBLOCK', 'O_BINARY'):
    _FLAGS |= getattr(os, _flag, 0)


def _content(path: str, size: int) -> bytes:
    """Return what a file holds, of at most a byte over the limit."""
    # Not open(): its buffers cost more than the reading of most files.
    descriptor = os.open(path, _FLAGS)
    try:
        content = os.read(descriptor, size + 1)
        if len(content) == size:
            return content
        # It is growing, or shrinking.
        parts = [content]
        held = len(content)
        while held <= MAX_FILE_BYTES and parts[-1]:
            parts.append(os.read(descriptor, MAX_FILE_BYTES + 1 - held))
            held += len(parts[-1])
        return b''.join(parts)
    finally:
        os.close(descriptor)


# Commits ----------------------------------------------------------------------------


def from_refs(old: str, new: str) -> Range:
    """Return the range of a pull request or a push: what `new` has beyond `old`."""
    tip, base = git.resolve(new), git.resolve(old)
    git.merge_base(base, tip)
    return Range(tip, (base,))


def to_push(remote: str, tips: Sequence[str] = ('HEAD',)) -> Range:
    """Return what the remote does not have of `tips`, as far as we know it."""
    first, *others = (git.resolve(tip) for tip in tips)
    return Range(first, tuple(git.remote_tips(remote)), tuple(others))


def commits(
    span: Range,
    names: Sequence[str],
    checks: Sequence[str],
    excluded: Excluded,
) -> Iterator[Batch]:
    """Yield the commits of a range: one by one for secrets, the end for the rest.

    A secret that was added and removed again stays in the history that others get, so
    names do not narrow the secrets check. The other checks judge the files of the tip,
    compared with every commit that the range starts from.
    """
    rows = git.commits((span.tip, *span.others), span.without)
    if 'secrets' in checks:
        yield from _messages([row.id for row in rows], excluded)
        for row in rows:
            entries = git.differences(row.id, row.parents)
            batches = _batches(
                entries.values(), ('secrets',), excluded, _gone(entries), row.id
            )
            yield from opened(batches, excluded)
            yield Batch((), (), commits=1)
    others = tuple(check for check in checks if check != 'secrets')
    if others and rows:
        inside = {row.id for row in rows}
        starts = sorted({p for row in rows for p in row.parents} - inside)
        wanted = set(names)
        commits = 0 if 'secrets' in checks else len(rows)
        for tip in dict.fromkeys((span.tip, *span.others)):
            if tip not in inside:
                continue
            entries = git.differences(tip, starts)
            chosen = [e for path, e in entries.items() if not names or path in wanted]
            for batch in _batches(chosen, others, excluded, _gone(entries)):
                yield batch._replace(commits=commits)
                commits = 0


def _messages(commits: Sequence[str], excluded: Excluded) -> Iterator[Batch]:
    """Yield what the commits say: a message goes where its commit goes."""
    wanted = [name for name in commits if not excluded(f'{name}/{MESSAGE}')]
    for at in range(0, len(wanted), MESSAGES):
        contents = git.blobs(wanted[at : at + MESSAGES])
        changes = [
            Change(f'{name}/{MESSAGE}', git.message(content), 'message', commit=name)
            for name, content in contents.items()
        ]
        yield Batch(tuple(changes), ('secrets',))


def _gone(entries: Mapping[str, Sequence[git.Entry]]) -> tuple[Parent, ...]:
    return tuple(
        Parent(side.old_path, side.old_blob, number)
        for sides in entries.values()
        for number, side in enumerate(sides)
        if not git.is_file(side.mode) and side.old_path and git.is_file(side.old_mode)
    )
