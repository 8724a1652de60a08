"""What is prepared when hookline is built changes how long a run takes, and no more."""

from __future__ import annotations

import marshal
import shutil
from pathlib import Path

import pytest

from hookline import databases, prepared, rulebook, ruletest
from hookline.engines import pattern
from hookline.nouns import Document, Rule


@pytest.fixture(scope='module')
def directory(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = str(tmp_path_factory.mktemp('prepared'))
    prepared.make(directory)
    return directory


@pytest.fixture
def _prepared(directory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, 'PREPARED', directory)
    monkeypatch.setattr(prepared, 'PREPARED', directory)


def rules(layer: rulebook.Layer, *, ready: bool) -> dict[str, Rule]:
    reader = prepared.reader() if ready else None
    return dict(rulebook.load([layer], prepared=reader).rules)


@pytest.mark.usefixtures('_prepared')
def test_the_rules_are_the_same() -> None:
    layer = rulebook.builtin()
    ready = rules(layer, ready=True)
    assert {rule.engine for rule in ready.values() if rule.prepared} == {
        *prepared.ENGINES
    }
    plain = {id: rule._replace(prepared=None) for id, rule in ready.items()}
    assert plain == rules(layer, ready=False)


@pytest.mark.usefixtures('_prepared')
@pytest.mark.parametrize('engine', prepared.ENGINES)
def test_every_example_holds_with_what_is_prepared(engine: str) -> None:
    chosen = [
        rule
        for rule in rules(rulebook.builtin(), ready=True).values()
        if rule.engine == engine
    ]
    assert all(rule.prepared for rule in chosen)
    assert ruletest.run(chosen, ()) == []


@pytest.mark.usefixtures('_prepared')
def test_what_is_compiled_is_the_same_but_for_the_database() -> None:
    def compiled(ready: bool) -> list[object]:
        found = rules(rulebook.builtin(), ready=ready).values()
        own = [rule for rule in found if rule.engine == 'pattern'][:40]
        made = pattern.compile(own, ())
        return [made['forms'], *map(marshal.loads, made['rules'])]

    assert compiled(True) == compiled(False)


@pytest.mark.usefixtures('_prepared')
def test_a_file_that_was_edited_since_is_read_anew(tmp_path: Path) -> None:
    copied = tmp_path / 'rules'
    shutil.copytree(rulebook.builtin().directory, copied)
    layer = rulebook.Layer(str(copied), 'rules', builtin=True)
    path = next((copied / 'secrets' / 'providers').glob('*.yaml'))
    path.write_text(path.read_text(encoding='utf-8') + '# edited\n', encoding='utf-8')
    found = rules(layer, ready=True)
    own = {id for id, rule in found.items() if rule.engine in prepared.ENGINES}
    assert {id for id in own if found[id].prepared is None} == {path.stem}


def test_without_a_preparation_all_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, 'PREPARED', str(tmp_path))
    assert prepared.reader()(rulebook.builtin(), 'policy.yaml') is None


def test_a_damaged_preparation_is_none(
    directory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(directory, tmp_path / 'it')
    for path in (tmp_path / 'it').iterdir():
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    monkeypatch.setattr(prepared, 'PREPARED', str(tmp_path / 'it'))
    monkeypatch.setattr(databases, 'PREPARED', str(tmp_path / 'it'))
    assert prepared.reader()(rulebook.builtin(), 'policy.yaml') is None
    assert databases.prepared('pattern', True) is None


def test_only_the_built_in_layer_is_taken_from_it(
    directory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, 'PREPARED', directory)
    (tmp_path / 'policy.yaml').write_text('version: 1\n', encoding='utf-8')
    layer = rulebook.Layer(str(tmp_path), '.hookline')
    book = rulebook.load([layer], prepared=prepared.reader())
    assert [type(one) for one in book.policies] == [Document]
    assert book.policies[0].path == '.hookline/policy.yaml'
