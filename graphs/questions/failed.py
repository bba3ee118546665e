"""Why a node that failed with an answer fails again, in words."""

from graphdeck.graphs.questions.check import fault
from graphdeck.graphs.records import FailedTask
from graphdeck.graphs.values import safe_repr

_SHOWN = 120
"""Characters of an answer that are told."""


def wrong(failed: FailedTask) -> str:
    """Why the question does not take the answer with which its node failed; empty where it does, or there is none."""
    return fault(failed.question, failed.answer) if failed.question is not None else ""


def explanation(failed: FailedTask) -> str:
    """What the answer has to do with the failure, and what going on would do; empty where it had received none."""
    if failed.question is None:
        return ""
    answer = f"it failed with the answer that it had received, {safe_repr(failed.answer, _SHOWN)}"
    if why := wrong(failed):
        return f"{answer}, which its question does not take: {why}. Whatever is sent now, it gets that one again"
    return f"{answer}, and gets that one again when it goes on"
