"""hyperscan databases: compiled, stored and loaded again.

Compiling what all rules look for takes a second or two. So it is done when hookline is
built (see prepared.py), and a run compiles only what its rules have beyond that.
"""

from __future__ import annotations

import _thread
import marshal
import os
import sys

from hookline import cache
from hookline.light import TYPE_CHECKING, Any, Callable, NamedTuple, Sequence
from hookline.nouns import Failure

if TYPE_CHECKING:
    import hyperscan

    from hookline import plain

    Database = hyperscan.Database | plain.Database

# Made with the package; not there where hookline runs from sources alone.
PREPARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'prepared')
# Where engines keep databases in what they compile.
_KEYS = ('databases', 'settings', 'encodings')
# Seconds to compile, for each expression. All of ours together take two; one can be
# made to take minutes.
TIME_LIMIT = 0.2
TIME_LIMIT_ALONE = 5.0
# They are of the processor: other work on the machine may take this times as long.
BUSY = 20

SLOW = 'hyperscan is not installed: the secrets check finds the same without, slowly'
# How the words begin that are stored where there is no hyperscan.
PLAIN = b'words '

# Engines load their databases in threads.
_LOCK = _thread.allocate_lock()

# What the engine says of the expression with this number.
Wrong = Callable[[int, str], Failure]


class Part(NamedTuple):
    """A database as it is stored; a tuple of what marshal can store."""

    content: bytes  # hyperscan's; without it, the words of the expressions
    numbers: tuple[int, ...]  # by id: which expression it is, -1 for none of ours
    forms: bytes  # the expressions, packed: read only when the content is no use


def extension() -> Any:
    """Return hyperscan's own extension module; raise ImportError without it.

    The package around it imports typing for the sake of one tuple, which takes eight
    times as long as the extension.
    """
    name = 'hyperscan._hs_ext'
    with _LOCK:
        return sys.modules.get(name) or _loaded(name)


def _loaded(name: str) -> Any:
    spec = _found('hyperscan', None)
    inner = _found(name, spec.submodule_search_locations) if spec else None
    if inner is None or inner.loader is None:
        import hyperscan

        return hyperscan
    module = inner.loader.create_module(inner)
    inner.loader.exec_module(module)
    # So that the package, should it be imported after all, has the same.
    sys.modules[name] = module
    return module


def _found(name: str, path: Any) -> Any:
    """Return the spec of a module, as importlib.util would, without importing that."""
    try:
        specs = (finder.find_spec(name, path) for finder in sys.meta_path)
        return next((spec for spec in specs if spec is not None), None)
    except ImportError:
        # Who needs it imports it, and says so.
        return None


Loaded = list[tuple['Database', tuple[int, ...]]]
_loaded_parts: dict[int, tuple[Sequence[Sequence[Any]], Loaded]] = {}
MAX_LOADED = 8  # a run needs three


def platform_key() -> str:
    """Name what a compiled database depends on: hyperscan's build and the processor.

    Costs no import of hyperscan, for it is part of every look into the cache.
    """
    spec = _found('hyperscan', None)
    places = list(spec.submodule_search_locations or ()) if spec else []
    parts = [sys.platform, f'{sys.version_info[0]}.{sys.version_info[1]}']
    for place in places:
        for name in sorted(os.listdir(place)):
            if name.endswith(('.so', '.pyd', '_version.py')):
                stat = os.stat(os.path.join(place, name))
                parts.append(f'{name}:{stat.st_size}:{stat.st_mtime_ns}')
    name, features = processor()
    return ' '.join((*parts, name, *features))


def machine() -> str:
    """Name the kind of processor, as far as a database depends on it."""
    name, features = processor()
    wide = ('avx2', 'avx512', 'asimd', 'sve')
    return ' '.join(
        (sys.platform, name, *sorted(one for one in features if one.startswith(wide)))
    )


def processor() -> tuple[str, list[str]]:
    """Return the architecture, and the features that the processor says it has."""
    if hasattr(os, 'uname'):
        name = os.uname().machine
    else:
        name = os.environ.get('PROCESSOR_IDENTIFIER', '')
    try:
        with open('/proc/cpuinfo', 'rb') as file:
            head = file.read(8192)
    except OSError:
        head = b''
    for line in head.splitlines():
        if line.startswith((b'flags', b'Features')):
            return name, line.partition(b':')[2].decode('ascii', 'replace').split()
    return name, []


def compile(
    name: str, forms: Sequence[bytes], prefilter: bool, wrong: Wrong
) -> tuple[tuple[Any, ...], ...]:
    """Return databases that find `forms`, the prepared one called `name` if it helps.

    With `prefilter`, lookarounds in them may count as nothing: a match too many.
    Raises what `wrong` makes of an expression that hyperscan refuses, or needs too
    long for.
    """
    parts: list[tuple[Any, ...]] = []
    rest = list(range(len(forms)))
    known = prepared(name, prefilter)
    if known:
        places: dict[bytes, list[int]] = {}
        for place, form in enumerate(marshal.loads(known.forms)):
            places.setdefault(form, []).append(place)
        numbers = [-1] * len(known.numbers)
        for number, form in enumerate(forms):
            if places.get(form):
                numbers[places[form].pop()] = number
                rest.remove(number)
        # A database that is mostly of rules that are off costs more than it spares.
        if 2 * numbers.count(-1) <= len(numbers):
            parts.append(tuple(known._replace(numbers=tuple(numbers))))
        else:
            rest = list(range(len(forms)))
    if rest:
        parts.append(tuple(_compiled(forms, rest, prefilter, wrong)))
    return tuple(parts)


