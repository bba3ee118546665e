"""What a tool would change in a file, line by line, against what is there now."""

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias

from graphdeck.tools.present_files import Present, present
from graphdeck.tools.quoting import counted

LineKind: TypeAlias = Literal["text", "added", "removed", "command"]

_CONTEXT: Final = 3
"""Unchanged lines that are shown around a change."""
_MOST_COMPARED: Final = 20_000
"""Lines of one file that are lined up with another's; beyond, all old lines go and all new ones come."""

PATHS: Final = (
    "path", "file_path", "filepath", "file", "filename", "file_name", "target_file", "relative_path", "notebook_path",
)  # fmt: skip
_CONTENTS: Final = ("content", "contents", "file_text", "text", "data", "body", "new_content", "new_source")
_PAIRS: Final = (
    ("old_string", "new_string"), ("old_str", "new_str"), ("old_text", "new_text"), ("old", "new"),
    ("search", "replace"), ("find", "replace"), ("oldText", "newText"), ("target", "replacement"),
)  # fmt: skip
_PATCHES: Final = ("patch", "diff", "patch_text", "input")


class PreviewLine(NamedTuple):
    """One line of a preview; outside text for whoever shows it, and without a line end."""

    kind: LineKind
    """What the line is: a fact or unchanged text, a line that comes, one that goes, a command."""
    text: str
    """The line, whole."""


def text_of(args: Mapping[str, object], keys: Sequence[str]) -> str | None:
    """The first of some arguments that is text; None where none is."""
    return next((value for key in keys if isinstance(value := args.get(key), str)), None)


def file_change(name_words: Sequence[str], args: Mapping[str, object], root: Path) -> list[PreviewLine] | None:
    """The lines of a preview of a tool that writes a file; None where its arguments do not say what it writes."""
    path = text_of(args, PATHS)
    patch = text_of(args, _PATCHES)
    if patch is not None and ("patch" in name_words or path is None):
        return _patch(patch)
    if not path:
        return None
    edits = _edits(args)
    if edits:
        return _edited(path, edits, present(path, root))
    inserted = text_of(args, ("insert_text", "new_str"))
    line = args.get("insert_line")
    if inserted is not None and isinstance(line, int):
        return _inserted(path, line, inserted, present(path, root))
    content = text_of(args, _CONTENTS)
    if content is None:
        return None
    appends = "append" in name_words or args.get("append") is True or args.get("mode") in ("a", "append")
    return _appended(path, content, present(path, root)) if appends else _written(path, content, present(path, root))


# -- the ways in which tools write ----------------------------------------------------------------------------------


def _written(path: str, content: str, now: Present) -> list[PreviewLine]:
    if now.is_new:
        return [*_facts(f"new file {path}, {counted(len(_lines(content)), 'line')}", now), *_all("added", content)]
    if now.text is None:
        return [*_facts(f"writes {counted(len(_lines(content)), 'line')} to {path}", now), *_all("added", content)]
    return _difference(path, now.text, content, now)


def _appended(path: str, content: str, now: Present) -> list[PreviewLine]:
    if now.is_new:
        return _written(path, content, now)
    after = "" if now.text is None else f", after the {counted(len(_lines(now.text)), 'line')} that it has"
    return [*_facts(f"adds {counted(len(_lines(content)), 'line')} to {path}{after}", now), *_all("added", content)]


def _inserted(path: str, line: int, content: str, now: Present) -> list[PreviewLine]:
    head = f"inserts {counted(len(_lines(content)), 'line')} into {path} after line {line}"
    return [*_facts(head, now), *_all("added", content)]


def _edits(args: Mapping[str, object]) -> list[tuple[str, str, bool]]:
    """What is replaced by what, and whether everywhere."""
    listed = args.get("edits")
    each = listed if isinstance(listed, list) else [args]
    found = []
    for edit in each:
        if not isinstance(edit, Mapping):
            return []
        for old, new in _PAIRS:
            before, after = edit.get(old), edit.get(new)
            if isinstance(before, str) and (isinstance(after, str) or (after is None and new not in edit)):
                found.append((before, after or "", edit.get("replace_all") is True))
                break
    return found if len(found) == len(each) else []


def _edited(path: str, edits: Sequence[tuple[str, str, bool]], now: Present) -> list[PreviewLine]:
    if now.text is None or not all(old for old, _, _ in edits):
        head = f"replaces text in {path}" + (", which does not exist" if now.is_new else "")
        pairs = [line for old, new, _ in edits for line in (*_all("removed", old), *_all("added", new))]
        return [*_facts(head, now), *pairs]
    text, odd = now.text, []
    for old, new, everywhere in edits:
        count = text.count(old)
        if count != 1 and not (everywhere and count):
            times = "does not occur" if not count else f"occurs {count} times"
            odd.append(PreviewLine("text", f"the text to replace {times} in {path}"))
        if not count:
            odd += [*_all("removed", old), *_all("added", new)]
        text = text.replace(old, new, -1 if everywhere else 1)
    return [*odd, *_difference(path, now.text, text, now)] if text != now.text or not odd else [*_facts("", now), *odd]


