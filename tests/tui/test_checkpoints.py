"""The checkpoints that the deck keeps while a run goes on and on."""

from graphdeck.graphs.records import CheckpointRow
from graphdeck.tui.screens.checkpoints import MOST, PAGE, Checkpoints, followed, refreshed


def rows(newest: int, count: int) -> list[CheckpointRow]:
    """So many checkpoints, newest first."""
    return [
        CheckpointRow(checkpoint=f"{step:06}", parent=None, step=step, source="loop", time="", next=(), changed=())
        for step in range(newest, max(-1, newest - count), -1)
    ]


def steps(known: Checkpoints) -> list[int | None]:
    return [row.step for row in known]


def test_a_run_that_goes_on_leaves_no_gap_and_no_more_than_the_most() -> None:
    known = Checkpoints(rows(PAGE, PAGE), more=True)
    for newest in range(PAGE, 20 * PAGE, 7):
        known = refreshed(known, rows(newest, PAGE))
        assert steps(known) == list(range(newest, newest - len(known), -1))
        assert PAGE <= len(known) <= MOST
        assert known.more
    assert len(known) == MOST
    assert steps(followed(known, rows(known[-1].step - 1, PAGE), known[-1].checkpoint))[-1] == newest - MOST - PAGE + 1


def test_what_a_person_went_back_to_stays() -> None:
    known = Checkpoints(rows(900, PAGE), more=True)
    while known.more:
        known = followed(known, rows(known[-1].step - 1, PAGE), known[-1].checkpoint)
    assert len(known) == 901
    assert len(refreshed(known, rows(907, PAGE))) == 901
    assert len(refreshed(Checkpoints(rows(3, 9)), rows(4, 9))) == 5, "where one page has all of them"
