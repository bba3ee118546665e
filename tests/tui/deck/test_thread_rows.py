"""Pages of threads while the file goes on changing."""

from graphdeck.graphs.records import ThreadPage, ThreadRow
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.tui.screens.thread_rows import ThreadRows


def rows(*names: str) -> tuple[ThreadRow, ...]:
    """Threads by the time of their newest checkpoint: `a5` is thread a at time 5."""
    return tuple(ThreadRow(thread=name[0], status="done", file="f", updated=name[1:]) for name in names)


def names(threads: ThreadRows) -> list[str]:
    return [f"{row.thread}{row.updated}" for row in threads.rows]


def test_the_first_page_read_again_keeps_the_older_pages_and_their_cursor() -> None:
    read = (
        ThreadRows()
        .refreshed(ThreadPage(rows=rows("a5", "b4"), cursor="2"))
        .followed(ThreadPage(rows=rows("c3", "d2"), cursor="4"))
    )
    again = read.refreshed(ThreadPage(rows=rows("c6", "a5"), cursor="2"))
    assert names(again) == ["c6", "a5", "b4", "d2"]
    assert again.cursor == "4"


def test_a_thread_that_moved_up_is_listed_once() -> None:
    read = ThreadRows(rows("a5", "b4", "c3"), "3")
    assert names(read.refreshed(ThreadPage(rows=rows("c7", "a5"), cursor="2"))) == ["c7", "a5", "b4"]


def test_a_whole_list_replaces_everything() -> None:
    assert names(ThreadRows(rows("a5", "b4"), "2").refreshed(ThreadPage(rows=rows("b4")))) == ["b4"]


def test_a_following_page_repeats_nobody() -> None:
    read = ThreadRows(rows("a5", "b4"), "2").followed(ThreadPage(rows=rows("b4", "c3")))
    assert names(read) == ["a5", "b4", "c3"]
    assert read.cursor is None


def test_deleted_threads_are_gone_and_others_are_found() -> None:
    read = ThreadRows(rows("a5", "b4")).without([ThreadKey("f", "a"), ThreadKey("g", "b")])
    assert read.find(ThreadKey("f", "a")) is None
    assert read.find(ThreadKey("f", "b")) == rows("b4")[0]


def test_of_two_threads_of_one_id_the_one_in_the_file_that_is_looked_at_is_found() -> None:
    one, two = (ThreadRow(thread="t", status="waiting", file=file) for file in ("one.sqlite", "two.sqlite"))
    read = ThreadRows((one, two))
    assert [read.find(ThreadKey(file, "t")) for file in ("", "one.sqlite", "two.sqlite", "gone")] == [
        one,
        one,
        two,
        None,
    ]
    assert ThreadRows((one,), "1").followed(ThreadPage(rows=(one, two))).rows == (one, two)
    assert ThreadRows((two,), "1").refreshed(ThreadPage(rows=(one,), cursor="1")).rows == (one,)
    assert read.without([ThreadKey("one.sqlite", "t")]).rows == (two,)
