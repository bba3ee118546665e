"""Every action once: this table feeds key bindings, footer, help list and command palette.

An action `answer` of the place `deck` is carried out by the method `action_answer` of the deck's screen, and its
binding has the id `deck.answer`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from graphdeck.graphs.frozen import Frozen

if TYPE_CHECKING:
    from textual.binding import Binding

Place: TypeAlias = Literal[
    "app",
    "deck",
    "approval",
    "picker",
    "inbox",
    "policy",
    "help",
    "message",
    "confirm",
    "state",
    "whole",
    "difference",
    "fork",
    "run_form",
    "configs",
    "find",
    "stops",
    "node",
    "runs",
]


class Action(Frozen):
    """Something that a person can do, with its key."""

    id: str
    """Name of its `action_...` method."""
    key: str
    """Textual's names of its keys, separated by commas; the first one is shown."""
    label: str
    """A word or two, for the footer."""
    help: str
    """A sentence, for help and palette."""
    group: str
    """Heading in the help list."""
    where: Place
    """Screen that it belongs to; `app` for every screen."""
    in_text_field: bool = False
    """Its key counts while a text field has the focus, too."""

    @property
    def shown_key(self) -> str:
        """The key as people write it: `a`, `Ctrl+P`, `?`."""
        return shown_key(self.key.split(",")[0])


_KEY_NAMES: Final = {
    "question_mark": "?",
    "number_sign": "#",
    "slash": "/",
    "colon": ":",
    "full_stop": ".",
    "space": "space",
    "escape": "Esc",
    "enter": "Enter",
    "delete": "Del",
    "end": "End",
    "f5": "F5",
}


def shown_key(key: str) -> str:
    """Textual's name of a key as people write it."""
    *modifiers, name = key.split("+")
    if modifiers:
        return "+".join([*(modifier.capitalize() for modifier in modifiers), _KEY_NAMES.get(name, name.upper())])
    return _KEY_NAMES.get(name, name)


def _deck(name: str, key: str, label: str, text: str, group: str, in_text_field: bool = False) -> Action:
    return Action(id=name, key=key, label=label, help=text, group=group, where="deck", in_text_field=in_text_field)


_GROUPS: Final = {
    "app": "Everywhere",
    "approval": "Approval",
    "picker": "Opening a graph",
    "inbox": "Inbox",
    "policy": "Rules",
    "help": "Help",
    "message": "A message to a thread that waits",
    "confirm": "Asking back",
    "state": "What was found in the state",
    "whole": "A value, whole",
    "difference": "A difference",
    "fork": "A fork",
    "run_form": "The form of a run",
    "configs": "Named configs",
    "stops": "Breakpoints and watched values",
    "find": "A text in all states",
    "node": "A node",
    "runs": "Past runs",
}


def _of(where: Place, name: str, key: str, label: str, text: str, in_text_field: bool = False) -> Action:
    group = _GROUPS[where]
    return Action(id=name, key=key, label=label, help=text, group=group, where=where, in_text_field=in_text_field)


