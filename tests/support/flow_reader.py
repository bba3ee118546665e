"""Gets a graph back from nothing but the text of its flow."""

import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

ReadEdge: TypeAlias = tuple[str, str, str, str]  # source, target, kind, label
Place: TypeAlias = tuple[int, int]
Step: TypeAlias = tuple[int, int]

UP, DOWN, LEFT, RIGHT = (0, -1), (0, 1), (-1, 0), (1, 0)
TITLES = {"START": "__start__", "END": "__end__"}


class Signs(NamedTuple):
    """What the characters of a drawing mean."""

    glyph: str
    marks: tuple[str, ...]
    heads: dict[str, Step]
    across: dict[str, str]
    down: dict[str, str]
    joints: dict[str, tuple[Step, ...]]
    """In ASCII they show only arms up and down."""
    top_left: str
    top_right: str
    bottom_left: str


UNICODE = Signs(
    "○", ("⇢ ?", "⇠ all", "⊠"),
    {"▼": DOWN, "▲": UP, "▶": RIGHT, "◀": LEFT},
    {"─": "plain", "╌": "conditional", "·": "observed"},
    {"│": "plain", "┆": "conditional", "·": "observed"},
    {
        "├": (UP, DOWN, RIGHT), "┤": (UP, DOWN, LEFT), "┬": (LEFT, RIGHT, DOWN), "┴": (LEFT, RIGHT, UP),
        "┼": (UP, DOWN, LEFT, RIGHT), "╭": (DOWN, RIGHT), "╮": (DOWN, LEFT), "╰": (UP, RIGHT), "╯": (UP, LEFT),
    },
    "╭", "╮", "╰",
)  # fmt: skip
ASCII = Signs(
    "o", ("-> ?", "<= all", "%"),
    {"v": DOWN, "^": UP, ">": RIGHT, "<": LEFT},
    {"-": "plain", "~": "conditional", ".": "observed"},
    {"|": "plain", ":": "conditional", ".": "observed"},
    {",": (DOWN,), "'": (UP,), "+": (UP, DOWN)},
    ",", ",", "'",
)  # fmt: skip


class Box(NamedTuple):
    """A node's frame."""

    name: str
    left: int
    top: int
    right: int
    bottom: int

    def border(self, side: Step) -> Iterator[Place]:
        """The cells of a side, without the corners."""
        if side in (UP, DOWN):
            return ((x, self.top if side == UP else self.bottom) for x in range(self.left + 1, self.right))
        return ((self.left if side == LEFT else self.right, y) for y in range(self.top + 1, self.bottom))


class Net:
    """Lines that are joined."""

    def __init__(self) -> None:
        self.tails: list[str] = []
        self.heads: list[tuple[str, str]] = []  # node, label
        self.kinds: set[str] = set()
        self.dots = False  # a horizontal observed line, or one that crosses


