"""The only module that runs git.

Plumbing with -z everywhere, configuration-proof, and nothing that comes from names or
content is ever an option. The index and the worktree are never written.
"""

from __future__ import annotations

import os

from hookline import cache, limits, processes
from hookline.light import (
    TYPE_CHECKING,
    Iterable,
    Iterator,
    Mapping,
    NamedTuple,
    Sequence,
)
from hookline.nouns import Change, Failure, Parent

if TYPE_CHECKING:
    from typing import IO

OLDEST = (2, 34)
# What names the repository and its index, and what the user's own configuration
# consists of. Everything else that begins with GIT_ is dropped.
_KEEP = frozenset(
    (
        'GIT_DIR',
        'GIT_WORK_TREE',
        'GIT_INDEX_FILE',
        'GIT_OBJECT_DIRECTORY',
        'GIT_ALTERNATE_OBJECT_DIRECTORIES',
        'GIT_COMMON_DIR',
        'GIT_PREFIX',
        'GIT_CONFIG_GLOBAL',
        'GIT_CONFIG_SYSTEM',
        'GIT_CONFIG_NOSYSTEM',
        'GIT_CONFIG_COUNT',
        'GIT_CONFIG_PARAMETERS',
        'GIT_CEILING_DIRECTORIES',
        'GIT_DISCOVERY_ACROSS_FILESYSTEM',
    )
)
_SET = {
    'GIT_LITERAL_PATHSPECS': '1',
    'GIT_NO_REPLACE_OBJECTS': '1',
    'GIT_NO_LAZY_FETCH': '1',
    'GIT_OPTIONAL_LOCKS': '0',
    'LC_ALL': 'C',
}
_OPTIONS = ('-c', 'core.fsmonitor=false', '-c', 'safe.bareRepository=explicit')
_DIFF = (
    *('--raw', '-z', '--no-abbrev', '--find-renames', '--no-ext-diff'),
    *('--no-textconv', '--no-relative', '--no-color', '--ignore-submodules=dirty'),
    '-O/dev/null',  # else diff.orderFile may name a file that is not there, or a FIFO
)
_WHERE = ('rev-parse', '--show-toplevel', '--absolute-git-dir', '--show-prefix')
_TRACED = ('git_dir', 'git_common_dir', 'worktree', 'cwd', 'prefix')
_BATCH = ('cat-file', '--batch')
SUBMODULE = '160000'
_LONG_COMMAND = 60_000  # bytes of names in one command
_ENDS = 50  # of git at a missing object, before that is taken for all
_ASKED = 500  # ids in one go: what is asked must fit into a pipe
MISSING = 'is missing or cannot be read; in a shallow or partial clone fetch it first'
FEW = 20  # so many files are read at once, whatever their size
UNMERGED = 'unmerged'  # ours: a conflict that is not resolved
_LINK, _ABSENT = '120000', '000000'


class Repository(NamedTuple):
    top: str  # absolute
    git_dir: str  # absolute
    prefix: str  # of the current directory below top: '' or 'sub/'


class Entry(NamedTuple):
    """A path in the index or a commit that differs from one parent."""

    path: str
    mode: str
    blob: str
    old_path: str  # '' when the parent does not have it
    old_blob: str
    old_mode: str


class Commit(NamedTuple):
    id: str
    parents: tuple[str, ...]


class Origin(NamedTuple):
    """Who made a commit, and when."""

    author: str  # 'Ann <ann@example.com>', as it stands there
    date: str  # ISO 8601, in the author's time zone


class Ref(NamedTuple):
    """What a ref names; of a tag that names a tag there is one for each."""

    name: str
    object: str
    kind: str  # 'commit', 'tag', 'tree' or 'blob'


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what git's children get: only variables that content cannot set."""

    def keeps(name: str) -> bool:
        return (
            not name.startswith('GIT_')
            or name in _KEEP
            or name.startswith(('GIT_CONFIG_KEY_', 'GIT_CONFIG_VALUE_'))
        )

    kept = {name: value for name, value in environ.items() if keeps(name)}
    if 'PATH' in kept:
        kept['PATH'] = os.pathsep.join(_folders(kept['PATH']))
    return {**kept, **_SET}


