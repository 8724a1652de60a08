"""`hookline hook`: what the manifest's entries call, at commit, push and in CI.

Its arguments are parsed by hand: argparse costs more than all of git, and a file called
--help must be scanned and not obeyed.
"""

from __future__ import annotations

import os
import sys
import time

from hookline import cache, checks, git, lazyre, packs, rulebook, sources
from hookline.commands import output
from hookline.light import TYPE_CHECKING, NamedTuple, Sequence
from hookline.nouns import CHECKS, Failure

if TYPE_CHECKING:
    from hookline.baseline import Baseline

NAMES = (*CHECKS, 'all', 'push')
USAGE = """\
usage: hookline hook {secrets|code|docker|all|push} [option…] FILE…

After the first name nothing is an option, and a tracked path is always a name.
With names, at a commit: what the index holds, compared with what the commit replaces.
With names otherwise: the files as they lie there, all findings.
With --from-ref and --to-ref (or PRE_COMMIT_FROM_REF, PRE_COMMIT_TO_REF): the commits
between them. `push`: the commits that the remote does not have.

  --rules DIR       one more rules directory; may be given again
  --policy-from REF read .hookline from that commit; with --from-ref that is the
                    default, otherwise the worktree's counts
  --format FORMAT   text, json, sarif, github or gitlab
  --output FILE     write the report to a file
  --color WHEN      auto, always or never
  --from-ref REF, --to-ref REF
  --no-cache        compile the rules anew
  --verbose         say what was dropped, and why
"""
VALUED = (
    *('--rules', '--policy-from', '--format', '--output', '--color'),
    *('--from-ref', '--to-ref'),
)
FLAGS = ('--no-cache', '--verbose', '-v')


class Asked(NamedTuple):
    """The arguments, read."""

    checks: tuple[str, ...]
    push: bool
    names: tuple[str, ...]  # as given, relative to the current directory
    rules: tuple[str, ...]
    style: output.Style
    old: str
    new: str
    policy_from: str
    cache: bool


def main(arguments: Sequence[str]) -> int:
    if list(arguments) in ([], ['--help'], ['-h']):
        sys.stdout.write(USAGE)
        return 0 if arguments else 2
    asked = parse(arguments)
    refs = bool(asked.push or asked.new)
    home = cache.directory() if asked.cache else ''
    lazyre.use(home)
    opening = git.begin(staged=not refs, folder=home)
    if 'secrets' in asked.checks:
        # Imported while git works: the two together take as long as the slower one.
        checks.preload()
    repo = git.repository(opening)

    from hookline import library, policy, scan

    span = _span(asked) if refs else None
    judged_by = asked.policy_from
    if span is not None and not asked.push:
        # In CI, where a change must not let itself through.
        judged_by = judged_by or ''.join(span.without[:1])
    own = policy_directory(repo.top, judged_by)
    shelf = library.Library(layers(own, named_layers(asked.rules), home), home)
    rules = shelf.policy()
    today = time.strftime('%Y-%m-%d')

    def excluded(path: str) -> str:
        return policy.excluded(path, rules, today) if rules['exclude'] else ''

    names = () if asked.push else from_top(asked.names, repo)
    if refs:
        batches = (
            sources.commits(span, names, asked.checks, excluded) if span else iter(())
        )
    else:
        staged = git.staged(opening, repo)
        commit = not names or sources.is_commit(names, staged, repo, os.environ)
        wanted = [staged[x] for x in names or staged if x in staged] if commit else []
        git.ahead(opening, wanted)
        if wanted and 'secrets' in asked.checks:
            checks.warm(shelf)
        if commit:
            batches = sources.commit(names, staged, repo, asked.checks, excluded)
        else:
            batches = sources.names_of_files(names, repo, asked.checks, excluded)
    options = scan.Options(
        checks=asked.checks,
        root=repo.top,
        today=today,
        jobs=scan.cores(),
        cache=home,
        baseline=accepted(own),
        verbose=asked.style.verbose,
    )
    report = scan.run(batches, options, shelf)
    if refs:
        from hookline.commands import policychange

        report = policychange.noted(report, span, judged_by)
    status = output.emit(report, shelf, asked.style)
    lazyre.keep()
    return status


