"""Graphs like those that users had trouble with, as they would write them; each is a module with `graph`, or two."""

UNDECLARED = '''
"""A router that says nothing of its targets, a goto to a node that no edge names, and a node that loops on itself."""
import operator
from typing import Annotated, Literal, TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import Command

class State(TypedDict, total=False):
    topic: str
    seen: Annotated[str, operator.add]

def sort(state):
    return {"seen": "sort "}

def by_topic(state):
    return state["topic"]

def post(state):
    return {"seen": "post "}

def hand_over(state):
    return Command(goto="cellar", update={"seen": "hand_over "})

def cellar(state):
    return {"seen": "cellar "}

def ask(state):
    return {"seen": "ask "}

def once_more(state):
    return "ask" if state["seen"].count("ask") < 3 else "store"

def store(state):
    return {"seen": "store "}

def at_last(state) -> Literal["ask", "__end__"]:
    return "__end__"

builder = StateGraph(State)
for node in (sort, post, hand_over, cellar, ask, store):
    builder.add_node(node)
builder.add_edge(START, "sort").add_conditional_edges("sort", by_topic)
builder.add_edge("post", "hand_over").add_edge("cellar", "ask")
builder.add_conditional_edges("ask", once_more, ["ask", "store"]).add_conditional_edges("store", at_last)
graph = builder.compile()
'''

SIXTY = '''
"""Sixty nodes in a row, with side tracks and ways back; in the middle one waits until there is a file `go`."""
import operator, time
from pathlib import Path
from typing import Annotated, TypedDict
from langgraph.graph import END, START, StateGraph

class State(TypedDict, total=False):
    title: str
    count: Annotated[int, operator.add]

def work(state):
    return {"count": 1}

def wait(state):
    while not Path(__file__).with_name("go").exists():
        time.sleep(0.01)
    return {"count": 1}

builder = StateGraph(State)
names = [f"stage_{number:02d}" for number in range(60)]
for name in names:
    builder.add_node(name, wait if name == "stage_31" else work)
builder.add_edge(START, names[0]).add_edge(names[-1], END)
for name, following in zip(names, names[1:]):
    builder.add_edge(name, following)
for number in range(10, 60, 10):
    builder.add_edge(names[number], names[number + 5])
    builder.add_conditional_edges(names[number], lambda state: [], {"back": names[number - 10]})
graph = builder.compile()
'''

STOPS = '''
"""Stops that are declared in the code: nothing is asked, and the run stands before a node, or after it."""
import operator
from typing import Annotated, TypedDict
from langgraph.graph import END, START, StateGraph

class State(TypedDict, total=False):
    text: str
    by: Annotated[str, operator.add]

def write(state):
    return {"by": "write "}

def check(state):
    return {"by": "check "}

def publish(state):
    return {"by": "publish "}

def count(state):
    return {"by": "count "}

builder = StateGraph(State).add_node(write).add_node(check).add_node(publish).add_node(count)
builder.add_edge(START, "write").add_edge("write", "check").add_edge("check", "publish")
builder.add_edge("publish", "count").add_edge("count", END)
graph = builder.compile(interrupt_before=["check", "publish"], interrupt_after=["publish"])
'''

NOISY = '''
"""Nodes that write over the terminal, block the event loop until there is a file `go`, and read the keyboard."""
import logging, os, subprocess, sys, time, warnings
from pathlib import Path
from typing import TypedDict
from langgraph.graph import END, START, StateGraph

class State(TypedDict, total=False):
    title: str
    typed: str

def talk(state):
    print("a line that is printed")
    sys.stderr.write("a line for stderr\\n")
    logging.getLogger("agent").warning("a line that is logged")
    warnings.warn_explicit("a line that warns", UserWarning, "agent.py", 1)
    return {}

def scribble(state):
    os.write(1, b"past sys.stdout\\x1b[2J\\x1b[H\\n")
    subprocess.run(["sh", "-c", "echo by a child"], check=True)
    return {}

async def block(state):
    while not Path(__file__).with_name("go").exists():
        time.sleep(0.01)
    return {}

def read(state):
    try:
        return {"typed": input("your name? ")}
    except EOFError:
        return {"typed": "end of file"}

builder = StateGraph(State).add_node(talk).add_node(scribble).add_node(block).add_node(read)
builder.add_edge(START, "talk").add_edge("talk", "scribble").add_edge("scribble", "block").add_edge("block", "read")
graph = builder.add_edge("read", END).compile()
'''

FAILING = '''
"""One of two nodes side by side fails until there is a file `up`, another tries three times; a loop has no end."""
import operator, time
from pathlib import Path
from typing import Annotated, TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.types import RetryPolicy

class State(TypedDict, total=False):
    title: str
    log: Annotated[str, operator.add]
    turns: int

tried = []
calls = Path(__file__).with_name("calls")

def good(state):
    with calls.open("a") as file:
        file.write("good\\n")
    return {"log": "good "}

def flaky(state):
    while not calls.exists():
        time.sleep(0.01)
    if not Path(__file__).with_name("up").exists():
        try:
            {}["upstream"]
        except KeyError as cause:
            raise RuntimeError("the service said no\\nand gave a reason") from cause
    return {"log": "flaky "}

def stubborn(state):
    tried.append(1)
    if len(tried) < 3:
        raise ConnectionError("once more")
    return {"log": "stubborn "}

def turn(state):
    return {"turns": state.get("turns", 0) + 1}

again = RetryPolicy(initial_interval=0.01, jitter=False, max_attempts=3)
builder = StateGraph(State).add_node(good).add_node(flaky).add_node(stubborn, retry_policy=again)
builder.add_edge(START, "good").add_edge(START, "flaky").add_edge(["good", "flaky"], "stubborn")
graph = builder.add_edge("stubborn", END).compile()

turning = StateGraph(State).add_node(turn).add_edge(START, "turn")
loop = turning.add_conditional_edges("turn", lambda state: "turn", ["turn", END]).compile()
'''
