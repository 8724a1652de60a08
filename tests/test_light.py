"""hookline.light.NamedTuple is typing's, as far as anything here could tell."""

from __future__ import annotations

import pickle
import typing

import pytest

from hookline import light


class Ours(light.NamedTuple):
    """A row."""

    path: str
    count: int = 0
    names: tuple[str, ...] = ()

    def twice(self) -> int:
        return 2 * self.count


class Theirs(typing.NamedTuple):
    """A row."""

    path: str
    count: int = 0
    names: tuple[str, ...] = ()

    def twice(self) -> int:
        return 2 * self.count


@pytest.mark.parametrize(
    ('values', 'named'),
    [
        ((), {}),
        (('a', 1, (), 4), {}),
        (('a',), {'path': 'b'}),
        (('a',), {'other': 1}),
        ((), {'count': 1}),
    ],
)
def test_what_does_not_fit_is_refused(
    values: tuple[typing.Any, ...], named: dict[str, typing.Any]
) -> None:
    for made in (Ours, Theirs):
        with pytest.raises(TypeError):
            made(*values, **named)


@pytest.mark.parametrize(
    ('values', 'named'),
    [
        (('a',), {}),
        (('a', 1), {}),
        (('a', 1, ('b',)), {}),
        ((), {'path': 'a'}),
        (('a',), {'names': ('b',)}),
        ((), {'names': ('b',), 'count': 3, 'path': 'a'}),
    ],
)
def test_values_find_their_fields(
    values: tuple[typing.Any, ...], named: dict[str, typing.Any]
) -> None:
    ours, theirs = Ours(*values, **named), Theirs(*values, **named)
    assert tuple(ours) == tuple(theirs)
    assert ours == theirs
    assert hash(ours) == hash(theirs)
    assert (ours.path, ours.count, ours.names) == tuple(theirs)
    assert ours.twice() == theirs.twice()
    assert repr(ours) == repr(theirs).replace('Theirs', 'Ours')
    assert ours._asdict() == theirs._asdict()


def test_a_row_is_replaced_made_matched_and_pickled() -> None:
    row = Ours('a', 1)
    assert row._replace(count=2) == ('a', 2, ())
    assert Ours._make(['b', 1, ()]) == ('b', 1, ())
    assert type(row._replace(count=2)) is type(Ours._make(['b', 1, ()])) is Ours
    assert (Ours._fields, Ours.__match_args__) == (Theirs._fields, Theirs._fields)
    with pytest.raises(TypeError):
        row._replace(other=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Ours._make(['b', 1, (), 4])
    assert pickle.loads(pickle.dumps(row)) == row
    match row:
        case Ours(path, count):
            assert (path, count) == ('a', 1)


def test_a_row_is_a_tuple_without_more() -> None:
    assert isinstance(Ours('a'), tuple)
    assert not hasattr(Ours('a'), '__dict__')
    with pytest.raises(AttributeError):
        Ours('a').path = 'b'  # type: ignore[misc]
