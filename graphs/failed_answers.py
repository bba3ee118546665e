"""Tasks that failed with the answer to their question: the one rule for it, in SQL, for readers and for workers.

LangGraph writes such an answer down beside the question, gives it to the node again whenever the thread goes on, and
takes no other one. It goes on calling the question an interrupt that waits, so that rows are all that tells.
"""

import shlex
from typing import Final

NEXT_QUESTION: Final = "graphdeck_next_question"
"""Name of `is_next_question` in SQL: whoever asks the rule gives it to the connection."""
ARGUMENTS: Final = 6
"""How many it takes."""

OWN_ANSWER: Final = """EXISTS (
    SELECT 1 FROM writes AS own
    WHERE own.thread_id = asks.thread_id AND own.checkpoint_ns = asks.checkpoint_ns
    AND own.checkpoint_id = asks.checkpoint_id AND own.channel = '__resume__'
    AND (own.task_id = asks.task_id OR instr(own.task_path, '~__pregel_push, ' || asks.task_path || ', '))
)"""
"""Whether the task of such a row has an answer itself; else a task inside of it has, and may have finished with it."""

_PULL: Final = "~__pregel_pull, "


def answered_sql(task_path: str = "task_path") -> str:
    """Whether a row `asks` of the table `writes`, which holds a question, is older than its answer and a failure since.

    A row that is written again gets a new rowid. The answer to a subgraph's question is with the task inside of it,
    whose namespace holds the id of the task that runs the subgraph; in the functional API it is with the task that an
    entrypoint calls, whose path holds the entrypoint's. `task_path` is the column, or `''` in files without it.
    Answers to earlier questions of the same task are none: see `is_next_question`.
    """
    own, outer = (task_path, "''") if task_path == "''" else (f"answer.{task_path}", f"asks.{task_path}")
    return f"""EXISTS (
        SELECT 1 FROM writes AS failed
        WHERE failed.thread_id = asks.thread_id AND failed.checkpoint_ns = asks.checkpoint_ns
        AND failed.checkpoint_id = asks.checkpoint_id AND failed.task_id = asks.task_id
        AND failed.channel = '__error__' AND failed.rowid > asks.rowid AND EXISTS (
            SELECT 1 FROM writes AS answer
            WHERE answer.thread_id = asks.thread_id AND answer.channel = '__resume__' AND answer.rowid > asks.rowid
            AND NOT {NEXT_QUESTION}(
                answer.checkpoint_ns, answer.task_id, {own}, answer.type, answer.value, asks.value
            ) AND (
                answer.task_id = asks.task_id OR instr(answer.checkpoint_ns, asks.task_id)
                OR (
                    answer.checkpoint_ns = asks.checkpoint_ns AND answer.checkpoint_id = asks.checkpoint_id
                    AND instr({own}, '~__pregel_push, ' || {outer} || ', ')
                )
            )
        )
    )"""


def is_next_question(ns: str, task: str, path: str, type_: str, answers: bytes, asked: bytes) -> bool:
    """Whether a task asked a question with these answers received already, so that none of them answers it.

    LangGraph names a question by its node, its task, and how many answers the task had. False where the rows do not
    tell the node: of a `Send`, of a task of the functional API, and in old files.
    """
    node = path.removeprefix(_PULL)
    if node == path or not (received := _count(type_, answers)):
        return False
    from xxhash import xxh3_128_hexdigest  # rarely needed, and not for the first paint

    name = "|".join(filter(None, (ns, f"{node}:{task}", str(received))))
    return xxh3_128_hexdigest(name.encode()).encode() in asked


def _count(type_: str, answers: bytes) -> int:
    """How many items a stored list has, by its first bytes (the format of msgpack); 0 where it is none."""
    kind = answers[0] if type_ == "msgpack" and answers else 0
    return kind & 0x0F if kind & 0xF0 == 0x90 else int.from_bytes(answers[1:3]) if kind == 0xDC else 0


def take_back_hint(thread: str) -> str:
    """The next step for a person."""
    return f"take the answer back, to be asked again: graphdeck repair {shlex.quote(thread)}"
