"""Bell and title: off unless wanted, a ring only where more waits than before, the terminal's own title given back."""

from graphdeck.tui.attention import Attention


def written(waiting: list[int], **environ: str) -> list[str]:
    found: list[str] = []
    attention = Attention(found.append, environ)
    for count in waiting:
        attention.tell(count)
    attention.close()
    return found


def test_it_is_off_unless_it_is_wanted() -> None:
    assert written([0, 3]) == []
    assert written([0, 3], GRAPHDECK_BELL="0") == []


def test_it_rings_for_more_and_counts_in_the_title() -> None:
    assert written([1, 1, 3, 2, 0], GRAPHDECK_BELL="1") == [
        "\x1b[22;2t",
        "\x1b]2;(1) graphdeck\a",
        "\a",
        "\x1b]2;(3) graphdeck\a",
        "\x1b]2;(2) graphdeck\a",
        "\x1b]2;graphdeck\a",
        "\x1b[23;2t",
    ]
