"""Images that stand outside of Dockerfiles, in every kind of file that names some."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline import yamlfile
from hookline.dockerfile import manifests, tree
from hookline.engines import add, image
from hookline.nouns import Change, Match, Run

RUN = Run(cache='', jobs=1, deadline=float('inf'))
IMAGES = [
    yamlfile.parse(b'add: {https: checksum}\n', 'rules/images.yaml'),
    yamlfile.parse(
        b'allow:\n'
        b'  - {image: "good.io/**"}\n'
        b'  - {image: docker.io/library/python, tags: ["3.*"]}\n',
        'images.yaml',
    ),
]


def found(path: str, text: str | bytes, *others: tuple[str, str]) -> list[Match]:
    content = text if isinstance(text, bytes) else text.encode()
    changes = [Change(path, content)]
    changes += [Change(name, other.encode()) for name, other in others]
    taken = [change for change in changes if image.takes(change)]
    return list(image.find(taken, image.compile([], IMAGES), RUN))


def lines(path: str, text: str, *others: tuple[str, str]) -> list[int]:
    """Return the lines of what blocks."""
    content = text.encode()
    return [
        content.count(b'\n', 0, match.start) + 1
        for match in found(path, text, *others)
        if match.confidence == '' and match.path == path
    ]


def advised(path: str, text: str) -> list[str]:
    return [match.rule for match in found(path, text) if match.confidence == 'low']


GOOD = [
    ('compose.yaml', 'services: {a: {image: good.io/a}}'),
    ('compose.yaml', 'services: {a: {image: "python:3.12"}}'),
    # the name of what is built
    ('compose.yaml', 'services: {a: {build: ., image: evil.io/a}}'),
    ('compose.yaml', 'services:\n  a: {build: ., image: app}\n  b: {image: app}\n'),
    ('compose.yaml', 'services: {a: {image: "${X:-good.io/a}"}}'),
    ('compose.yaml', 'services: {a: {image: "good.io/a:${TAG}"}}'),  # any tag will do
    ('compose.yaml', 'services: {a: {image: "good.io/a:${TAG:?no tag}"}}'),
    ('compose.yaml', 'services: {a: {environment: {image: evil.io/a}}}'),
    ('compose.yaml', 'x-image: evil.io/a\nservices: {a: {image: good.io/a}}'),
    # what the service says itself beats what is merged in
    (
        'compose.yaml',
        'x-a: &a {image: evil.io/a}\nservices: {a: {<<: *a, image: good.io/a}}',
    ),
    ('compose.yaml', 'services: {a: {build: {args: {BASE_URL: evil.io/a}}}}'),
    ('compose.yaml', 'services: {a: {build: {args: {IMAGE_TAG: "1.2"}}}}'),
    ('compose.yaml', 'services: {a: {build: {args: [BASE_IMAGE]}}}'),
    ('compose.yaml', 'services: {a: {build: {args: {BASE_IMAGE: good.io/a}}}}'),
    ('compose.yaml', 'services: {a: {image: }}'),
    ('compose.yaml', 'services: {a: {image: null}}'),
    ('compose.yaml', '# services: {a: {image: evil.io/a}}\nservices: {}'),
    ('config.yaml', 'image: evil.io/a\nservices: [a, b]\n'),  # anything at all
    ('openapi.yaml', 'services: {image: {type: string}}\n'),
    ('values.yaml', 'image:\n  repository: evil.io/a\n  tag: 1\njobs: 3\n'),
    ('.github/workflows/a.yml', 'jobs: {a: {steps: [{uses: actions/checkout@v4}]}}'),
    ('.github/workflows/a.yml', 'jobs: {a: {container: good.io/a}}'),
    (
        '.github/workflows/a.yml',
        'jobs:\n a:\n  steps:\n  - run: |\n     image: evil.io/a\n',
    ),
    ('action.yml', 'runs: {using: docker, image: Dockerfile}'),
    ('.gitlab-ci.yml', 'image: good.io/a\nservices: ["good.io/dind"]\n'),
    ('.gitlab-ci.yml', 'variables: {V: "3.12"}\nimage: python:$V\n'),
    ('.gitlab-ci.yml', 'a: {script: [x], image: !reference [.a, image]}\n'),
    ('k.yaml', 'apiVersion: v1\nkind: ConfigMap\ndata: {image: evil.io/a}\n'),
    (
        'crd.yaml',
        """\