ACTIONS: Final[tuple[Action, ...]] = (
    _deck("answer", "a", "answer", "Open the question that waits in this thread", "Run"),
    _deck("open_question", "ctrl+o", "question", "Open the question, also from the input line", "Run", True),
    _deck("input", "i", "input", "Go to the input line; Esc leaves it", "Run"),
    _deck("run_form", "g", "run form", "Fill in a run: input, context and options; named configs", "Run"),
    _deck("pause", "space", "pause", "Pause at the next step, or go on with a thread that stands still", "Run"),
    _deck("stop", "ctrl+c", "stop", "Stop the run: first pause, then cancel, then kill", "Run", True),
    _deck("step", "s", "step", "Run one step of a thread that stands still, and stop again", "Run"),
    _deck("run_to", "m", "run to", "Run until the node of the graph's cursor comes next, and stop there", "Run"),
    _deck(
        "breakpoint", "b", "breakpoint", "Stop before the node; again: after, not; in the state: watch a value", "Run"
    ),
    _deck("stops", "S", "stops", "List breakpoints and watched values: conditions, on and off", "Run"),
    _deck("take_back", "u", "take back", "Take back the answer with which a node failed, to be asked again", "Run"),
    _deck("rules", "P", "rules", "Show the rules in force; trust the project's, revoke grants", "Run"),
    _deck("new_thread", "n", "new thread", "Begin a new thread", "Threads"),
    _deck("focus_threads", "t", "threads", "Go to the list of threads", "Threads"),
    _deck("find_text", "F", "find text", "Look for a text in the states of all threads", "Threads"),
    _deck("mark", "x", "mark", "Mark the thread of the cursor, to do the same to several", "Threads"),
    _deck("mark_all", "X", "mark all", "Mark all threads that are listed, or none", "Threads"),
    _deck("rename_thread", "R", "rename", "Give this thread a title", "Threads"),
    _deck("tag_threads", "number_sign", "tag", "Give this thread tags, or take some away", "Threads"),
    _deck("copy_threads", "C", "copy thread", "Copy this thread to a new one", "Threads"),
    _deck("export_threads", "e", "export", "Export this thread to a file of its own, or as JSON", "Threads"),
    _deck("import_threads", "L", "import", "Import all threads of another checkpoint file", "Threads"),
    _deck("prune_threads", "p", "prune", "Delete old checkpoints of this thread (says how many, and asks)", "Threads"),
    _deck("delete_thread", "D,delete", "delete", "Delete this thread with all its checkpoints (asks first)", "Threads"),
    _deck("end_thread", "E", "end", "End this thread unanswered: nothing more of it runs (asks first)", "Threads"),
    _deck("inbox", "I", "inbox", "Open the inbox: everything that waits for you, over all threads", "Threads"),
    _deck("refresh", "f5,ctrl+r", "refresh", "Read graph, threads and state again", "Threads"),
    _deck("show_graph", "1", "Graph", "Show the graph", "Panes"),
    _deck("layout", "l", "layout", "Draw the graph as it fits, in boxes, or with one row a node", "Panes"),
    _deck("subgraph", "z", "subgraph", "Unfold the subgraph of the cursor in place, or fold it", "Panes"),
    _deck("follow", "full_stop", "at work", "Go to the node that runs, waits or failed, and follow the run", "Panes"),
    _deck("node", "enter", "node", "Show the node of the graph's cursor: source, policies, edges, tasks", "Panes"),
    _deck("show_state", "2", "State", "Show the state", "Panes"),
    _deck("show_messages", "3", "Messages", "Show the conversation", "Panes"),
    _deck("show_timeline", "4,h", "Timeline", "Show the checkpoints of this thread", "Panes"),
    _deck("show_log", "5", "Log", "Show prints, errors and retries", "Panes"),
    _deck("show_threads", "6", "Threads", "Show the threads of this file", "Panes"),
    _deck("filter", "slash", "filter", "Find threads; in the graph, a node; in the state, a key or a text", "Panes"),
    _deck("compare", "d", "compare", "Mark a checkpoint; on another one, show what differs between the two", "History"),
    _deck("tasks", "G", "tasks", "Show the tasks of the run over time; again: the checkpoints", "History"),
    _deck("fork", "f", "fork", "Write into the state at this checkpoint: another branch begins there", "History"),
    _deck("run_again", "r", "run again", "Run again from this checkpoint, or write this message anew", "History"),
    _deck("edit_message", "M", "edit message", "Give a message of yours another text, and go on from there", "History"),
    _deck("other_branch", "B", "branch", "Look at the end of the thread's next branch", "History"),
    _deck("runs", "H", "past runs", "Show past runs of this thread: tasks over time, retries, tokens", "History"),
    _deck("go_to_path", "colon", "go to path", "Go to a value of the state by its path", "Panes"),
    _deck("raw", "j", "raw JSON", "Show the state as it is in JSON, or made readable", "Panes"),
    _deck("tool_calls", "k", "tool calls", "Hide tool calls and results in the conversation, or show them", "Panes"),
    _deck("view", "v", "view", "Show the selected value or message whole", "Panes"),
    _deck("copy", "c", "copy", "Copy the selected value", "Panes"),
    _deck("write", "w", "to file", "Write the selected value to a file (asks for its name)", "Panes"),
    _deck("back", "escape", "back", "Leave the input line or an old checkpoint; never decides anything", "Panes"),
    _deck("open_target", "o", "open", "Open another graph", "Panes"),
    _of("state", "next_hit", "n", "next", "Go to the next place in the state that has the text"),
    _of("state", "previous_hit", "N", "previous", "Go to the place before it"),
    _of("app", "help", "question_mark,f1", "keys", "List all keys"),
    _of("app", "palette", "ctrl+p", "commands", "Find a command by its name", True),
    _of("app", "toggle_theme", "T", "theme", "Change between the dark and the light theme"),
    _of("app", "suspend_process", "ctrl+z", "to the shell", "Go back to the shell for a while; `fg` there comes back"),
    _of("app", "quit", "ctrl+q,q", "quit", "Leave graphdeck (asks while a run is on)", True),
    _of("approval", "approve", "a", "approve", "Approve this action, or say yes"),
    _of("approval", "grant", "g", "approve again", "Approve this call, and the same one again in this thread"),
    _of("approval", "grant_tool", "G", "approve tool", "Approve this call, and any call of its tool in this thread"),
    _of("approval", "reject", "r", "reject", "Reject this action, or say no; a reason may be given"),
    _of("approval", "edit", "e", "edit", "Edit the arguments, and approve what was edited"),
    _of("approval", "respond", "m", "answer for the tool", "Answer in the tool's place; the tool does not run"),
    _of("approval", "fill_form", "i", "fill in", "Fill in the answer that is asked for"),
    _of("approval", "type_answer", "t", "type answer", "Type an answer, as text or as JSON"),
    _of("approval", "take_back", "u", "undecide", "Take the decision on this action back, also a rule's"),
    _of("approval", "show_inner", "o", "inner state", "Show the state of the subgraph that asks, and edit it"),
    _of("approval", "next_action", "n", "next", "Go to the next action"),
    _of("approval", "previous_action", "p", "previous", "Go to the previous action"),
    _of("approval", "approve_all", "v,asterisk", "approve all", "Approve all that is undecided, once it was on screen"),
    _of("approval", "send", "s", "send", "Send all decisions"),
    _of("approval", "send_decided", "S", "send decided", "Send what is decided; the other questions go on waiting"),
    _of("approval", "toggle_json", "ctrl+t", "text/JSON", "Take what is typed as text, as JSON, or as nothing", True),
    _of("approval", "open_editor", "ctrl+e", "editor", "Edit what is typed in your own editor", True),
    _of("approval", "leave", "escape", "leave waiting", "Close without deciding; the thread goes on waiting", True),
    _of("picker", "choose", "enter", "open", "Open this graph"),
    _of("picker", "filter", "slash", "filter", "Filter the list"),
    _of("picker", "reload", "r", "reload", "Look for graphs again"),
    _of("picker", "back", "escape", "back", "Go back", True),
    _of("inbox", "choose", "enter", "answer", "Go to the question, to answer it there"),
    _of("inbox", "go_on", "space", "go on", "Go on with a thread that a breakpoint stopped"),
    _of("inbox", "filter", "slash", "filter", "Filter the list"),
    _of("inbox", "order", "o", "order", "Newest or oldest first"),
    _of("inbox", "open_thread", "d", "deck", "Look at this thread in the deck"),
    _of("inbox", "end_thread", "E", "end", "End this thread unanswered: nothing more of it runs (asks first)"),
    _of("inbox", "copy", "c", "copy", "Copy the thread's id"),
    _of("inbox", "back", "escape", "back", "Back to the list, or to the deck; never decides anything", True),
    _of("policy", "trust", "t", "trust", "Trust the project's rules as they are now, or no longer"),
    _of("policy", "revoke", "d,delete", "revoke", "Ask again for the call that is granted"),
    _of("policy", "reload", "r", "read again", "Read the rules again"),
    _of("policy", "back", "escape", "back", "Go back", True),
    _of("fork", "write", "y", "write", "Write it"),
    _of("fork", "turn_write", "ctrl+r", "append/replace", "Give it to the key's reducer, or put it in place", True),
    _of("fork", "next_node", "ctrl+n", "as node", "Say that the values come from another node", True),
    _of("fork", "toggle_json", "ctrl+t", "text/JSON", "Take what is typed as text, as JSON, or leave it out", True),
    _of("fork", "open_editor", "ctrl+e", "editor", "Edit what is typed in your own editor", True),
    _of("fork", "back", "escape", "back", "Back to the form, or out of it; nothing is written", True),
    _of("run_form", "run", "ctrl+r", "run", "Run it, with this context and these options now and from now on", True),
    _of("run_form", "keep", "ctrl+s", "keep, run nothing", "Keep context and options for later runs", True),
    _of("run_form", "configs", "ctrl+g", "configs", "Take a named config, or keep this one under a name", True),
    _of("run_form", "turn_form", "ctrl+l", "all as JSON", "Type each part as JSON, or by its fields", True),
    _of("run_form", "toggle_json", "ctrl+t", "text/JSON", "Take what is typed as text, as JSON, or leave it out", True),
    _of("run_form", "open_editor", "ctrl+e", "editor", "Edit what is typed in your own editor", True),
    _of("run_form", "back", "escape", "back", "Leave; what was typed comes back with the form", True),
    _of("configs", "take", "enter", "take", "Fill the form with this config; secrets are asked for"),
    _of("configs", "keep", "k", "keep as", "Keep context and options of the form under a name; secrets are left out"),
    _of("configs", "versions", "v", "versions", "Show older versions too, or only the newest ones"),
    _of("configs", "remove", "d,delete", "delete", "Delete this config with all its versions (asks first)"),
    _of("configs", "back", "escape", "back", "Back to the form", True),
    _of("help", "run", "enter", "run", "Do this now"),
    _of("help", "back", "escape", "back", "Go back", True),
    _of("message", "reject_first", "r", "reject first", "Reject the question, then send what was typed"),
    _of("message", "drop", "d", "drop", "Drop the question, and send what was typed"),
    _of("message", "back", "escape", "back", "Send nothing; what was typed is kept"),
    _of("whole", "raw", "j", "raw JSON", "Show it as it is in JSON, or made readable"),
    _of("whole", "copy", "c", "copy", "Copy it"),
    _of("whole", "write", "w", "to file", "Write it to a file (asks for its name)"),
    _of("whole", "back", "escape", "back", "Go back", True),
    _of("difference", "filter", "slash", "filter", "Show only paths that have a text"),
    _of("difference", "view", "v", "view", "Show the value of the cursor whole"),
    _of("difference", "copy", "c", "copy", "Copy the differences that are shown"),
    _of("difference", "write", "w", "to file", "Write them to a file (asks for its name)"),
    _of("difference", "back", "escape", "back", "Go back", True),
    _of("find", "choose", "enter", "look", "Look at this thread where the text is; in the line, look for the text"),
    _of("find", "change_text", "slash", "text", "Look for another text"),
    _of("find", "back", "escape", "back", "Stop looking, or go back", True),
    _of("stops", "add", "a", "add", "Add a breakpoint, also with a condition, or a value to watch"),
    _of("stops", "edit", "e", "edit", "Change node or condition of this one"),
    _of("stops", "turn", "b", "before/after", "Stop at the other side of the node"),
    _of("stops", "on_off", "space", "on/off", "Put this one off, or on again"),
    _of("stops", "remove", "d,delete", "remove", "Remove this one"),
    _of("stops", "back", "escape", "back", "Go back", True),
    _of("node", "view", "v,enter", "task", "Show the task of the cursor whole: its input, result and error"),
    _of("node", "tasks", "t", "tasks", "Go to the tasks, or back to the source"),
    _of("node", "open_checkpoint", "o", "its state", "Look at the checkpoint that the task of the cursor began at"),
    _of("node", "open_editor", "e", "editor", "Open the source in your own editor, at the node's line"),
    _of("node", "copy", "c", "copy", "Copy what is read"),
    _of("node", "write", "w", "to file", "Write it to a file (asks for its name)"),
    _of("node", "back", "escape", "back", "Go back", True),
    _of("runs", "tasks", "t", "tasks", "Go to the tasks of the run, or back to the runs"),
    _of("runs", "copy", "c", "copy", "Copy the tasks, a line each"),
    _of("runs", "write", "w", "to file", "Write them to a file (asks for its name)"),
    _of("runs", "back", "escape", "back", "Go back", True),
    _of("confirm", "yes", "y", "yes", "Do it"),
    _of("confirm", "back", "escape,n", "no", "Do nothing", True),
)


