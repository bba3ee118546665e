"""Every action once: no two of one place share a key, and letters never count in text fields."""

import itertools

import pytest

from graphdeck.tui.actions import ACTIONS, Place, action, actions_of, bindings_for, help_groups, shown_key

PLACES: tuple[Place, ...] = tuple(dict.fromkeys(each.where for each in ACTIONS))


@pytest.mark.parametrize("place", PLACES)
def test_a_key_does_one_thing_in_one_place(place: Place) -> None:
    everywhere = () if place == "app" else actions_of("app")
    keys = [key for each in (*actions_of(place), *everywhere) for key in each.key.split(",")]
    assert sorted(keys) == sorted(set(keys))


def test_ids_are_unique() -> None:
    names = [(each.where, each.id) for each in ACTIONS]
    assert len(names) == len(set(names))
    for where, name in names:
        assert action(where, name).id == name
    with pytest.raises(KeyError):
        action("deck", "no_such_thing")


def test_every_action_can_be_found_in_the_help_of_its_place() -> None:
    for place in PLACES:
        listed = [each for _, members in help_groups(place) for each in members]
        assert set(actions_of(place)) <= set(listed)
        assert len(listed) == len(set(listed))


def test_help_begins_with_the_place_and_ends_with_what_holds_everywhere() -> None:
    groups = [group for group, _ in help_groups("deck")]
    assert groups[0] == "Run"
    assert groups[-1] == "Everywhere"
    assert len(groups) == len(set(groups))


def test_bindings_carry_id_label_and_help() -> None:
    bindings = {binding.key: binding for binding in bindings_for("deck")}
    answer = bindings["a"]
    assert (answer.action, answer.id, answer.description) == ("answer", "deck.answer", "answer")
    assert bindings["D"].action == bindings["delete"].action == "delete_thread"
    keys = list(itertools.chain.from_iterable(each.key.split(",") for each in actions_of("deck")))
    assert sorted(bindings) == sorted(keys)


def test_only_keys_that_cannot_be_typed_come_before_a_text_field() -> None:
    for place in PLACES:
        for binding in bindings_for(place):
            assert not binding.priority or "+" in binding.key
    assert {binding.key for binding in bindings_for("deck") if binding.priority} >= {"ctrl+o", "ctrl+c"}


@pytest.mark.parametrize(
    ("key", "shown"),
    [("a", "a"), ("R", "R"), ("question_mark", "?"), ("slash", "/"), ("ctrl+p", "Ctrl+P"), ("escape", "Esc")],
)
def test_keys_as_people_write_them(key: str, shown: str) -> None:
    assert shown_key(key) == shown
