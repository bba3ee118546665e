"""A dialog never opens, and nothing is ever decided, under typing fingers."""

from graphdeck.tui.approval_gate import ApprovalGate


def test_a_dialog_opens_at_the_first_second_without_a_key() -> None:
    gate = ApprovalGate()
    assert gate.may_open(100.0)
    gate.note_key(100.0)
    assert not gate.may_open(100.9)
    gate.note_key(100.9)
    assert not gate.may_open(101.8)
    assert gate.may_open(101.9)


def test_nothing_is_decided_before_the_dialog_is_painted() -> None:
    assert not ApprovalGate().may_decide(1_000.0)


def test_a_key_decides_once_painting_and_the_key_before_are_long_enough_ago() -> None:
    gate = ApprovalGate()
    gate.note_painted(10.0)
    assert not gate.may_decide(10.3)
    gate.note_key(10.3)
    assert not gate.may_decide(10.6)
    assert gate.may_decide(10.75)
    gate.note_painted(11.0)  # the next action took its place
    assert not gate.may_decide(11.3)
    assert gate.may_decide(11.45)


def test_no_key_decides_what_has_taken_the_place_of_something_else_before_it_is_painted() -> None:
    gate = ApprovalGate()
    gate.note_painted(10.0)
    gate.note_changed()
    assert not gate.may_decide(1_000.0)
    gate.note_painted(1_000.0)
    assert gate.may_decide(1_001.0)