class FlowReader:
    """Follows lines by the rules that graphdeck.graphs.drawing.flow states, and no others."""

    def __init__(self, text: str, direction: Literal["TB", "LR"], *, ascii_only: bool) -> None:
        self.signs = ASCII if ascii_only else UNICODE
        self.ascii = ascii_only
        self.sides = (UP, DOWN) if direction == "TB" else (LEFT, RIGHT)
        self.grid = [_cells(line) for line in text.split("\n")]
        self.boxes = list(self._find_boxes())
        self.seen: set[Place] = set()
        self.words: set[Place] = set()

    def edges(self) -> set[ReadEdge]:
        """Source, target, kind and label of each edge."""
        found: set[ReadEdge] = set()
        for box in self.boxes:
            for side in self.sides:
                for x, y in box.border(side):
                    if self._leaves(x, y, side) and (x, y) not in self.seen:
                        found |= self._read_net(x, y, side)
        self._check_nothing_is_left()
        return found

    def _leaves(self, x: int, y: int, side: Step) -> bool:
        char = self.at(x, y)
        return char == "+" if self.ascii and side in (LEFT, RIGHT) else side in self.signs.joints.get(char, ())

    def at(self, x: int, y: int) -> str:
        """The cell, a blank outside."""
        row = self.grid[y] if 0 <= y < len(self.grid) else []
        return row[x] if 0 <= x < len(row) else " "

    # -- boxes -------------------------------------------------------------------------------------------------

    def _find_boxes(self) -> Iterator[Box]:
        for y, row in enumerate(self.grid):
            for x, char in enumerate(row):
                if char == self.signs.glyph and self.at(x - 1, y) == self.at(x + 1, y) == " ":
                    box = self._box_around(x, y)
                    if box:
                        yield box

    def _box_around(self, x: int, y: int) -> Box | None:
        left = x - 1
        while left > 0 and self.at(left, y) == " ":
            left -= 1
        upright = "|+" if self.ascii else "│├┤"
        if self.at(left, y) not in upright:
            return None
        top = bottom = y
        while self.at(left, top) in upright:
            top -= 1
        while self.at(left, bottom) in upright:
            bottom += 1
        if self.at(left, top) != self.signs.top_left or self.at(left, bottom) != self.signs.bottom_left:
            return None
        right = left + 1
        while self.at(right, top) in ("-'" if self.ascii else "─┴"):
            right += 1
        assert self.at(right, top) == self.signs.top_right, f"no corner at {right}, {top}"
        name = "".join(self.grid[y][x + 2 : right]).rstrip()
        for mark in self.signs.marks:
            name = name.removesuffix(mark).rstrip()
        return Box(TITLES.get(name, name), left, top, right, bottom)

    def _box_at(self, x: int, y: int) -> Box:
        (box,) = (box for box in self.boxes if box.left <= x <= box.right and box.top <= y <= box.bottom)
        return box

    # -- lines -------------------------------------------------------------------------------------------------

    def _read_net(self, x: int, y: int, side: Step) -> set[ReadEdge]:
        net = Net()
        net.tails.append(self._box_at(x, y).name)
        self.seen.add((x, y))
        self._follow(x, y, side, net)
        (kind,) = net.kinds or ({"observed"} if net.dots else {"plain"})
        if len(net.tails) == 1:
            assert net.heads, f"a tail of {net.tails} that leads nowhere"
            return {(net.tails[0], node, kind, label) for node, label in net.heads}
        assert len(net.heads) == 1, f"joined: tails {net.tails}, heads {net.heads}"
        ((node, label),) = net.heads
        return {(tail, node, kind, label) for tail in net.tails}

    def _follow(self, x: int, y: int, step: Step, net: Net) -> None:
        """All that the line reaches that leaves a cell with this step."""
        todo = [(x, y, step, "")]
        while todo:
            x, y, step, label = todo.pop()
            x, y = x + step[0], y + step[1]
            char = self.at(x, y)
            if any(box.left <= x <= box.right and box.top <= y <= box.bottom for box in self.boxes):
                assert self._leaves(x, y, (-step[0], -step[1])), f"a line ends without a tail at {x}, {y}"
                self.seen.add((x, y))
                net.tails.append(self._box_at(x, y).name)
            elif self.signs.heads.get(char) == step and self._is_head(x, y, step):
                self.seen.add((x, y))
                label = label or self._label_after(x, y, step)
                net.heads.append((self._box_at(x + step[0], y + step[1]).name, label))
            elif self.signs.heads.get(char) == (-step[0], -step[1]):
                raise AssertionError(f"a line against an arrowhead at {x}, {y}")
            elif char in self.signs.joints:
                if (x, y) not in self.seen:
                    self.seen.add((x, y))
                    todo += [(x, y, arm, "") for arm in self._arms(x, y) if arm != (-step[0], -step[1])]
            elif char == " ":
                assert step in (LEFT, RIGHT), f"a line breaks off at {x}, {y}"
                label, x = self._label_within(x, y, step)
                todo.append((x, y, step, label))
            else:
                self._note_kind(x, y, step, net)
                todo.append((x, y, step, label))

    def _note_kind(self, x: int, y: int, step: Step, net: Net) -> None:
        char = self.at(x, y)
        if step in (UP, DOWN):
            assert char in self.signs.down, f"{char} in a line at {x}, {y}"
            net.kinds.add(self.signs.down[char])
        elif char in self.signs.across and char in self.signs.down:
            net.dots = True
        elif char in self.signs.across:
            net.kinds.add(self.signs.across[char])
        else:
            assert char in self.signs.down, f"{char} in a line at {x}, {y}"

    def _is_head(self, x: int, y: int, step: Step) -> bool:
        x, y = x + step[0], y + step[1]
        return any(box.left <= x <= box.right and box.top <= y <= box.bottom for box in self.boxes)

    def _arms(self, x: int, y: int) -> list[Step]:
        arms = list(self.signs.joints[self.at(x, y)])
        if self.ascii:
            signs = {*self.signs.across, *self.signs.joints}
            arms += [
                arm
                for arm in (LEFT, RIGHT)
                if self.at(x + arm[0], y) in signs
                or (self.signs.heads.get(self.at(x + arm[0], y)) == arm and self._is_head(x + arm[0], y, arm))
            ]
        return arms

    # -- labels ------------------------------------------------------------------------------------------------

    def _label_after(self, x: int, y: int, step: Step) -> str:
        """Words to the right of an arrowhead; left-right, where a line goes on after an arrowhead to the left."""
        if step in (LEFT, RIGHT) or self.at(x + 1, y) != " ":
            return ""
        start = end = x + 2
        while not self._ends_words(end, y):
            end += 1
        self.words |= {(each, y) for each in range(start, end)}
        return "".join(self.grid[y][start:end]) if end > start else ""

    def _ends_words(self, x: int, y: int) -> bool:
        """Whether nothing stands here, or no word goes on."""
        if self.at(x, y) != " ":
            return self.at(x - 1, y) == " " and self._is_line(x, y)
        return self.at(x + 1, y) == " " or self._is_line(x + 1, y)

    def _is_line(self, x: int, y: int) -> bool:
        char = self.at(x, y)
        lone = self.at(x - 1, y) == self.at(x + 1, y) == " " or not self.ascii
        arrow = char in self.signs.heads and lone
        return arrow or char in self.signs.joints or char in self.signs.across or char in self.signs.down

    def _label_within(self, x: int, y: int, step: Step) -> tuple[str, int]:
        """The words in a line, and the blank after them."""
        start = x + step[0]
        end = start
        while not (
            self.at(end, y) == " "
            and (self._is_line(end + step[0], y) or self.signs.heads.get(self.at(end + step[0], y)) == step)
            and not (self.ascii and self._letter(end + 2 * step[0], y, step).isalnum())  # the comma of a word
        ):
            end += step[0]
            assert 0 <= end <= len(self.grid[y]), f"a line breaks off at {x}, {y}"
        words = range(min(start, end + 1), max(start + 1, end))
        self.words |= {(each, y) for each in words}
        return "".join(self.grid[y][words.start : words.stop]), end

    def _letter(self, x: int, y: int, step: Step) -> str:
        """What stands here; of a letter of two cells the second one holds nothing."""
        return self.at(x, y) or self.at(x + step[0], y)

    def _check_nothing_is_left(self) -> None:
        """Every joint and arrowhead outside the boxes belongs to something that was read."""
        for y, row in enumerate(self.grid):
            for x, char in enumerate(row):
                inside = any(box.left <= x <= box.right and box.top <= y <= box.bottom for box in self.boxes)
                head = self.signs.heads.get(char)
                lost = char in self.signs.joints or (head is not None and self._is_head(x, y, head))
                read = inside or (x, y) in self.seen or (x, y) in self.words
                assert read or not lost, f"a stray {char} at {x}, {y}"


def _cells(line: str) -> list[str]:
    cells: list[str] = []
    for char in line:
        if unicodedata.combining(char):
            cells[-1] += char
        else:
            cells += [char, ""] if unicodedata.east_asian_width(char) in "WF" else [char]
    return cells
