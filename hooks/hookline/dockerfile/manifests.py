"""Images outside of Dockerfiles: compose, bake, devcontainer, CI, Kubernetes.

What kind a file is, its content says as well as its name. Never raises; what cannot
be read is one note, and the rest is judged.
"""

from __future__ import annotations

from hookline import lazyre as re
from hookline.dockerfile import names, tree, variables
from hookline.dockerfile.tree import TEMPLATE, Node
from hookline.dockerfile.variables import Value
from hookline.light import Callable, Iterator, Mapping, NamedTuple, Sequence

_CONTEXT = re.compile(r'docker-image://([^\s"\',]+)')
_DIRECT = 'docker://'
# A build argument of such a name holds an image; of such an ending, a part of one.
_BASE = re.compile(
    r'(?i)(?:^|_)(?:base_?image|image|base|from|builder|runtime|parent)(?:_|$)'
)
_PART = re.compile(
    r'(?i)(?:tag|version|digest|sha|dir|path|url|uri|id|repo|repository|registry'
    r'|platform|title|prefix|suffix|user|group|port|type|arch|os|date|label)s?$'
)
_MATRIX_VALUES = 50
_MAX_INHERITED = 100
_STEP = 4096  # characters
_KUBERNETES_LISTS = ('containers', 'initContainers', 'ephemeralContainers')
# Groups of resources that hold policies about images.
_POLICIES = ('kyverno.io', 'gatekeeper.sh', 'kubewarden.io', 'sigstore.dev')
_GITLAB_KEYS = frozenset(
    (
        *('stages', 'default', 'include', 'workflow', 'variables', 'image'),
        *('services', 'cache', 'before_script', 'after_script', 'pages', 'spec'),
    )
)


class Named(NamedTuple):
    """One place that names an image."""

    key: str  # 'image', 'services', 'uses' …
    written: str
    value: Value
    start: int  # bytes, half-open
    end: int
    soft: bool = False  # a variable without value is ordinary here
    guess: bool = False  # may be something else than an image


class Inline(NamedTuple):
    """A Dockerfile inside of another file."""

    content: bytes
    spans: Sequence[tuple[int, int]]  # bytes of the outer file, for each line
    args: Mapping[str, str]


class Argument(NamedTuple):
    """A value that a build is given."""

    name: str
    value: str
    start: int
    end: int


class Build(NamedTuple):
    """A build of a Dockerfile that lies elsewhere."""

    dockerfile: str  # path from the top
    args: tuple[Argument, ...]


class Manifest(NamedTuple):
    kind: str
    named: tuple[Named, ...] = ()
    inlines: tuple[Inline, ...] = ()
    builds: tuple[Build, ...] = ()
    problem: str = ''
    at: tuple[int, int] = (0, 0)


def read(path: str, content: bytes, args: Mapping[str, str]) -> list[Manifest]:
    """Return what each document of a file names; `args` are values that CI gives."""
    text, encoding, mark = tree.text_of(content)
    if path.lower().endswith('.json'):
        found = tree.read_json(text)
    elif path.lower().endswith('.hcl'):
        from hookline.dockerfile import hcl

        found = hcl.read(text)
    else:
        found = tree.read_yaml(text)
    places = _Places(text, encoding, mark)
    by_name = names.manifest(path)
    read_: list[Manifest] = []
    if by_name == 'gitlab':
        args = {**dict(_inputs(found.documents)), **args}
    for document in found.documents:
        kind = _kind(document, by_name)
        if kind:
            reader = _Reader(path, kind, document, places, args)
            read_.append(reader.read())
    kind = read_[0].kind if read_ else by_name or _kind_of_text(text)
    if kind and (found.problem or found.loose):
        loose = [
            Named('image', n.text, _templated(n.text), *places.of(n), soft=True)
            for n in found.loose
        ]
        line = places.line(found.at)
        read_.append(Manifest(kind, tuple(loose), (), (), found.problem, line))
    return read_


def _inputs(documents: Sequence[Node]) -> Iterator[tuple[str, str]]:
    """Yield the defaults of what a GitLab pipeline or component is given."""
    for document in documents:
        for name, given in tree.members(tree.get(document, 'spec', 'inputs')):
            default = tree.text(tree.get(given, 'default'))
            if default:
                yield f'inputs.{name}', default


def _templated(text: str) -> Value:
    value = re.sub(r'\$?\{\{.*?(?:\}\}|$)', TEMPLATE, text)
    found = variables.plain(value, {})
    unset = ('a template',) if value != text else ()
    return found._replace(unset=(*found.unset, *unset))