apiVersion: x/v1
kind: CustomResourceDefinition
spec: {containers: {items: {properties: {image: {type: string}}}}}
""",
    ),
    ('docker-bake.hcl', 'target "a" { tags = ["evil.io/a"] }'),
    ('docker-bake.hcl', 'target "a" { contexts = { b = "target:c" } }'),
    (
        'docker-bake.hcl',
        '# docker-image://evil.io/a\ntarget "a" { args = { X = "evil.io/a" } }',
    ),
    (
        '.devcontainer/devcontainer.json',
        '{// "image": "evil.io/a"\n"image": "good.io/a",}',
    ),
    ('.devcontainer/devcontainer.json', '{"customizations": {"image": "evil.io/a"}}'),
    ('package.json', '{"image": "evil.io/a"}'),
]


@pytest.mark.parametrize(('path', 'text'), GOOD)
def test_what_is_approved_or_no_image(path: str, text: str) -> None:
    assert found(path, text) == []


COMPOSE = """\
x-base: &base
  image: evil.io/merged
services:
  a:
    image: evil.io/a
  b:
    <<: *base
  c:
    image: ${REGISTRY:-evil.io}/c
  d:
    image: ${NOTHING}
  e:
    build:
      context: .
      args:
        BASE_IMAGE: evil.io/e
        PORT: "80"
  f:
    build:
      args: ["NODE_IMAGE=evil.io/f"]
      additional_contexts:
        base: docker-image://evil.io/g
        other: ../x
  g:
    build:
      dockerfile_inline: |
        # syntax=docker/dockerfile:1
        FROM good.io/a AS a

        FROM evil.io/h
        COPY --from=a / /
        COPY --from=evil.io/i / /
  h: {build: {dockerfile_inline: "FROM evil.io/j"}}
  i:
    image: "evil.io/k"   # why
  j:
    image: good.io.evil.io/a
"""
COMPOSE_LINES = [2, 5, 9, 11, 16, 20, 22, 30, 32, 33, 35, 37]
WORKFLOW = """\
on:
  workflow_call:
    inputs:
      image: {type: string, default: evil.io/input}
jobs:
  a:
    runs-on: ubuntu-latest
    container: evil.io/a
    services:
      db:
        image: evil.io/b
      ok: {image: good.io/b}
    steps:
      - uses: docker://evil.io/c:1
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v6
        with:
          build-contexts: |
            x=docker-image://good.io/a
            y=docker-image://evil.io/d
  b:
    strategy:
      matrix:
        image: [good.io/a, evil.io/matrix]
        include:
          - image: evil.io/included
    container:
      image: ${{ matrix.image }}
  c:
    container: ${{ inputs.image }}
  d:
    container: evil.io/d:${{ github.sha }}
"""
GITLAB = """\
image: evil.io/a
default:
  image: {name: evil.io/b, entrypoint: [""]}
  services:
    - evil.io/c
    - name: evil.io/d
      alias: d
variables:
  BASE: evil.io
  TAG: {value: "1", description: x}
.hidden: &hidden
  image: $BASE/e:${TAG}
job:
  <<: *hidden
  script: [a]
other:
  script: [a]
  image: evil.io/f:$CI_COMMIT_SHA
"""
KUBERNETES = """\
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Pod
    spec:
      containers:
        - {name: a, image: evil.io/a}
        - {name: b, image: good.io/b}
---
apiVersion: batch/v1
kind: CronJob
spec:
  jobTemplate:
    spec:
      template:
        spec:
          initContainers:
          - image: evil.io/b
          ephemeralContainers:
          - image: evil.io/c
          volumes:
          - image: {reference: evil.io/d}