def _folders(path: str) -> list[str]:
    """Return the folders of PATH that are not of the repository that we are in.

    '.' or nothing is the current directory, where a file may be called git.
    """
    here = os.getcwd()
    own = os.path.join(here, '')
    if not os.path.lexists(own + '.git'):
        own = '\0'
    return [
        folder
        for folder in path.split(os.pathsep)
        if os.path.isabs(folder) and not os.path.join(folder, '').startswith(own)
    ]


def _program() -> str:
    """Return the absolute path of git."""
    name = 'git.exe' if os.name == 'nt' else 'git'
    for folder in _folders(os.environ.get('PATH', os.defpath)):
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    raise Failure('git is not installed, or not on PATH')


def _start(
    arguments: Sequence[str],
    cwd: str | None = None,
    more: Mapping[str, str] | None = None,
) -> processes.Process:
    where = () if cwd is None else ('-C', cwd)
    try:
        return processes.start(
            (_program(), *where, *_OPTIONS, *arguments),
            {**environment(os.environ), **(more or {})},
        )
    except OSError as error:
        raise Failure(f'git cannot be started: {error.strerror}') from None


def _talk(process: processes.Process, stdin: bytes = b'') -> tuple[bytes, bytes]:
    """Return what git says, or end it: a FIFO called .gitignore holds it for ever."""
    limit = limits.seconds()
    try:
        return process.talk(stdin, limit)
    except processes.Late:
        process.end()
        raise Failure(f'git was not done after {limit:.0f} s and was ended') from None


def _end(process: processes.Process, stdin: bytes = b'') -> bytes:
    stdout, stderr = _talk(process, stdin)
    if process.returncode:
        raise Failure(_said(stderr, process.returncode))
    return stdout


def _said(stderr: bytes, status: int) -> str:
    lines = stderr.decode('utf-8', 'replace').strip().splitlines()
    said = lines[0].removeprefix('fatal: ') if lines else f'status {status}'
    if any('lazy fetching disabled' in line for line in lines):
        said = 'an object is missing; in a partial clone fetch it first'
    if 'dubious ownership' in said:
        said += "; if you trust it: git config --global --add safe.directory '<path>'"
    return f'git: {said}'


def _output(*arguments: str, cwd: str | None = None, stdin: bytes = b'') -> bytes:
    return _end(_start(arguments, cwd), stdin)


def _text(output: bytes) -> str:
    return output.decode('utf-8', 'surrogateescape')


def _bytes(text: str) -> bytes:
    return text.encode('utf-8', 'surrogateescape')


# Where a commit or a scan begins --------------------------------------------------


class Opening(NamedTuple):
    """git's first answers, asked for at once because each process costs a start."""

    where: processes.Process | None  # None: `staged` says it as well
    version: processes.Process | None  # None: it is known to be new enough
    staged: processes.Process | None
    contents: processes.Process | None  # waits to be asked for objects
    folder: str
    said: dict[str, bytes]  # what `staged` answered


def begin(*, staged: bool, folder: str = '') -> Opening:
    """Start git on the first questions; the caller imports the rest meanwhile.

    `folder` is the cache, where it stands that this git is new enough; '' is none.
    """
    index = contents = None
    if staged:
        # With a trace of where it finds itself, which spares asking for that.
        index = _start(
            (
                *('diff-index', '--cached', '--ita-invisible-in-index', *_DIFF),
                *('HEAD', '--'),
            ),
            more={'GIT_TRACE_SETUP': '2'},
        )
        contents = _start(_BATCH)
    known = cache.load(folder, 'git', _signature())
    version = None if known else _start(('version',))
    where = None if staged else _start(_WHERE)
    return Opening(where, version, index, contents, folder, {})


def repository(opening: Opening) -> Repository:
    """Return where we are; raise Failure outside a work tree or with an old git."""
    if opening.version is not None:
        _check_version(_end(opening.version))
        cache.store(opening.folder, 'git', _signature(), True)
    found: Repository | None = None
    if opening.staged is not None:
        stdout, stderr = _talk(opening.staged)
        if opening.staged.returncode == 0:
            opening.said['staged'] = stdout
            found = _traced(_text(stderr))
    if found is None:
        found = _repository(_end(opening.where or _start(_WHERE)))
    return found


def _repository(said: bytes) -> Repository:
    lines = _text(said).split('\n')
    # A newline in the path would shift the answers; no repository of that kind works.
    if len(lines) != 4:
        raise Failure('git: the path of the repository holds a newline')
    return Repository(lines[0], lines[1], lines[2])