def _kind(document: Node, by_name: str) -> str:
    if document.kind != 'map':
        return ''
    keys = dict(tree.members(document))
    if 'apiVersion' in keys and 'kind' in keys:
        return 'kubernetes'
    if by_name:
        return by_name
    jobs, runs = keys.get('jobs'), keys.get('runs')
    if jobs is not None and any(
        tree.get(job, 'runs-on') or tree.get(job, 'steps')
        for _, job in tree.members(jobs)
    ):
        return 'actions'
    if tree.get(runs, 'using'):
        return 'actions'
    if any(
        tree.get(service, 'image') or tree.get(service, 'build')
        for _, service in tree.members(keys.get('services'))
    ):
        return 'compose'
    for target in keys.get('target'), keys.get('group'):
        if target is not None and target.kind == 'map' and 'services' not in keys:
            return 'bake'
    staged = 'stages' in keys
    if any(
        tree.get(job, 'script') and (staged or tree.get(job, 'stage'))
        for name, job in keys.items()
        if name not in _GITLAB_KEYS
    ):
        return 'gitlab'
    return ''


def _kind_of_text(text: str) -> str:
    for pattern, kind in (
        (r'(?m)^apiVersion:[\s\S]*?^kind:|^kind:[\s\S]*?^apiVersion:', 'kubernetes'),
        (r'(?m)^services:', 'compose'),
        (r'(?m)^jobs:', 'actions'),
    ):
        if re.search(pattern, text):
            return kind
    return ''


class _Places:
    """Bytes of the file for characters of its text."""

    def __init__(self, text: str, encoding: str, mark: int) -> None:
        self.text = text
        self.encoding = encoding
        self.mark = mark
        self.ascii = text.isascii() and not encoding.startswith('utf-16')
        self.steps: list[int] = []

    def byte(self, at: int) -> int:
        if self.ascii:
            return at + self.mark
        if not self.steps:
            # Counted once: a large file asks for thousands of places.
            total = self.mark
            for start in range(0, len(self.text) + 1, _STEP):
                self.steps.append(total)
                total += len(self.text[start : start + _STEP].encode(self.encoding))
        step = at // _STEP
        part = self.text[step * _STEP : at]
        return self.steps[step] + len(part.encode(self.encoding))

    def of(self, node: Node) -> tuple[int, int]:
        end = max(node.start, min(node.end, len(self.text)))
        # A block's end is the start of what follows it.
        end = node.start + len(self.text[node.start : end].rstrip())
        return self.byte(node.start), self.byte(end)

    def line(self, at: int) -> tuple[int, int]:
        start = self.text.rfind('\n', 0, at) + 1
        end = self.text.find('\n', at)
        return self.byte(start), self.byte(end if end >= 0 else len(self.text))

    def lines_of(self, node: Node, count: int) -> list[tuple[int, int]]:
        """Return where the lines of a text stand: of a block, each by itself."""
        if node.style != '|':
            return [self.of(node)] * count
        at = self.text.find('\n', node.start) + 1
        found = []
        for _ in range(count):
            found.append(self.line(min(at, max(len(self.text) - 1, 0))))
            following = self.text.find('\n', at)
            at = following + 1 if following >= 0 else len(self.text)
        return found