---
not: ours
image: evil.io/x
"""
BAKE = """\
variable "REGISTRY" { default = "evil.io" }
variable "EMPTY" {}
group "default" { targets = ["a"] }
target "a" {
  dockerfile = "Dockerfile"
  contexts = {
    base = "docker-image://${REGISTRY}/a"
    ok   = "docker-image://good.io/a"
    x    = "docker-image://${EMPTY}"
  }
  args = {
    BASE_IMAGE = "evil.io/b"
    RUNTIME_IMAGE = REGISTRY == "" ? "a" : "b"
  }
  dockerfile-inline = <<EOT
FROM good.io/a
FROM evil.io/c
EOT
}
target "b" {
  contexts = merge({}, { y = "docker-image://evil.io/d" })
}
"""
JSON = """\
{
  // what we work in
  "image": "evil.io/a",
  "build": {
    "args": {
      "BASE_IMAGE": "evil.io/b",
    },
  }, /* the end */
}
"""


@pytest.mark.parametrize(
    ('path', 'text', 'expected'),
    [
        ('compose.yaml', COMPOSE, COMPOSE_LINES),
        ('deploy/app.yml', COMPOSE, COMPOSE_LINES),
        ('.github/workflows/ci.yaml', WORKFLOW, [8, 11, 14, 20, 28, 30, 32]),
        ('.gitlab-ci.yml', GITLAB, [1, 3, 5, 6, 12, 18]),
        ('k8s/app.yaml', KUBERNETES, [8, 19, 21, 23]),
        ('docker-bake.hcl', BAKE, [7, 9, 17, 21]),
        ('.devcontainer/devcontainer.json', JSON, [3, 6]),
        ('.devcontainer.json', JSON, [3, 6]),
        ('action.yml', 'runs:\n  using: docker\n  image: docker://evil.io/a\n', [3]),
        (
            'docker-bake.json',
            '{"target": {"a": {"contexts":\n{"b": "docker-image://evil.io/a"}}}}',
            [2],
        ),
        (
            'pod.json',
            '{"apiVersion": "v1", "kind": "x",\n"containers": [\n{"image": "a.io/a"}]}',
            [3],
        ),
        ('ci/build.yml', 'stages: [a]\nb:\n  script: x\n  image: evil.io/a\n', [4]),
    ],
)
def test_images_that_are_not_approved(
    path: str, text: str, expected: list[int]
) -> None:
    assert sorted(set(lines(path, text))) == expected


BAKE_CASES = [
    # a variable made of another, which stands below it
    (
        (
            'variable "I" { default = "${R}/a" }\n'
            'variable "R" { default = "evil.io" }\n'
            'target "x" {\n contexts = { b = "docker-image://${I}:1" }\n}'
        ),
        [4],
    ),
    ('variable "I" { default = "${I}" }\ntarget "x" { args = { IMAGE = I } }', []),
    (
        (
            'variable "A" { default = B }\nvariable "B" { default = "evil.io/b" }\n'
            'target "x" { args = { IMAGE = A } }'
        ),
        [3],
    ),
    # arguments of a target that others inherit from go to their Dockerfiles
    (
        (
            'target "base" {\n args = { B = "evil.io/a" }\n}\n'
            'target "x" {\n inherits = ["base"]\n dockerfile = "b.Dockerfile"\n}'
        ),
        [2],
    ),
    (
        (
            'target "base" {\n args = { B = "evil.io/a" }\n}\ntarget "x" {\n'
            ' inherits = ["base"]\n dockerfile = "b.Dockerfile"\n'
            ' args = { B = "good.io/b" }\n}'
        ),
        [],
    ),
    (
        (
            'target "a" { inherits = ["b"] }\ntarget "b" { inherits = ["a"]\n'
            'contexts = { x = "docker-image://evil.io/a" }\n}'
        ),
        [3],
    ),
]
GITLAB_CASES = [
    ('variables: {R: evil.io, I: $R/a}\na:\n  image: $I\n  script: x\n', [3]),
    ('variables: {I: "${R}/a:$T", R: evil.io}\na:\n  image: $I\n  script: x', [3]),
    (
        (
            'variables: {R: evil.io, I: $R/a}\na:\n  variables: {R: good.io}\n'
            '  image: $I\n  script: x'
        ),
        [],
    ),
    ('variables: {I: $I/a}\na: {image: $I, script: x}\n', []),
    (
        (
            'a:\n  parallel:\n    matrix:\n      - V: ["3.9", "2.7"]\n        W: x\n'
            '  image: python:$V\n  script: x\n'
        ),
        [6],
    ),
    (
        (
            'spec:\n  inputs:\n    i: {default: evil.io/a}\n---\n'
            'a:\n  image: $[[ inputs.i ]]\n  script: x\n'
        ),
        [6],
    ),
    ('spec:\n  inputs:\n    i: {}\n---\na: {image: "$[[ inputs.i ]]", script: x}', []),
    # nothing of this registry is on the list, whatever the name will be
    ('a: {image: ghcr.io/x/$CI_PROJECT_NAME, script: x}', [1]),
    ('a: {image: good.io/x/$CI_PROJECT_NAME, script: x}', []),
    ('a: {image: $CI_PROJECT_NAME/x, script: x}', []),
]
CUSTOM = 'apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\n'
KUBERNETES_CASES = [
    (CUSTOM + 'spec:\n  image: evil.io/p:v1\n', [4]),
    (CUSTOM + 'spec:\n  thanos:\n    image: evil.io/t:v1\n', [5]),
    (CUSTOM + 'spec: {image: ubuntu-24}\n', []),  # of a virtual machine, or anything
    (CUSTOM + 'metadata: {labels: {image: evil.io/p}}\n', []),
    (
        (
            'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec:\n'
            '  pattern: {spec: {containers: [{image: "!*:latest"}]}}\n'
        ),
        [],
    ),
    (
        (
            'kind: Kustomization\nimages:\n- name: a\n  newName: evil.io/a\n'
            '- {name: python, newTag: "2.7"}\n- {name: python, newTag: "3.9"}\n'
        ),
        [4, 5],
    ),
]


@pytest.mark.parametrize(
    ('path', 'text', 'expected'),
    [
        *(('docker-bake.hcl', *case) for case in BAKE_CASES),
        *(('.gitlab-ci.yml', *case) for case in GITLAB_CASES),
        *(('deploy/kustomization.yaml', *case) for case in KUBERNETES_CASES),
    ],
)
def test_names_that_are_made_of_others(
    path: str, text: str, expected: list[int]
) -> None:
    dockerfile = ('b.Dockerfile', 'ARG B=good.io/b\nFROM $B\n')
    assert lines(path, text, dockerfile) == expected


def test_what_has_no_value_in_ci_is_advice() -> None:
    text = 'jobs:\n a:\n  container: ${{ vars.IMAGE }}\n'
    assert advised('.github/workflows/a.yml', text) == ['image-unresolved']
    assert lines('.github/workflows/a.yml', text) == []
    text = 'image: $CI_REGISTRY_IMAGE/a\n'
    assert advised('.gitlab-ci.yml', text) == ['image-unresolved']
    assert lines('.gitlab-ci.yml', text) == []


def test_templates_leave_the_rest_to_be_judged() -> None:
    text = (
        'apiVersion: apps/v1\nkind: Deployment\n{{- with .Values.x }}\nspec:\n'
        '  containers:\n    - image: {{ .Values.image }}:{{ .Values.tag }}\n'
        '    - image: "evil.io/a:{{ .Values.tag }}"\n    - image: evil.io/b\n'
        '    {{- toYaml . | nindent 4 }}\n{{- end }}\n'
    )
    assert lines('templates/a.yaml', text) == [7, 8]
    assert advised('templates/a.yaml', text) == ['image-unresolved']


@pytest.mark.parametrize(
    ('path', 'text', 'expected'),
    [
        # a tab, then a bracket that never closes; what is before and behind counts
        (
            'compose.yaml',
            'services:\n  a:\n    image: evil.io/a\n\tb: {\n  c:\n    image: evil.io/c',
            [3, 6],
        ),
        ('compose.yaml', 'services:\n a: {image: evil.io/a}\n b: @x\n', [2]),
        ('compose.yaml', 'services:\n a: {image: evil.io/a}\n b: *nowhere\n', [2]),
        ('compose.yaml', 'services:\n a: {image: evil.io/a}\n b: "x\n', [2]),
        ('.devcontainer.json', '{"image": "evil.io/a",\n"x": [', [1]),
        ('.devcontainer.json', '{"image": "evil.io/a"}]]', [1]),
        (
            'docker-bake.hcl',
            '))) \ntarget "a" {contexts={b="docker-image://evil.io/a"}}',
            [2],
        ),
    ],
)
def test_a_broken_file_is_a_note_and_the_rest_is_judged(
    path: str, text: str, expected: list[int]
) -> None:
    assert lines(path, text) == expected
    assert set(advised(path, text)) <= {'unparsed-manifest', 'image-unresolved'}


def test_a_broken_file_of_no_kind_is_nobodys_business() -> None:
    assert found('values.yaml', 'image: [evil.io/a\nservices') == []


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16', 'latin-1'])
def test_places_are_bytes_of_the_file(encoding: str) -> None:
    text = '# Größe\r\nservices:\r\n  ä: {image: "evil.io/a"} # ü\r\n'
    content = text.encode(encoding)
    (match,) = found('compose.yaml', content)
    shown = content[match.start : match.end]
    assert shown.decode('utf-16-le' if encoding == 'utf-16' else 'latin-1') == (
        '"evil.io/a"'
    )


def test_places_far_down_a_long_file_are_bytes_too() -> None:
    text = 'services:\n' + ''.join(
        f'  ä{n}: {{image: evil.io/😀}}\n' for n in range(900)
    )
    text += '  z: {image: evil.io/a}\n'
    for encoding, mark in (('utf-8', b''), ('utf-16-le', b'\xff\xfe')):
        content = mark + text.encode(encoding)
        last = max(found('compose.yaml', content), key=lambda match: match.start)
        assert content[last.start : last.end].decode(encoding) == 'evil.io/a'


def test_arguments_of_a_build_are_judged_by_its_dockerfile() -> None:
    text = 'services:\n a:\n  build:\n   context: ./app\n   args:\n    VERSION: '
    dockerfile = 'ARG VERSION=3.12\nFROM python:$VERSION\n'
    other = ('deploy/app/Dockerfile', dockerfile)
    assert lines('deploy/compose.yaml', text + '"2.7"', other) == [6]
    assert lines('deploy/compose.yaml', text + '"3.9"', other) == []
    assert lines('compose.yaml', text + '"2.7"', other) == []


def test_a_dockerfile_inside_of_compose_is_interpolated_first() -> None:
    text = (
        'services:\n  a:\n    build:\n      args: {V: "3.1"}\n'
        '      dockerfile_inline: |\n        ARG V\n        FROM python:$${V}\n'
        '        FROM ${X:-evil.io/x}\n        ADD https://a.io/b /b\n'
    )
    assert lines('compose.yaml', text) == [8]
    change = Change('compose.yaml', text.encode())
    assert add.takes(change)
    (match,) = add.find([change], add.compile([], IMAGES), RUN)
    assert match.rule == 'add-from-url'
    assert text[match.start : match.end].strip() == 'ADD https://a.io/b /b'


BOMB = 'a: &a [x, x, x, x, x, x, x, x, x]\n' + ''.join(
    f'{chr(98 + n)}: &{chr(98 + n)} [{", ".join([f"*{chr(97 + n)}"] * 9)}]\n'
    for n in range(24)
)
MERGES = 'a: &a {image: evil.io/a}\n' + ''.join(
    f'{chr(98 + n)}: &{chr(98 + n)}\n  <<: [{", ".join([f"*{chr(97 + n)}"] * 9)}]\n'
    for n in range(24)
)


@pytest.mark.parametrize(
    'text',
    [
        BOMB + 'services: {a: *z, b: {image: evil.io/a}}',
        MERGES + 'services:\n  a: *y\n  b: {<<: *y}\n',
        'services: ' + '[' * 100_000,
        'services: ' + '{a: ' * 100_000 + ' image',
        'services:\n' + '- ' * 100_000 + 'image',
        'services: &a {image: *a, b: *a, <<: *a}',
        'services: &a [*a, image]',
        'apiVersion: v1\nkind: x\na: &a {containers: [*a, {image: x}], b: *a}',
        'services: {a: {image: "' + '${X:-' * 10_000 + '"}}',
        'services: {a: {image: "' + 'a' * 300_000 + '"}}',
        '\ufeff\ufeffservices: {a: {image: x}}\n---\n' * 3,
        'services: {? [image] : b, ? {c: d} : image}',
        '{{' * 20_000 + 'services image',
        '%YAML 9.9\n--- !!python/object:os.system\nservices: image',
    ],
)
@pytest.mark.parametrize(
    'name', ['compose.yaml', 'docker-bake.hcl', '.devcontainer.json']
)
def test_nothing_ends_the_reader(text: str, name: str) -> None:
    start = time.process_time()
    found(name, text)
    # A hang is what this is about: each takes well under a tenth of it.
    assert time.process_time() - start < 20


SCRAPS = st.lists(
    st.sampled_from(
        [
            *(
                'services:',
                'image:',
                ' a',
                '\n',
                '\n  ',
                '\n    ',
                ': ',
                '- ',
                '&a ',
                '*a',
            ),
            *(
                '<<: *a',
                '{',
                '}',
                '[',
                ']',
                '"',
                "'",
                '|',
                '>',
                '#',
                '\t',
                '${X',
                ':-y}',
            ),
            *('{{ .x }}', '${{ matrix.a }}', 'docker-image://a', '---', '!x ', 'jobs:'),
            *('apiVersion: v1', 'kind: Pod', 'containers:', 'target "a" {', 'args = {'),
            *(
                'variable',
                '<<EOT\n',
                'EOT\n',
                '$$',
                '\x00',
                '\ud800',
                'é',
                '\\',
                '//',
                '/*',
            ),
        ]
    ),
    max_size=40,
).map(''.join)


@settings(max_examples=300, deadline=None)
@given(SCRAPS)
def test_no_text_ends_the_reader(text: str) -> None:
    content = text.encode('utf-8', 'surrogatepass')
    for path in ('compose.yaml', 'a.hcl', 'docker-bake.hcl', '.devcontainer.json'):
        for manifest in manifests.read(path, content, {}):
            for named in manifest.named:
                assert 0 <= named.start <= named.end <= len(content)
            for inline in manifest.inlines:
                assert len(inline.spans) >= inline.content.count(b'\n')
        found(path, content)


def test_the_clean_path_imports_no_parser() -> None:
    import subprocess
    import sys

    code = (
        'import sys\nfrom hookline.engines import image\n'
        'from hookline.nouns import Change\n'
        'for n in ("a.yaml", "b/.gitlab-ci.yml", "x.json", "y.hcl", "main.py"):\n'
        '    assert not image.takes(Change(n, b"name: x\\nsteps: []\\n"))\n'
        'assert "yaml" not in sys.modules and "json" not in sys.modules\n'
    )
    subprocess.run([sys.executable, '-c', code], check=True)


def test_a_list_of_images_in_lines_needs_no_tree() -> None:
    found_ = tree.read_yaml('a: ]\n' * 20 + 'services:\n  image: evil.io/a # x\n')
    assert [node.text for node in found_.loose] == ['evil.io/a']


def test_a_matrix_is_each_of_its_values() -> None:
    text = (
        'target "a" {\n matrix = { i = ["evil.io/a", "good.io/b"] }\n'
        ' contexts = { base = "docker-image://${i}" }\n}\n'
    )
    (match,) = found('docker-bake.hcl', text)
    assert (match.rule, match.confidence) == ('image-unapproved', '')
    assert '${i} is evil.io/a:latest' in match.message
    assert found('docker-bake.hcl', text.replace('evil.io', 'good.io')) == []
    text = (
        "jobs:\n a:\n  container: ${{ matrix.x == 'y' && 'evil.io/a' || 'good.io/a' }}"
    )
    assert lines('.github/workflows/a.yml', text) == [3]
