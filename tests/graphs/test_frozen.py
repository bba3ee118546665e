"""The vocabulary's classes behave as frozen dataclasses do."""

import copy
import dataclasses
import pickle

import pytest

from graphdeck.graphs.frozen import Frozen, with_fields


class Place(Frozen):
    """Something with a default and a part of its own."""

    city: str
    tags: tuple[str, ...] = ()
    more: list[int] = dataclasses.field(default_factory=list)


class Address(Place):
    """A kind of it."""

    street: str


def test_fields_are_given_by_name_and_have_defaults() -> None:
    place = Address(street="Via del Moro", city="Rome")
    assert (place.city, place.street, place.tags, place.more) == ("Rome", "Via del Moro", (), [])
    assert [field.name for field in dataclasses.fields(place)] == ["city", "tags", "more", "street"]
    with pytest.raises(TypeError):
        Address(city="Rome")  # type: ignore[call-arg] # the street is missing
    with pytest.raises(TypeError):
        Place("Rome")  # type: ignore[call-arg] # by its place


def test_nothing_can_be_set_or_deleted() -> None:
    place = Place(city="Rome")
    for name in ("city", "tags", "other"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(place, name, "Oslo")
    with pytest.raises(dataclasses.FrozenInstanceError):
        del place.city
    assert place == Place(city="Rome")


def test_equal_are_those_of_one_class_with_equal_fields() -> None:
    assert Place(city="Rome") == Place(city="Rome", tags=())
    assert Place(city="Rome") != Place(city="Oslo")
    assert Place(city="Rome") != Address(city="Rome", street="")
    assert len({Frame(line=1), Frame(line=1), Frame(line=2)}) == 2


def test_it_is_copied_changed_and_told_like_a_dataclass() -> None:
    place = Place(city="Rome", tags=("a",))
    assert dataclasses.replace(place, city="Oslo") == Place(city="Oslo", tags=("a",))
    assert dataclasses.asdict(place) == {"city": "Rome", "tags": ("a",), "more": []}
    assert copy.deepcopy(place) == pickle.loads(pickle.dumps(place)) == place
    assert repr(place) == "Place(city='Rome', tags=('a',), more=[])"


def test_a_few_fields_are_changed_as_dataclasses_does_it() -> None:
    place = Address(city="Rome", street="Via del Moro")
    for values in ({}, {"city": "Oslo"}, {"street": "", "tags": ("a",)}):
        changed = with_fields(place, **values)
        assert changed == dataclasses.replace(place, **values)
        assert repr(changed) == repr(dataclasses.replace(place, **values)), "in the order of the fields"
    assert place.city == "Rome"
    assert len({with_fields(Frame(line=1), line=2), Frame(line=2)}) == 1
    with pytest.raises(TypeError, match="has no field 'country'"):
        with_fields(place, country="Italy")


class Frame(Frozen):
    """Something that can be hashed."""

    line: int