def _traced(said: str) -> Repository | None:
    """Read GIT_TRACE_SETUP's lines; None where they are not as git has them for long.

    TIME trace.c:LINE setup: KEY: VALUE, backslashes and line ends escaped.
    """
    rows = [line.partition(' setup: ')[2].partition(': ') for line in said.split('\n')]
    values = [value for key, _, value in rows if key]
    if [key for key, _, _ in rows if key] != [*_TRACED] or '\\' in said:
        return None
    git_dir, _, top, here, prefix = values
    if not (os.path.isabs(top) and os.path.isabs(here)):
        return None
    git_dir = os.path.normpath(os.path.join(here, git_dir))
    return Repository(top, git_dir, '' if prefix == '(null)' else prefix)


def here(cwd: str | None = None) -> Repository | None:
    """Return the repository around `cwd`, or None where there is none."""
    process = _start(_WHERE, cwd)
    stdout, stderr = _talk(process)
    if process.returncode:
        if b'not a git repository' in stderr or b'must be run in a work tree' in stderr:
            return None
        raise Failure(_said(stderr, process.returncode))
    _check_version(_output('version'))
    return _repository(stdout)


def _signature() -> bytes:
    """Return what tells this git from another, or from the same after an upgrade."""
    try:
        stat = os.stat(_program())
    except OSError:
        return b''
    return f'{_program()} {stat.st_mtime_ns} {stat.st_size} {OLDEST}'.encode(
        'utf-8', 'surrogateescape'
    )


def _check_version(said: bytes) -> None:
    words = _text(said).split()
    numbers = words[2].split('.') if len(words) > 2 else []
    try:
        version = (int(numbers[0]), int(numbers[1]))
    except (IndexError, ValueError):
        raise Failure('git: its version cannot be read') from None
    if version < OLDEST:
        need = '.'.join(map(str, OLDEST))
        raise Failure(f'git {words[2]} is too old: hookline needs {need} or newer')


class _Reading:
    """While an answer of git's is taken apart: one of another form is a Failure."""

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind in (ValueError, IndexError, StopIteration):
            raise Failure('git gave an answer that cannot be read') from None


# The index against its parents ------------------------------------------------------


