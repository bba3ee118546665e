"""The plan of a fork: what the graph tells of its checkpoint, and what the file tells of the branches after it."""

import dataclasses
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.forks import (
    ForkPlan,
    has_message,
    inputs_taken,
    plan_from_dict,
    tips_after,
    way_back,
    with_old_branches,
)
from graphdeck.graphs.records import START, Snapshot

MOST_TIPS = 20
"""Branches whose messages are read for the tools that they called, newest first."""


async def plan_fork(
    engine: Engine, head: Snapshot, asked: ForkPlan, request: Callable[[dict[str, Any]], Awaitable[Any]]
) -> ForkPlan:
    """The whole plan for what was asked; `head` is the newest state of its thread, `request` asks a worker."""
    plan = plan_from_dict(await request({"plan": dataclasses.asdict(asked)}))
    thread, file = plan.thread, plan.file
    rows = await engine.history(thread, limit=sys.maxsize, file=file)
    before = await engine.state(thread, plan.checkpoint, compared=False, file=file)
    tips = [
        await engine.state(thread, tip, compared=False, file=file)
        for tip in tips_after(rows, plan.checkpoint)[:MOST_TIPS]
    ]
    asking = () if plan.is_head else tuple(question.path[-1] for question in head.interrupts)
    following = before.next or () if plan.unreadable else plan.next  # what rows tell, where the graph cannot
    drops = before.next or () if plan.is_head and plan.as_node == START else ()
    told = dataclasses.replace(plan, leaves=asking, next=following, drops=drops)
    return with_old_branches(told, rows, before, tips)


async def taken_at(engine: Engine, thread: str, message: str, checkpoint: str, file: str) -> str:
    """The checkpoint that has just taken the input with a message; raises InputError where no input had it."""
    rows = await engine.history(thread, limit=sys.maxsize, file=file)
    found = None
    for row in inputs_taken(rows, checkpoint):
        if not has_message(await engine.state(thread, row.checkpoint, compared=False, file=file), message):
            break
        found = row
    if found is None or has_message(await engine.state(thread, found.parent, compared=False, file=file), message):
        raise InputError("this message did not come with an input", "fork (f) at a checkpoint to change it there")
    return found.checkpoint


async def written_at(engine: Engine, thread: str, message: str, checkpoint: str, file: str) -> str:
    """The checkpoint whose step wrote a message; raises InputError where no step did."""
    way = way_back(await engine.history(thread, limit=sys.maxsize, file=file), checkpoint)
    there, gone = -1, len(way)  # once it was written it is in all states up to the given one, so few are read
    while gone - there > 1:
        middle = (there + gone) // 2
        if has_message(await engine.state(thread, way[middle].checkpoint, compared=False, file=file), message):
            there = middle
        else:
            gone = middle
    if there < 0 or gone == len(way) or way[there].source != "loop" or way[gone].source == "input":
        raise InputError("no node of the graph wrote this message", "M gives a message of yours another text")
    return way[gone].checkpoint