class _Reader:
    """What one document names."""

    def __init__(
        self,
        path: str,
        kind: str,
        document: Node,
        places: _Places,
        args: Mapping[str, str],
    ) -> None:
        self.path = path
        self.kind = kind
        self.document = document
        self.places = places
        self.args = args
        self.found: dict[tuple[int, str], Named] = {}
        self.seen: set[int] = set()
        self.inlines: list[Inline] = []
        self.builds: list[Build] = []
        self.replace: Callable[[str, Mapping[str, str]], Value] = {
            'compose': variables.shell,
            'gitlab': variables.gitlab,
            'bake': variables.hcl,
            'devcontainer': variables.container,
        }.get(kind, variables.plain)

    def read(self) -> Manifest:
        getattr(self, f'_{self.kind}')()
        if 'docker-image://' in self.places.text:
            self._contexts()
        return Manifest(
            self.kind,
            tuple(self.found.values()),
            tuple(self.inlines),
            tuple(self.builds),
        )

    def once(self, node: Node | None) -> bool:
        """Say whether a node is met for the first time: aliases lead to it again."""
        if node is None or id(node) in self.seen:
            return False
        self.seen.add(id(node))
        return True

    def add(
        self,
        key: str,
        node: Node | None,
        values: Sequence[Value] | None = None,
        *,
        env: Mapping[str, str] | None = None,
        soft: bool = False,
        guess: bool = False,
        strip: str = '',
    ) -> None:
        if node is None or node.kind != 'text' or not node.text.strip():
            return
        if not node.style and node.text in ('null', '~'):
            return
        raw = self.places.text[node.start : node.end].strip().strip('"\'')
        written = raw if node.style != '|' and '\n' not in raw else node.text.strip()
        text = node.text.strip()
        if values is None:
            values = [self.replace(text, self.args if env is None else env)]
        for value in values:
            if TEMPLATE in node.text:
                value = value._replace(unset=(*value.unset, 'a template'))
                soft = True
            value = value._replace(text=value.text.removeprefix(strip))
            place = self.places.of(node)
            named = Named(key, written, value, *place, soft, guess)
            self.found.setdefault((node.start, value.text), named)

    # Compose ------------------------------------------------------------------------

    def _compose(self) -> None:
        services = list(tree.members(tree.get(self.document, 'services')))
        # `image` beside `build` is the name of what is built, here and elsewhere.
        built = {
            tree.text(tree.get(service, 'image'))
            for _, service in services
            if tree.get(service, 'build')
        }
        for _, service in services:
            build = tree.get(service, 'build')
            image = tree.get(service, 'image')
            if build is None and tree.text(image) not in built:
                self.add('image', image)
            for volume in tree.items(tree.get(service, 'volumes')):
                if tree.text(tree.get(volume, 'type')) == 'image':
                    self.add('source', tree.get(volume, 'source'))
            if build is not None:
                self._build(
                    tree.text(build) or tree.text(tree.get(build, 'context')) or '.',
                    tree.text(tree.get(build, 'dockerfile')) or 'Dockerfile',
                    tree.get(build, 'dockerfile_inline'),
                    tree.get(build, 'args'),
                )

    def _build(
        self,
        context: str,
        dockerfile: str,
        inline: Node | None,
        arguments: Node | None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        env = self.args if env is None else env
        pairs = list(self._arguments(arguments, env))
        given = {pair.name: pair.value for pair in pairs if TEMPLATE not in pair.value}
        if not self.once(inline) and inline is not None:
            return
        if inline is not None and inline.kind == 'text' and inline.text.strip():
            value = self.replace(inline.text, env).text if '$' in inline.text else ''
            content = (value or inline.text).replace(TEMPLATE, '')
            count = content.count('\n') + 1
            spans = self.places.lines_of(inline, count)
            body = content.encode('utf-8', 'surrogateescape')
            self.inlines.append(Inline(body, spans, {**self.args, **given}))
        elif pairs and '://' not in context:
            folder = self.path.rpartition('/')[0]
            path = _joined(folder, self.replace(context, env).text, dockerfile)
            self.builds.append(Build(path, tuple(pairs)))
        if not inline or inline.kind != 'text':
            self._guess(arguments, env)

    def _arguments(
        self, node: Node | None, env: Mapping[str, str]
    ) -> Iterator[Argument]:
        for name, value in tree.members(node):
            if value.kind == 'text':
                yield Argument(name, self._valued(value, env), *self.places.of(value))
        for item in tree.items(node):
            name, equals, _ = tree.text(item).partition('=')
            if equals:
                text = self._valued(item, env).partition('=')[2]
                yield Argument(name, text, *self.places.of(item))

    def _valued(self, node: Node, env: Mapping[str, str]) -> str:
        if node.style == 'name':  # a variable of HCL
            return env.get(node.text, TEMPLATE)
        return self.replace(node.text, env).text

    def _guess(self, node: Node | None, env: Mapping[str, str]) -> None:
        """Take a build argument for an image, if it is called so and looks so."""
        for argument in self._arguments(node, env):
            name, text = argument.name, argument.value
            if not _BASE.search(name) or _PART.search(name) or TEMPLATE in text:
                continue
            if 'image' not in name.lower() and not re.search(r'[:@/]', text):
                continue
            if name.lower().endswith('name') and not re.search(r'[:@/]', text):
                continue
            place = argument.start, argument.end
            named = Named(f'args {name}', text, Value(text), *place, guess=True)
            self.found.setdefault((place[0], text), named)

    def _contexts(self) -> None:
        env = self._bake_variables() if self.kind == 'bake' else self.args
        self._contexts_of(self.document, env)

    def _contexts_of(
        self, top: Node, env: Mapping[str, str], *, whole: bool = False
    ) -> None:
        """Take every `docker-image://` below; `whole`: only where all has a value."""
        known = {start for start, _ in self.found}
        for node in tree.walk(top):
            if node.kind != 'text' or 'docker-image://' not in node.text:
                continue
            for match in _CONTEXT.finditer(node.text):
                values = [self.replace(match[1], env)]
                if self.kind == 'actions':
                    values = [_templated(match[1])]
                at = self.places.text.find(match.group(), node.start, node.end)
                part = Node('text', at, at + len(match.group()), match.group())
                place = part if at >= 0 else node
                if TEMPLATE in values[0].text and (whole or place.start in known):
                    continue
                soft = self.kind in ('actions', 'gitlab')
                self.add('', place, values, soft=soft)

    # Bake ---------------------------------------------------------------------------

    def _bake_variables(self) -> dict[str, str]:
        found = dict(self.args)
        for name, variable in tree.members(tree.get(self.document, 'variable')):
            default = tree.get(variable, 'default')
            if default is not None and default.kind == 'text':
                # default = OTHER
                bare = default.style == 'name'
                text = f'${{{default.text}}}' if bare else default.text
                found.setdefault(name, text)
        return variables.settled(found, variables.hcl)

    def _bake(self) -> None:
        env = self._bake_variables()
        targets = tree.get(self.document, 'target')
        for name, target in tree.members(targets):
            line = self._inherited(name, targets)
            whole = Node('map', target.start, target.end, pairs=_merged(line, ''))
            arguments = _merged(line, 'args')
            self._build(
                tree.text(tree.get(whole, 'context')) or '.',
                tree.text(tree.get(whole, 'dockerfile')) or 'Dockerfile',
                tree.get(whole, 'dockerfile-inline'),
                Node('map', target.start, target.end, pairs=arguments),
                env,
            )
            matrix = tree.get(target, 'matrix')
            for key, values in tree.members(matrix) if self.once(matrix) else ():
                for value in tree.items(values)[:_MATRIX_VALUES]:
                    if value.kind == 'text':
                        self._contexts_of(target, {**env, key: value.text}, whole=True)
        if tree.get(self.document, 'services'):
            self._compose()

    def _inherited(self, name: str, targets: Node | None) -> list[Node]:
        """Return a target and what it inherits from, what beats the others last."""
        found: dict[str, Node] = {}
        pending = [name]
        while pending and len(found) < _MAX_INHERITED:
            name = pending.pop(0)
            target = tree.get(targets, name)
            if target is not None and name not in found:
                found[name] = target
                above = [tree.text(i) for i in tree.items(tree.get(target, 'inherits'))]
                pending[:0] = reversed(above)
        return list(reversed(found.values()))

    # Devcontainer -------------------------------------------------------------------

    def _devcontainer(self) -> None:
        self.add('image', tree.get(self.document, 'image'))
        build = tree.get(self.document, 'build')
        self._build(
            tree.text(tree.get(build, 'context')) or '.',
            tree.text(tree.get(build, 'dockerfile'))
            or tree.text(tree.get(self.document, 'dockerFile'))
            or 'Dockerfile',
            None,
            tree.get(build, 'args'),
        )

    # CI -----------------------------------------------------------------------------

    def _actions(self) -> None:
        for _, job in tree.members(tree.get(self.document, 'jobs')):
            lookup = variables.contexts(self.document, job)
            container = tree.get(job, 'container')
            self._action('container', container, lookup)
            self._action('image', tree.get(container, 'image'), lookup)
            services = tree.get(job, 'services')
            for _, service in tree.members(services) if self.once(services) else ():
                self._action('image', tree.get(service, 'image'), lookup)
            self._steps(tree.get(job, 'steps'), lookup)
        lookup = variables.contexts(self.document, None)
        runs = tree.get(self.document, 'runs')
        self._steps(tree.get(runs, 'steps'), lookup)
        image = tree.get(runs, 'image')
        if tree.text(image).startswith(_DIRECT):
            self._action('image', image, lookup)

    def _steps(self, steps: Node | None, lookup: Callable[[str], list[str]]) -> None:
        if not self.once(steps):
            return
        for step in tree.items(steps):
            uses = tree.get(step, 'uses')
            if tree.text(uses).startswith(_DIRECT):
                self._action('uses', uses, lookup)

    def _action(
        self, key: str, node: Node | None, lookup: Callable[[str], list[str]]
    ) -> None:
        text = tree.text(node).strip()
        if text:
            values = variables.actions(text, lookup)
            self.add(key, node, values, soft=True, strip=_DIRECT)

    def _gitlab(self) -> None:
        own = dict(self._gitlab_variables(self.document))
        own.update(self.args)
        self._gitlab_job(self.document, own)
        for name, job in tree.members(self.document):
            if job.kind == 'map' and name not in ('variables', 'image', 'services'):
                self._gitlab_job(job, {**own, **dict(self._gitlab_variables(job))})

    def _gitlab_variables(self, node: Node) -> Iterator[tuple[str, str]]:
        for name, value in tree.members(tree.get(node, 'variables')):
            text = tree.text(value) or tree.text(tree.get(value, 'value'))
            if text:
                yield name, text

    def _gitlab_job(self, job: Node, texts: Mapping[str, str]) -> None:
        rows = variables.matrix(tree.get(job, 'parallel', 'matrix'))
        envs = [variables.settled({**texts, **row}, self.replace) for row in rows]
        image = tree.get(job, 'image')
        named = [('image', node) for node in (image, tree.get(image, 'name'))]
        services = tree.get(job, 'services')
        for service in tree.items(services) if self.once(services) else ():
            named += [
                ('services', node) for node in (service, tree.get(service, 'name'))
            ]
        for key, node in named:
            text = tree.text(node).strip()
            if text:
                values = [self.replace(text, env) for env in envs]
                self.add(key, node, values, soft=True)

    # Kubernetes ---------------------------------------------------------------------

    def _kubernetes(self) -> None:
        group = tree.text(tree.get(self.document, 'apiVersion')).rpartition('/')[0]
        if group.endswith(_POLICIES):
            return  # patterns of images, and no images
        pipeline = group in ('tekton.dev', 'argoproj.io')
        for image in tree.items(tree.get(self.document, 'images')):
            self._kustomized(image)
        for node in tree.walk(self.document):
            if node.kind != 'map':
                continue
            # Not looked through: what is merged in is walked over where it stands.
            for key_node, value in node.pairs:
                key = key_node.text
                if key in _KUBERNETES_LISTS or (
                    pipeline and key in ('steps', 'sidecars')
                ):
                    for container in tree.items(value) if self.once(value) else ():
                        self.add('image', tree.get(container, 'image'))
                elif key == 'volumes':
                    for volume in tree.items(value) if self.once(value) else ():
                        reference = tree.get(volume, 'image', 'reference')
                        self.add('reference', reference)
                elif pipeline and key in ('container', 'script', 'stepTemplate'):
                    self.add('image', tree.get(value, 'image'))
                elif key == 'spec' and _is_own(tree.text(tree.get(node, 'apiVersion'))):
                    self._custom(value)

    def _custom(self, spec: Node) -> None:
        """Take `image` of a custom resource, where the value looks like one."""
        for node in tree.walk(spec):
            for key, value in node.pairs if node.kind == 'map' else ():
                if key.text == 'image' and re.search(r'[:@/]', tree.text(value)):
                    self.add('image', value, guess=True)

    def _kustomized(self, image: Node) -> None:
        """Take what kustomize puts in the place of an image."""
        name = tree.get(image, 'newName') or tree.get(image, 'name')
        tag, digest = tree.get(image, 'newTag'), tree.get(image, 'digest')
        node = tree.get(image, 'newName') or digest or tag
        if not tree.text(name) or node is None:
            return
        text = tree.text(name)
        text += f':{tree.text(tag)}' if tree.text(tag) else ''
        text += f'@{tree.text(digest)}' if tree.text(digest) else ''
        self.add('images', node, [self.replace(text, self.args)])


def _is_own(version: str) -> bool:
    """Say whether an apiVersion is of somebody's own resource, not of Kubernetes."""
    group, slash, _ = version.rpartition('/')
    return bool(slash) and '.' in group and not group.endswith('.k8s.io')


def _merged(line: Sequence[Node], key: str) -> list[tuple[Node, Node]]:
    """Return the members of several mappings, or of what they have under `key`."""
    found: dict[str, tuple[Node, Node]] = {}
    for node in line:
        inside = tree.get(node, key) if key else node
        for name, value in inside.pairs if inside and inside.kind == 'map' else ():
            found[name.text] = name, value
    return list(found.values())


def _joined(folder: str, context: str, dockerfile: str) -> str:
    import posixpath

    path = posixpath.normpath(posixpath.join(folder, context, dockerfile))
    return path.removeprefix('./')
