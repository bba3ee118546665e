"""Why what the deck can do with a thread is off now, in words for a person; empty where it is on."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from graphdeck.tui.screens.look import Look

NOT_RUNNING: Final = "nothing runs here; q or Ctrl+Q leaves"
ANSWER_FIRST: Final = "a question waits: answer it first (a), or n for a new thread"
ELSEWHERE_RUNS: Final = "this thread does not run: t lists those that do, Enter goes to one"
LINGERS: Final = "a node that cannot be cancelled runs to its end: Ctrl+C kills it"
AT_ITS_END: Final = "it is at its end: type an input (i)"
OLD_SHOWN: Final = "an older checkpoint is shown: Esc goes to the newest, r runs again from here"


def why_not(look: "Look", action: str) -> str:
    """Why an action of the deck is off now; empty where it is on."""
    match action:
        case "answer" | "open_question":
            if look.refuses_saving and look.status == "waiting":
                return "the graph refuses saving, so its question cannot be answered"
            return "" if look.questions else "no question waits in this thread"
        case "stop":
            return "" if look.running or look.lingers else ELSEWHERE_RUNS if look.runs else NOT_RUNNING
        case "pause" | "step" | "run_to":
            return "" if look.running and action == "pause" else why_not_continue(look)
        case "end_thread":
            return why_not_act(look) or ("" if look.status != "done" else "it is at its end")
        case "run_form":
            return why_not_run(look) or ("" if look.shape else "the graph is not open yet")
        case "fork" | "run_again" | "edit_message":
            return "this thread is not saved yet" if look.snapshot is None else why_not_run(look)
        case "take_back":
            return why_not_act(look) or ("" if look.failed_with_answer else "no node failed with its answer")
        case _:
            return ""


def why_not_act(look: "Look") -> str:
    """Why the thread cannot be changed now."""
    if look.snapshot is None:
        return "this thread is not saved yet"
    return "it runs: stop it first (Ctrl+C)" if look.running or look.elsewhere else ""


def why_not_run(look: "Look") -> str:
    """Why no run of the thread can be started now."""
    if not look.graph and look.snapshot is None:  # else a person names the graph of the thread when it is needed
        return "open a graph first (o)"
    if look.running:
        return "it runs: space pauses it, Ctrl+C stops it"
    if look.lingers:
        return LINGERS
    if look.elsewhere:
        return f"running elsewhere: {look.elsewhere}"
    return ""


def why_not_answer(look: "Look") -> str:
    """Why no answer can be sent now; who runs the thread elsewhere is asked of its lease, not of what was read.

    The thread is not read again while a question is open.
    """
    return "" if look.elsewhere and not look.lingers else why_not_run(look)


def why_not_continue(look: "Look") -> str:
    """Why the thread cannot go on now as it is."""
    if reason := why_not_run(look):
        return reason
    is_unread = look.snapshot is None and look.fresh is not None and bool(look.fresh.checkpoint)
    if look.questions or (is_unread and look.status == "waiting"):
        return ANSWER_FIRST
    if is_unread and not look.refuses_saving:  # a run of ours has just stopped in it
        return AT_ITS_END if look.status == "done" else ""
    if look.snapshot is None:
        unsaved = "the graph refuses saving: " if look.refuses_saving else ""
        return f"{unsaved}nothing to go on with: type an input (i)"
    return "" if look.snapshot.next != () else AT_ITS_END
