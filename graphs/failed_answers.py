"""Tasks that failed with the answer to their question: the one rule for it, in SQL, for readers and for workers.

LangGraph writes such an answer down beside the question, gives it to the node again whenever the thread goes on, and
takes no other one. It goes on calling the question an interrupt that waits, so that rows are all that tells.
"""

import shlex
from typing import Final

OWN_ANSWER: Final = """EXISTS (
    SELECT 1 FROM writes AS own
    WHERE own.thread_id = asks.thread_id AND own.checkpoint_ns = asks.checkpoint_ns
    AND own.checkpoint_id = asks.checkpoint_id AND own.channel = '__resume__'
    AND (own.task_id = asks.task_id OR instr(own.task_path, '~__pregel_push, ' || asks.task_path || ', '))
)"""
"""Whether the task of such a row has an answer itself; else a task inside of it has, and may have finished with it."""


def answered_sql(task_path: str = "task_path") -> str:
    """Whether a row `asks` of the table `writes`, which holds a question, is older than its answer and a failure since.

    A row that is written again gets a new rowid. The answer to a subgraph's question is with the task inside of it,
    whose namespace holds the id of the task that runs the subgraph; in the functional API it is with the task that an
    entrypoint calls, whose path holds the entrypoint's. `task_path` is the column, or `''` in files without it.
    """
    own, outer = (task_path, "''") if task_path == "''" else (f"answer.{task_path}", f"asks.{task_path}")
    return f"""EXISTS (
        SELECT 1 FROM writes AS failed
        WHERE failed.thread_id = asks.thread_id AND failed.checkpoint_ns = asks.checkpoint_ns
        AND failed.checkpoint_id = asks.checkpoint_id AND failed.task_id = asks.task_id
        AND failed.channel = '__error__' AND failed.rowid > asks.rowid AND EXISTS (
            SELECT 1 FROM writes AS answer
            WHERE answer.thread_id = asks.thread_id AND answer.channel = '__resume__' AND answer.rowid > asks.rowid
            AND (
                answer.task_id = asks.task_id OR instr(answer.checkpoint_ns, asks.task_id)
                OR (
                    answer.checkpoint_ns = asks.checkpoint_ns AND answer.checkpoint_id = asks.checkpoint_id
                    AND instr({own}, '~__pregel_push, ' || {outer} || ', ')
                )
            )
        )
    )"""


def take_back_hint(thread: str) -> str:
    """The next step for a person."""
    return f"take the answer back, to be asked again: graphdeck repair {shlex.quote(thread)}"