def actions_of(where: Place) -> tuple[Action, ...]:
    """The actions of one place, in the order of the table."""
    return tuple(action for action in ACTIONS if action.where == where)


def action(where: Place, name: str) -> Action:
    """One action by its id; raises KeyError where there is none such."""
    for candidate in ACTIONS:
        if candidate.where == where and candidate.id == name:
            return candidate
    raise KeyError(f"{where}.{name}")


def help_groups(*places: Place) -> tuple[tuple[str, tuple[Action, ...]], ...]:
    """The actions of some places under their headings: the places' own first, then those of every screen."""
    found: dict[str, list[Action]] = {}
    for place in (*places, "app") if "app" not in places else places:
        for each in ACTIONS:
            if each.where == place:
                found.setdefault(each.group, []).append(each)
    return tuple((group, tuple(members)) for group, members in found.items())


def bindings_for(where: Place) -> "list[Binding]":
    """Textual's bindings for the actions of one place."""
    return [binding for each in actions_of(where) for binding in _bindings(each)]


def _bindings(each: Action) -> "Iterable[Binding]":
    """One binding a key, so that a key of its own can be priority while its plain letter is not.

    A letter never has priority: while a text field has the focus it is typed. A key with Ctrl, which cannot be typed,
    has priority where the action counts in text fields; Escape reaches the screen by itself.
    """
    from textual.binding import Binding

    for index, key in enumerate(each.key.split(",")):
        typed = len(key) == 1 or "+" not in key
        yield Binding(
            key,
            each.id,
            each.label,
            id=f"{each.where}.{each.id}" if index == 0 else None,
            key_display=shown_key(key),
            tooltip=each.help,
            priority=each.in_text_field and not typed,
        )
