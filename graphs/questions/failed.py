"""Why a node that failed with an answer fails again, in words."""

from graphdeck.graphs.questions.check import fault
from graphdeck.graphs.records import FailedTask
from graphdeck.graphs.values import safe_repr

_SHOWN = 120
"""Characters of an answer that are told."""


def explanation(failed: FailedTask) -> str:
    """What the answer has to do with the failure, and what going on would do; empty where it had received none."""
    if failed.question is None:
        return ""
    answer = f"it failed with the answer that it had received, {safe_repr(failed.answer, _SHOWN)}"
    wrong = fault(failed.question, failed.answer)
    if wrong:
        return f"{answer}, which its question does not take: {wrong}. Whatever is sent now, it gets that one again"
    return f"{answer}, and gets that one again when it goes on"