def parse(arguments: Sequence[str]) -> Asked:
    """Read the arguments; raise Failure for what is neither an option nor a path."""
    name, *rest = arguments
    if name not in NAMES:
        raise Failure(f'hook {name}: expected one of {", ".join(NAMES)}')
    values: dict[str, list[str]] = {}
    at = 0
    while at < len(rest):
        argument = rest[at]
        if not argument.startswith('-') or argument == '-':
            break
        key, equals, value = argument.partition('=')
        known = key in VALUED or (argument in FLAGS)
        tracked = _tracked(argument)
        if tracked and known:
            raise Failure(
                f'{argument} is both an option and a tracked file; '
                f'name the file ./{argument}'
            )
        if tracked:
            break
        if not known:
            raise Failure(f'{argument}: neither an option nor a tracked file')
        at += 1
        if key in VALUED and not equals:
            if at == len(rest):
                raise Failure(f'{key}: its value is missing')
            value = rest[at]
            at += 1
        values.setdefault(key, []).append(value)
    return _asked(name, values, rest[at:])


def _asked(name: str, values: dict[str, list[str]], names: Sequence[str]) -> Asked:
    def last(key: str, default: str) -> str:
        return values.get(key, [default])[-1]

    style = output.Style(
        last('--format', 'text'),
        last('--output', ''),
        last('--color', 'auto'),
        '--verbose' in values or '-v' in values,
    )
    if style.format not in output.FORMATS:
        raise Failure(f'--format: expected one of {", ".join(output.FORMATS)}')
    if style.color not in ('auto', 'always', 'never'):
        raise Failure('--color: expected auto, always or never')
    environ = os.environ
    old = last('--from-ref', environ.get('PRE_COMMIT_FROM_REF', ''))
    new = last('--to-ref', environ.get('PRE_COMMIT_TO_REF', ''))
    # prek names only the new end when the remote has nothing of a branch yet.
    if (old and not new) or ('--to-ref' in values and not old):
        raise Failure('--from-ref and --to-ref go together')
    # Code is left to CI: a push of many commits must not wait for it.
    several = {'all': CHECKS, 'push': ('secrets', 'docker')}
    return Asked(
        checks=several.get(name, (name,)),
        push=name == 'push',
        names=tuple(names),
        rules=tuple(values.get('--rules', ())),
        style=style,
        old=old,
        new=new,
        policy_from=last('--policy-from', ''),
        cache='--no-cache' not in values,
    )


def _tracked(name: str) -> bool:
    try:
        return bool(git.index((name,)))
    except Failure:
        return False


def _span(asked: Asked) -> sources.Range | None:
    """Return the commits to read; None when a push brings none."""
    remote = os.environ.get('PRE_COMMIT_REMOTE_NAME', '')
    # A push names its remote; two refs without one were given by hand.
    if asked.old and not _is_zero(asked.old) and not (asked.push and remote):
        return sources.from_refs(asked.old, asked.new)
    if not remote:
        # As git calls a hook: pre-push REMOTE URL.
        known = git.remotes()
        given = asked.names[:1] if asked.push else ()
        remote = given[0] if given else known[0] if len(known) == 1 else ''
    if not asked.push:
        return sources.to_push(remote, (asked.new,)) if remote else _all_of(asked.new)
    tips = _pushed()
    if tips is None:
        # pre-commit tells of the first branch of a push only, so every branch and tag
        # is read that the remote does not have.
        named = () if _is_zero(asked.new) else (asked.new or 'HEAD',)
        tips = (*named, *git.local_tips())
    if not tips:
        return None
    return sources.to_push(remote, tips) if remote else _all_of(*tips)


def _all_of(*tips: str) -> sources.Range:
    first, *others = (git.resolve(tip) for tip in tips)
    return sources.Range(first, (), tuple(others))


def _is_zero(name: str) -> bool:
    """Say whether this is git's name for nothing, in SHA-1 or SHA-256."""
    return bool(name) and not name.strip('0')


