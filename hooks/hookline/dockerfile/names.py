"""Which files are Dockerfiles or name images, by name and a glance at the content.

Asked about every file of a commit: the parsers are imported for what it takes.
"""

from __future__ import annotations

# A page or a policy about Dockerfiles is not a Dockerfile.
_NEVER = (
    *('.dockerignore', '.rego', '.md', '.rst', '.html', '.json', '.yaml', '.yml'),
    *('.toml', '.lock', '.patch', '.diff', '.orig', '.rej', '.swp', '.sql'),
)
# A script or a template is one only if it begins like one.
_SELDOM = (
    *('.py', '.go', '.js', '.ts', '.rb', '.rs', '.java', '.sh', '.ps1', '.in'),
    *('.j2', '.jinja', '.jinja2', '.tmpl', '.tpl', '.template', '.erb', '.mustache'),
)
_INSTRUCTIONS = frozenset(
    (
        *(b'RUN', b'COPY', b'ADD', b'CMD', b'ENTRYPOINT', b'WORKDIR', b'ENV'),
        *(b'LABEL', b'USER', b'EXPOSE', b'VOLUME', b'ONBUILD', b'HEALTHCHECK'),
    )
)
_HEAD = 1 << 16


def is_dockerfile(path: str, content: bytes = b'') -> bool:
    """Say whether a file is a Dockerfile by its name, else by how it begins."""
    name = path.rpartition('/')[2]
    small = name.lower()
    if small.endswith(_NEVER):
        return False
    if not small.endswith(_SELDOM):
        if name.endswith(('.Dockerfile', '.dockerfile')):
            return True
        if name.startswith(('Dockerfile', 'Containerfile', 'dockerfile')):
            rest = name[len('Containerfile') if name[0] == 'C' else len('Dockerfile') :]
            if name[0] == 'C' or not rest or rest[0] in '.-':
                return True
    return b'FROM' in content[:_HEAD] and _begins_like_one(content[:_HEAD])


def _begins_like_one(content: bytes) -> bool:
    """Say whether the first instruction is FROM, of an image, and others follow."""
    content = content.removeprefix(b'\xef\xbb\xbf')
    begun = False
    for number, line in enumerate(content.split(b'\n')):
        words = line.split()
        if not words:
            continue
        if words[0].startswith(b'#'):
            if not number and b'syntax' in line and b'dockerfile' in line:
                return True
        elif begun:
            # `FROM llama3`, then PARAMETER, is a model, and no image.
            if words[0] in _INSTRUCTIONS:
                return True
        elif words[0] == b'FROM':
            named = [word for word in words[1:] if not word.startswith(b'--')]
            named = line.split(b'}}')[-1].split() if b'{{' in line else named
            begun = len(named) < 2 or named[1].lower() in (b'as', b'\\')
            if not begun:
                return False
        elif words[0] != b'ARG':
            return False
    return False


# What a file that names an image holds, and what its kind of file holds.
_IMAGEISH = (
    b'image',
    b'container',
    b'services',
    b'docker://',
    b'dockerfile_inline',
    b'args',
    b'newName',
)
_KINDISH = (b'services', b'jobs', b'runs', b'apiVersion', b'script', b'stages')
_BAKEISH = (b'docker-image://', b'dockerfile-inline', b'args')
_WORKFLOWS = ('.github/workflows', '.gitea/workflows', '.forgejo/workflows')


def may_name_images(path: str, content: bytes) -> bool:
    """Say whether a file other than a Dockerfile is worth a parser."""
    ending = path[path.rfind('.') :].lower()
    if ending in ('.yml', '.yaml'):
        if content[:2] in (b'\xff\xfe', b'\xfe\xff'):
            return True
        if not any(word in content for word in _IMAGEISH):
            return False
        return any(word in content for word in _KINDISH) or bool(manifest(path))
    if ending == '.json':
        if manifest(path):
            return True
        return b'"apiVersion"' in content and b'ontainers"' in content
    if ending == '.hcl':
        if manifest(path):
            return True
        return b'target' in content and any(word in content for word in _BAKEISH)
    return False


def manifest(path: str) -> str:
    """Return the kind of file that a name promises, or ''."""
    folder, _, name = path.rpartition('/')
    name = name.lower()
    stem, _, ending = name.rpartition('.')
    if ending in ('yml', 'yaml'):
        if folder.endswith(_WORKFLOWS):
            return 'actions'
        words = stem.replace('_', '.').replace('-', '.').split('.')
        if 'compose' in words:
            return 'compose'
        if 'gitlab-ci' in stem or '.gitlab' in folder.split('/'):
            return 'gitlab'
        if stem == 'kustomization':
            return 'kubernetes'
    elif ending in ('hcl', 'json'):
        if 'docker-bake' in stem:
            return 'bake'
        if ending == 'json' and stem.lstrip('.').partition('.')[0] == 'devcontainer':
            return 'devcontainer'
    return ''