def detached(compiled: Any) -> tuple[Any, list[bytes]]:
    """Return what an engine made without its databases' contents, and these."""
    held: list[bytes] = []
    if not isinstance(compiled, dict):
        return compiled, held
    rest = dict(compiled)
    for key in _KEYS:
        if key in rest:
            held += [content for content, *_ in rest[key]]
            rest[key] = tuple((b'', *more) for _, *more in rest[key])
    return rest, held


def attached(compiled: Any, held: Sequence[bytes]) -> Any:
    """Return what detached() was given."""
    if held:
        contents = iter(held)
        for key in _KEYS:
            if key in compiled:
                compiled[key] = tuple((next(contents), *x[1:]) for x in compiled[key])
    return compiled


def load(parts: Sequence[Sequence[Any]], prefilter: bool) -> Loaded:
    """Return stored databases, each with a scratch, and what their ids mean.

    The same `parts` are loaded once: one thread at a time may scan with them.
    """
    known = _loaded_parts.get(id(parts))
    if known is not None:
        return known[1]
    found: Loaded = []
    engine = extension() if fast() else None
    for content, numbers, forms in parts:
        if engine is None:
            found.append((_plain(content, forms), numbers))
            continue
        try:
            database = engine.loadb(content, engine.HS_MODE_BLOCK)
        except engine.error:
            # Made by another build or for another processor: a second, not a miss.
            database = _database(marshal.loads(forms), prefilter)
        # Two threads must not share a scratch.
        database.scratch = engine.Scratch(database)
        found.append((database, numbers))
    if len(_loaded_parts) >= MAX_LOADED:
        _loaded_parts.clear()
    # With the parts, so that their id stays theirs.
    _loaded_parts[id(parts)] = parts, found
    return found


def fast() -> bool:
    """Say whether hyperscan is there; what takes its place is far slower."""
    try:
        return bool(extension())
    except ImportError:
        return False


def _plain(content: bytes, forms: bytes) -> plain.Database:
    from hookline import plain

    own: list[bytes] = marshal.loads(forms)
    known = content.startswith(PLAIN)
    words = marshal.loads(content[len(PLAIN) :]) if known else plain.words(own)
    return plain.Database(own, words)


def prepared(name: str, prefilter: bool) -> Part | None:
    """Return the database that was made when hookline was built, if it fits."""
    if not fast():
        return None
    value = cache.load(PREPARED, f'{name}-database', _signature(prefilter))
    return None if value is None else Part._make(value)


def prepare(
    directory: str, name: str, forms: Sequence[bytes], prefilter: bool, wrong: Wrong
) -> None:
    """Write the database of `forms` for prepared()."""
    made = _compiled(forms, range(len(forms)), prefilter, wrong)
    cache.store(directory, f'{name}-database', _signature(prefilter), tuple(made))


def _signature(prefilter: bool) -> bytes:
    from hyperscan._version import __version__

    return f'{__version__} {machine()} {prefilter}'.encode()


def _compiled(
    forms: Sequence[bytes], numbers: Sequence[int], prefilter: bool, wrong: Wrong
) -> Part:
    chosen = tuple(forms[number] for number in numbers)
    if not fast():
        from hookline import plain

        words = PLAIN + marshal.dumps(plain.words(chosen))
        return Part(words, tuple(numbers), marshal.dumps(chosen))
    engine = extension()
    limit = TIME_LIMIT_ALONE + TIME_LIMIT * len(chosen)
    content = _within(limit, chosen, prefilter)
    if isinstance(content, bytes):
        return Part(content, tuple(numbers), marshal.dumps(chosen))
    # All at once says nothing of which; alone, each names itself.
    for number, form in zip(numbers, chosen, strict=True):
        alone = _within(TIME_LIMIT_ALONE, (form,), prefilter)
        if alone is None:
            raise wrong(
                number,
                f'hyperscan needs over {TIME_LIMIT_ALONE:.0f} s to compile it; '
                'use fewer or shorter counted repeats',
            )
        if isinstance(alone, engine.error):
            raise wrong(number, f'hyperscan cannot use it: {alone}')
    raise Failure('the secret patterns do not fit into one hyperscan database')


def _within(seconds: float, forms: Sequence[bytes], prefilter: bool) -> Any:
    """Return the database, hyperscan's error, or None when the time was not enough."""
    import threading
    import time

    engine = extension()
    made: list[Any] = []

    def work() -> None:
        try:
            made.append(engine.dumpb(_database(forms, prefilter)))
        except engine.error as error:
            made.append(error)

    # hyperscan lets Python run meanwhile, and cannot be stopped: a thread that is not
    # done in time is left behind, and ends with the process.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    begun, spent = time.monotonic(), time.process_time()
    while thread.is_alive() and time.process_time() - spent < seconds:
        if time.monotonic() - begun > seconds * BUSY:
            break
        thread.join(0.02)
    return made[0] if made else None


def _database(forms: Sequence[bytes], prefilter: bool) -> hyperscan.Database:
    engine = extension()
    database: hyperscan.Database = engine.Database(mode=engine.HS_MODE_BLOCK)
    database.compile(
        expressions=list(forms),
        ids=list(range(len(forms))),
        flags=engine.HS_FLAG_PREFILTER if prefilter else 0,
    )
    return database