def _pushed() -> tuple[str, ...] | None:
    """Return the commits that git says it pushes; None where it does not say.

    On standard input: local ref, local id, remote ref, remote id, a line for each ref.
    """
    import select
    from stat import S_ISFIFO, S_ISSOCK

    if sys.stdin is None or os.environ.get('PRE_COMMIT'):
        return None
    try:
        mode = os.fstat(0).st_mode
        if not (S_ISFIFO(mode) or S_ISSOCK(mode)):
            return None
        # git writes at once; a pipe that nobody writes to is not git's.
        if not select.select([0], [], [], 1.0)[0]:
            return None
        with open(0, 'rb', closefd=False) as file:
            rows = [line.split() for line in file.read().splitlines()]
    except OSError:
        return None
    if not rows or any(len(row) != 4 for row in rows):
        return None
    ids = [row[1].decode('ascii', 'replace') for row in rows]
    return tuple(dict.fromkeys(name for name in ids if not _is_zero(name)))


def policy_directory(top: str, revision: str = '') -> str:
    """Return the repository's rules directory, as it lies there or as of a commit."""
    if not revision:
        return os.path.join(top, rulebook.OWN)
    import atexit
    import shutil
    import tempfile

    files = git.files_at(git.resolve(revision), rulebook.OWN, rulebook.LISTED)
    folder = tempfile.mkdtemp(prefix='hookline-')
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, content in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'xb') as file:
            file.write(content)
    return os.path.join(folder, rulebook.OWN)


def named_layers(paths: Sequence[str]) -> list[rulebook.Layer]:
    """Return the layers of --rules, which are relative to the current directory."""
    return [rulebook.Layer(os.path.abspath(path), path) for path in paths]


def layers(
    own: str, more: Sequence[rulebook.Layer], home: str = ''
) -> list[rulebook.Layer]:
    """Return the rules directories: ours, packs, the repository's, those named."""
    found = [rulebook.builtin(), *packs.installed(home)]
    if os.path.islink(own):
        raise Failure('.hookline: is a link; the policy must lie in the repository')
    if os.path.isdir(own):
        found.append(rulebook.Layer(own, rulebook.OWN, may_be_empty=True))
    elif os.path.lexists(own):
        raise Failure('.hookline: is not a directory')
    return [*found, *more]


def accepted(own: str) -> Baseline | None:
    """Return what the repository accepts, by hookline's list and detect-secrets'."""
    content = _content(os.path.join(own, 'baseline.json'), '.hookline/baseline.json')
    listed = _content(
        os.path.join(os.path.dirname(own), rulebook.LISTED), rulebook.LISTED
    )
    if content is None and listed is None:
        return None
    from hookline import baseline

    found = baseline.EMPTY if content is None else baseline.read(content)
    if listed is None:
        return found
    from hookline import foreignbaseline

    return found._replace(listed=foreignbaseline.read(listed))


def _content(path: str, name: str) -> bytes | None:
    """Return what lies there; a link or a FIFO is not followed, nor waited for."""
    flags = os.O_RDONLY | getattr(os, 'O_NOFOLLOW', 0) | getattr(os, 'O_NONBLOCK', 0)
    try:
        with open(os.open(path, flags | getattr(os, 'O_BINARY', 0)), 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failure(f'{name}: {error.strerror}') from None


def from_top(names: Sequence[str], repo: git.Repository) -> tuple[str, ...]:
    """Return names as git has them, from the top of the repository."""
    found: dict[str, None] = {}
    for name in names:
        if not name:
            raise Failure('an empty name names no file')
        if os.path.isabs(name):
            folder = os.path.realpath(os.path.dirname(name))
            real = os.path.join(folder, os.path.basename(name))
            path = os.path.relpath(real, os.path.realpath(repo.top))
        else:
            path = os.path.normpath(repo.prefix + name)
        if path == '..' or path.startswith(f'..{os.sep}'):
            raise Failure(f'{name}: is outside of the repository')
        found[path.replace(os.sep, '/')] = None
    return tuple(found)