def merge_heads(repo: Repository, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the commits that a merge under way brings in; there may be several."""
    try:
        with open(os.path.join(repo.git_dir, 'MERGE_HEAD'), 'rb') as file:
            return tuple(_text(file.read()).split())
    except OSError:
        # `git merge` runs pre-merge-commit before it writes MERGE_HEAD, and names the
        # heads in its environment alone.
        prefix = 'GITHEAD_'
        return tuple(x[len(prefix) :] for x in sorted(environ) if x.startswith(prefix))


def staged(opening: Opening, repo: Repository) -> dict[str, tuple[Entry, ...]]:
    """Return what the index changes, by path: one entry for each parent.

    A path is there when it differs from every parent; a merge that takes a file from
    one side as it is introduces nothing.
    """
    said = opening.said.get('staged')
    if said is None:
        # Before the first commit there is no HEAD, and only this knows what to do.
        said = _output('diff', '--cached', *_DIFF)
    sides = [_raw(said)]
    for head in merge_heads(repo, os.environ):
        revision = _commit(head)
        sides.append(
            _raw(
                _output('diff-index', '--cached', *_DIFF, '--end-of-options', revision)
            )
        )
    return _in_every(sides)


def _in_every(sides: Sequence[Mapping[str, Entry]]) -> dict[str, tuple[Entry, ...]]:
    first, *others = sides
    return {
        path: (entry, *(side[path] for side in others))
        for path, entry in first.items()
        if all(path in side for side in others)
    }


def _raw(output: bytes) -> dict[str, Entry]:
    """Parse `--raw -z`: ':old_mode mode old_blob blob status' NUL path [NUL path]."""
    entries: dict[str, Entry] = {}
    fields = iter(output.split(b'\0'))
    for head in fields:
        if not head.startswith(b':'):
            continue
        with _Reading():
            old_mode, mode, old_blob, blob, status = _text(head[1:]).split(' ')
            old_path = path = _text(next(fields))
            if status[0] in 'RC':
                path = _text(next(fields))
        if status[0] == 'U':
            entries[path] = Entry(path, UNMERGED, '', '', '', _ABSENT)
            continue
        if old_mode == _ABSENT or status[0] == 'C':
            old_path = old_blob = ''
        entries[path] = Entry(path, mode, blob, old_path, old_blob, old_mode)
    return entries


class Staged(NamedTuple):
    mode: str
    blob: str
    stage: int


def index(names: Sequence[str], cwd: str | None = None) -> dict[str, list[Staged]]:
    """Return the index entries of `names` (all if empty), by path from the top."""
    if len(names) > 1 and sum(map(len, names)) > _LONG_COMMAND:
        # More than one command may hold; a directory among the names stands for all
        # of it, so half by half and not by looking them up.
        half = len(names) // 2
        return {**index(names[:half], cwd), **index(names[half:], cwd)}
    output = _output('ls-files', '-s', '-z', '--full-name', '--', *names, cwd=cwd)
    found: dict[str, list[Staged]] = {}
    for record in output.split(b'\0'):
        if record:
            head, _, path = record.partition(b'\t')
            with _Reading():
                mode, blob, stage = _text(head).split(' ')
                entry = Staged(mode, blob, int(stage))
            found.setdefault(_text(path), []).append(entry)
    return found


# Contents ---------------------------------------------------------------------------


# Objects that git was asked for before they were needed. By their ids, which are their
# contents': it does not matter who asked.
_asked: dict[frozenset[str], tuple[processes.Process, list[str]]] = {}


def ahead(opening: Opening, entries: Sequence[Sequence[Entry]]) -> None:
    """Ask for the contents of `entries` already, if they are few; see changes()."""
    if opening.contents is None:
        return
    ids = dict.fromkeys(s[0].blob for s in entries if is_file(s[0].mode) and s[0].blob)
    if not 0 < len(ids) < FEW:
        opening.contents.end()
        return
    _asked[frozenset(ids)] = (opening.contents, [*ids])
    opening.contents.write(_lines(ids))


def _lines(ids: Iterable[str]) -> bytes:
    return _bytes(''.join(f'{name}\n' for name in ids))


def blobs(ids: Iterable[str]) -> dict[str, bytes]:
    """Return the content of each object; raise Failure when one is missing."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    ahead = _asked.pop(frozenset(wanted), None)
    if ahead:
        process, wanted = ahead
        stdout, stderr = _talk(process)
    else:
        process = _start(_BATCH)
        stdout, stderr = _talk(process, _lines(wanted))
    found: dict[str, bytes] = {}
    at = 0
    for object_id in wanted:
        end = stdout.find(b'\n', at)
        head = stdout[at:end].split(b' ') if end >= 0 else []
        if len(head) != 3:
            raise Failure(
                f'git: object {object_id[:12]} {MISSING}'
                if head[1:] == [b'missing'] or not stderr
                else _said(stderr, process.returncode or 0)
            )
        with _Reading():
            size = int(head[2])
        found[object_id] = stdout[end + 1 : end + 1 + size]
        if len(found[object_id]) != size:
            raise Failure(f'git: object {object_id[:12]} ended early')
        at = end + 1 + size + 1
    return found


def sizes(ids: Iterable[str]) -> dict[str, int]:
    """Return the size in bytes of each object that there is."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    output = _output(
        *('cat-file', '--batch-check=%(objectname) %(objectsize)'),
        stdin=_lines(wanted),
    )
    found = {}
    for line in _text(output).splitlines():
        object_id, _, size = line.partition(' ')
        if size.isdigit():
            found[object_id] = int(size)
    return found


def is_file(mode: str) -> bool:
    return mode not in (SUBMODULE, _ABSENT)


def kind(mode: str) -> str:
    return 'symlink' if mode == _LINK else 'file'


def changes(entries: Iterable[Sequence[Entry]], commit: str = '') -> list[Change]:
    """Return the changes with their content, deleted files and submodules left out.

    Each item holds the entries of one path, one for each parent.
    """
    rows = [sides for sides in entries if is_file(sides[0].mode)]
    content = blobs(sides[0].blob for sides in rows)
    return [
        Change(
            path=sides[0].path,
            content=content[sides[0].blob],
            kind=kind(sides[0].mode),
            blob=sides[0].blob,
            parents=tuple(
                Parent(side.old_path, side.old_blob, number)
                for number, side in enumerate(sides)
                if side.old_path and is_file(side.old_mode)
            ),
            commit=commit,
        )
        for sides in rows
    ]


# Files of a work tree ---------------------------------------------------------------


def listed(directory: str) -> list[str]:
    """Return what git sees below `directory`: tracked, and untracked but not ignored.

    Relative to `directory`. A name that ends in a slash is another repository inside.
    """
    output = _output(
        *('ls-files', '-z', '--cached', '--others', '--exclude-standard'),
        '--deduplicate',
        cwd=directory,
    )
    return [_text(name) for name in output.split(b'\0') if name]


def submodules(directory: str) -> set[str]:
    """Return the submodules below `directory`, relative to it."""
    output = _output('ls-files', '-s', '-z', cwd=directory)
    return {
        _text(record.partition(b'\t')[2])
        for record in output.split(b'\0')
        if record.startswith(SUBMODULE.encode())
    }


# Commits ----------------------------------------------------------------------------


def _commit(revision: str) -> str:
    """Return the id of a commit; `revision` comes from outside."""
    try:
        output = _output(
            *('rev-parse', '--verify', '--quiet', '--end-of-options'),
            f'{revision}^{{commit}}',
        )
    except Failure:
        raise Failure(
            f'git: there is no commit {revision!r} here; '
            'in a shallow clone fetch more history (fetch-depth: 0)'
        ) from None
    return _text(output).strip()


def resolve(revision: str) -> str:
    return _commit(revision)


def has_head() -> bool:
    try:
        _commit('HEAD')
    except Failure:
        return False
    return True


def merge_base(old: str, new: str) -> str:
    process = _start(('merge-base', '--end-of-options', old, new))
    stdout, stderr = _talk(process)
    if (process.returncode or 0) > 1:
        raise Failure(_said(stderr, process.returncode or 0))
    if process.returncode:
        raise Failure(
            f'git: {old[:12]} and {new[:12]} have no common commit here; '
            'in a shallow clone fetch more history (fetch-depth: 0)'
        )
    with _Reading():
        return _text(stdout).split()[0]


def commits(tips: Sequence[str], without: Sequence[str]) -> list[Commit]:
    """Return the commits of `tips` that none of `without` has, oldest first."""
    output = _output(
        *('rev-list', '--topo-order', '--reverse', '--parents', '--stdin'),
        stdin=_bytes('\n'.join((*tips, *(f'^{name}' for name in without))) + '\n'),
    )
    rows = (line.split() for line in _text(output).splitlines())
    return [Commit(row[0], tuple(row[1:])) for row in rows if row]


def bases(tip: str, without: Sequence[str]) -> list[str]:
    """Return the commits that the commits of `tip` not in `without` are built on."""
    rows = commits((tip,), without)
    inside = {row.id for row in rows}
    return sorted({parent for row in rows for parent in row.parents} - inside)


def remote_tips(remote: str) -> list[str]:
    """Return the commits that we know `remote` to have."""
    output = _output(
        *('for-each-ref', '--format=%(objectname)', '--end-of-options'),
        f'refs/remotes/{remote}/',
    )
    return sorted(set(_text(output).split()))


def local_tips() -> list[str]:
    """Return the commits that branches and tags of this repository name."""
    output = _output(
        *('for-each-ref', '--format=%(objecttype) %(objectname) %(*objecttype)'),
        *('refs/heads/', 'refs/tags/'),
    )
    rows = (line.split(' ') for line in _text(output).splitlines())
    with _Reading():
        return sorted({name for kind, name, of in rows if 'commit' in (kind, of)})


def remotes() -> list[str]:
    return _text(_output('remote')).split('\n')[:-1]


def differences(commit: str, bases: Sequence[str]) -> dict[str, tuple[Entry, ...]]:
    """Return what `commit` has and none of `bases` has, by path; all without bases."""
    if not bases:
        output = _output(
            'ls-tree', '-r', '-z', '--full-tree', '--end-of-options', commit
        )
        found: dict[str, tuple[Entry, ...]] = {}
        for record in output.split(b'\0'):
            if record:
                head, _, path = record.partition(b'\t')
                with _Reading():
                    mode, _, blob = _text(head).split(' ')
                name = _text(path)
                found[name] = (Entry(name, mode, blob, '', '', _ABSENT),)
        return found
    return _in_every(
        [
            _raw(
                _output(*('diff-tree', '-r', *_DIFF, '--end-of-options'), base, commit)
            )
            for base in bases
        ]
    )


def files_at(commit: str, *places: str) -> dict[str, bytes]:
    """Return the files at or below `places` in a commit, by path."""
    output = _output(
        *('ls-tree', '-r', '-z', '--full-tree', '--end-of-options', commit, *places)
    )
    ids: dict[str, str] = {}
    for record in output.split(b'\0'):
        head, _, path = record.partition(b'\t')
        if not head:
            continue
        with _Reading():
            mode, _, object_id = _text(head).split(' ')
        name = _text(path)
        if mode in (_LINK, SUBMODULE) or {'..', '.', ''} & {*name.split('/')}:
            raise Failure(f'{name}: is not a file in commit {commit[:12]}')
        ids[name] = object_id
    content = blobs(ids.values())
    return {path: content[object_id] for path, object_id in ids.items()}


def edited(tip: str, bases: Sequence[str], paths: Sequence[str]) -> set[str]:
    """Return the files in `paths` that `tip` has otherwise than every base."""
    return {
        name
        for name in differences(tip, bases)
        if any(name == path or name.startswith(f'{path}/') for path in paths)
    }


# All of history ---------------------------------------------------------------------


def is_shallow() -> bool:
    return _text(_output('rev-parse', '--is-shallow-repository')).strip() == 'true'


def refs() -> list[Ref]:
    """Return what every ref names, and what the tags among that name in turn."""
    output = _output(
        'for-each-ref', '--format=%(objectname) %(objecttype) %(refname)', '--no-color'
    )
    rows = [_text(line).split(' ', 2) for line in output.split(b'\n') if line]
    with _Reading():
        level = [Ref(name, object_id, kind) for object_id, kind, name in rows]
    found: list[Ref] = []
    while level:
        found += level
        tags = [ref for ref in level if ref.kind == 'tag']
        contents = blobs(tag.object for tag in tags)
        level = [Ref(tag.name, *_tagged(contents[tag.object])) for tag in tags]
    return found


def _tagged(content: bytes) -> tuple[str, str]:
    """Return id and type of what a tag names: the first two lines of it."""
    lines = _text(content[:200]).split('\n')
    with _Reading():
        return lines[0].removeprefix('object '), lines[1].removeprefix('type ')


def every_commit() -> list[str]:
    """Return the commits that refs, HEADs and stashes reach, oldest first."""
    stashes: list[str] = []
    process = _start(('rev-list', '-g', '--end-of-options', 'refs/stash'))
    # The ref names the last stash; of those before, only its reflog knows.
    said, _ = _talk(process)
    if not process.returncode:
        stashes = _text(said).split()
    output = _output(
        *('rev-list', '--all', '--date-order', '--reverse', '--stdin'),
        stdin=_bytes(''.join(f'{name}\n' for name in stashes)),
    )
    return _text(output).split()


def touched(commits: Sequence[str]) -> Iterator[tuple[int, bytes, bytes, bytes]]:
    """Yield number of the commit, mode, blob and path of what each commit brings.

    Of a merge, what none of its parents has. Ids are in hexadecimal.
    """
    process = _stream(
        (
            *('diff-tree', '--stdin', '-r', '--root', '-c', '-z', '--raw'),
            *('--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv'),
            *('--no-relative', '--no-color', '-O/dev/null'),
        )
    )
    number = -1
    fields = _fields(process, _bytes(''.join(f'{name}\n' for name in commits)))
    for head in fields:
        if not head.startswith(b':'):
            number += 1
            if head.decode('ascii', 'replace') != commits[number]:
                raise Failure('git: diff-tree answered out of turn')
            continue
        # One colon, one mode and one id for each parent; then those of the commit.
        parts = head.split(b' ')
        sides = len(parts) // 2
        path = next(fields, b'')
        mode = parts[sides - 1]
        if mode != _ABSENT.encode():
            yield number, mode, parts[2 * sides - 1], path


def _stream(arguments: Sequence[str]) -> processes.Popen:
    """Start git where its answers are read as they come."""
    try:
        return processes.stream(
            (_program(), *_OPTIONS, *arguments), environment(os.environ)
        )
    except OSError as error:
        raise Failure(f'git cannot be started: {error.strerror}') from None


def _fields(process: processes.Popen, stdin: bytes) -> Iterator[bytes]:
    """Yield the answers of git, which NUL ends, as they come."""
    import select
    import threading

    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    errors: list[bytes] = []

    def feed(pipe: IO[bytes]) -> None:
        try:
            with pipe:
                pipe.write(stdin)
        except OSError:
            # It ended before it read all; its status says so.
            return

    threads = [
        threading.Thread(target=feed, args=(process.stdin,), daemon=True),
        threading.Thread(
            target=lambda pipe: errors.append(pipe.read()),
            args=(process.stderr,),
            daemon=True,
        ),
    ]
    for thread in threads:
        thread.start()
    limit = limits.seconds()
    left = b''
    try:
        while True:
            if (
                os.name == 'posix'
                and not select.select([process.stdout], [], [], limit)[0]
            ):
                raise Failure(f'git said nothing for {limit:.0f} s and was ended')
            chunk = os.read(process.stdout.fileno(), 1 << 20)
            if not chunk:
                process.wait()
                break
            *whole, left = (left + chunk).split(b'\0')
            yield from whole
    finally:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        process.wait()
        for thread in threads:
            thread.join()
    if process.returncode:
        raise Failure(_said(b''.join(errors), process.returncode))


class Objects:
    """Reads objects one after another from one git, so that one is held at a time."""

    def __init__(self) -> None:
        self.process = _stream(_BATCH)
        self.ends = 0

    def read(self, ids: Sequence[str], limit: int) -> Iterator[tuple[int, bytes]]:
        """Yield size and content of each object, b'' over the limit, -1 if missing."""
        left = list(ids)
        while left:
            some = left[:_ASKED]
            pipe = self.process.stdin
            assert pipe is not None
            try:
                pipe.write(('\n'.join(some) + '\n').encode())
                pipe.flush()
            except BrokenPipeError:
                # It has ended; what it has not answered is asked again.
                pass
            for number, object_id in enumerate(some):
                found = self._answer(object_id, limit)
                if found is None:
                    # A partial clone: git ends where an object would be fetched.
                    yield -1, b''
                    self._again(object_id)
                    some = some[: number + 1]
                    break
                yield found
            left = left[len(some) :]

    def _answer(self, object_id: str, limit: int) -> tuple[int, bytes] | None:
        answers = self.process.stdout
        assert answers is not None
        line = answers.readline()
        if not line:
            return None
        head = line.split(b' ')
        if len(head) != 3:
            if head[1:] != [b'missing\n']:
                raise Failure(f'git: object {object_id[:12]} cannot be read')
            return -1, b''
        with _Reading():
            size = rest = int(head[2])
        content = b''
        if size > limit:
            while rest and (gone := answers.read(min(rest, 1 << 20))):
                rest -= len(gone)
        else:
            content = answers.read(size)
            if len(content) != size:
                raise Failure(f'git: object {object_id[:12]} ended early')
        answers.read(1)
        return size, content

    def _again(self, object_id: str) -> None:
        self.close()
        self.ends += 1
        if self.ends > _ENDS:
            raise Failure(f'git: object {object_id[:12]} {MISSING}')
        self.process = _stream(_BATCH)

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        self.process.wait()


def origins(commits: Iterable[str]) -> dict[str, Origin]:
    """Return who made each commit, and when."""
    return {name: _origin(content) for name, content in blobs(set(commits)).items()}


def _origin(content: bytes) -> Origin:
    import datetime

    head = content.partition(b'\n\n')[0]
    lines = dict(line.partition(b' ')[::2] for line in reversed(head.split(b'\n')))
    author, _, when = lines.get(b'author', b'').rpartition(b'> ')
    seconds, _, zone = _text(when).partition(' ')
    try:
        minutes = int(zone[:3]) * 60 + int(zone[0] + zone[3:])
        at = datetime.datetime.fromtimestamp(
            int(seconds), datetime.timezone(datetime.timedelta(minutes=minutes))
        )
    except (ValueError, OverflowError, OSError, IndexError):
        return Origin(_text(author + b'>'), '')
    return Origin(_text(author + b'>') if author else '', at.isoformat())


def message(content: bytes) -> bytes:
    """Return the message of a commit or a tag, which follows its header."""
    return content.partition(b'\n\n')[2]