def _patch(patch: str) -> list[PreviewLine]:
    """A patch as it is, after what it says of files."""
    lines = _lines(patch)
    verbs = {"Add": "new file", "Update": "changes", "Delete": "deletes", "Move to": "and moves it to"}
    told = []
    before = ""
    for line in lines:
        if own := re.fullmatch(r"\*\*\* (Add File|Update File|Delete File|Move to): (.+)", line):
            told.append(f"{verbs[own[1].removesuffix(' File')]} {own[2]}")
        elif line.startswith("--- "):
            before = _patched(line)
        elif line.startswith("+++ ") and before:
            after = _patched(line)
            gone, new = after == "/dev/null", before == "/dev/null"
            told.append(f"deletes {before}" if gone else f"new file {after}" if new else f"changes {after}")
            before = ""
    kinds: dict[str, LineKind] = {"+": "added", "-": "removed"}
    heads = ("+++ ", "--- ")
    body = [PreviewLine("text" if line.startswith(heads) else kinds.get(line[:1], "text"), line) for line in lines]
    return [*(PreviewLine("text", fact) for fact in told), *body]


def _patched(line: str) -> str:
    return re.sub(r"^[ab]/", "", line[4:].partition("\t")[0])


# -- lines ---------------------------------------------------------------------------------------------------------


def _facts(head: str, now: Present) -> list[PreviewLine]:
    return [PreviewLine("text", fact) for fact in (head, *now.facts) if fact]


def _lines(text: str) -> list[str]:
    """The lines of a text as editors count them: the last line end ends a line and begins none."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _all(kind: LineKind, text: str) -> list[PreviewLine]:
    return [PreviewLine(kind, line) for line in _lines(text)]


def _difference(path: str, before: str, after: str, now: Present) -> list[PreviewLine]:
    if before == after:
        return _facts(f"same as now: {path}", now)
    unix = [text.replace("\r\n", "\n") for text in (before, after)]
    facts = [PreviewLine("text", fact) for fact in _ends(before, after)]
    old, new = (_lines(text) for text in (unix if any(facts) else (before, after)))
    body, gone, come = _grouped(old, new)
    head = f"changes {path}: {counted(gone, 'line')} of {len(old):,} out, {counted(come, 'line')} in"
    if come and gone == len(old):
        whole = "the only line" if gone == 1 else f"all {gone:,} lines"
        head = f"replaces {whole} of {path} by {counted(len(new), 'line')}"
    elif come and gone:
        head = f"replaces {counted(gone, 'line')} of {len(old):,} in {path} by {counted(come, 'line')}"
    elif come:
        head = f"adds {counted(come, 'line')} to the {len(old):,} of {path}"
    elif gone:
        head = f"takes {counted(gone, 'line')} of {len(old):,} out of {path}"
    else:
        head = f"changes the line ends of {path}"
    return [*_facts(head, now), *facts, *body]


def _ends(before: str, after: str) -> list[str]:
    """How the ends of lines change, which no line shows."""
    facts = []
    if "\r\n" in before and "\r\n" not in after:
        facts.append("line ends change from CRLF to LF")
    elif "\r\n" in after and "\r\n" not in before and "\n" in before:
        facts.append("line ends change from LF to CRLF")
    if before.endswith("\n") != after.endswith("\n"):
        facts.append(f"the last line {'gets a' if after.endswith(chr(10)) else 'loses its'} line end")
    return facts


def _grouped(old: Sequence[str], new: Sequence[str]) -> tuple[list[PreviewLine], int, int]:
    """The changed lines with those around them, and how many go and come."""
    start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    if start is None:
        start = min(len(old), len(new))
    room = min(len(old), len(new)) - start
    end = next((at for at in range(room) if old[-1 - at] != new[-1 - at]), room)
    middle = old[start : len(old) - end], new[start : len(new) - end]
    before = old[max(0, start - _CONTEXT) : start]
    after = old[len(old) - end :][:_CONTEXT]
    offset = start - len(before)
    if max(map(len, middle)) > _MOST_COMPARED:
        groups = [[("replace", 0, len(middle[0]), 0, len(middle[1]))]]
        old, new, offset, before, after = *middle, start, [], []
    else:
        old, new = [*before, *middle[0], *after], [*before, *middle[1], *after]
        groups = [list(group) for group in difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(_CONTEXT)]
    lines: list[PreviewLine] = []
    gone = come = 0
    for group in groups:
        lines.append(PreviewLine("text", f"line {group[0][1] + offset + 1}:"))
        for tag, a, b, c, d in group:
            if tag == "equal":
                lines += [PreviewLine("text", f"  {line}") for line in old[a:b]]
                continue
            lines += [PreviewLine("removed", line) for line in old[a:b]]
            lines += [PreviewLine("added", line) for line in new[c:d]]
            gone, come = gone + b - a, come + d - c
    return lines, gone, come
