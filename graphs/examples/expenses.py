"""An expense claim held against written rules: some it settles by itself, the rest a person decides by the rule."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel, Field

EXAMPLE_INPUT = {"who": "Kim", "what": "dinner with a client", "amount": 212.5, "people": 3, "receipt": False}


class Claim(BaseModel):
    """What somebody wants back, and what came of it."""

    who: str
    what: str
    amount: float = Field(gt=0)  # in EUR
    people: int = Field(default=1, ge=1)
    receipt: bool = True
    broken: list[str] = []  # the rules that speak against it, word for word
    decision: Literal["", "paid", "refused"] = ""
    reason: str = ""


class Rule(NamedTuple):
    """A sentence of the regulation, what breaks it, and what happens then."""

    text: str
    is_broken: Callable[[Claim], bool]
    effect: Literal["ask", "refuse"]


RULES = (
    Rule("1. No alcohol and no fines.", lambda claim: "wine" in claim.what or "fine" in claim.what, "refuse"),
    Rule("2. Meals: up to 60 EUR a person.", lambda claim: claim.amount > 60 * claim.people, "ask"),
    Rule("3. Above 25 EUR a receipt is needed.", lambda claim: claim.amount > 25 and not claim.receipt, "ask"),
    Rule("4. From 1,000 EUR on a manager decides.", lambda claim: claim.amount >= 1000, "ask"),
)


class Verdict(BaseModel):
    """What a person decides, and why: an exception from a rule has to be explained."""

    pay: bool = Field(description="Pay it although the rules say otherwise?")
    reason: str = Field(min_length=3, description="Why; it is kept with the claim")


def check(state: Claim) -> dict[str, object]:
    """Find the rules that the claim breaks; a refusing one settles it."""
    broken = [rule for rule in RULES if rule.is_broken(state)]
    refusing = [rule.text for rule in broken if rule.effect == "refuse"]
    decision = "refused" if refusing else "" if broken else "paid"
    reason = f"against the rules: {refusing[0]}" if refusing else "" if broken else "within the rules"
    return {"broken": [rule.text for rule in broken], "decision": decision, "reason": reason}


def needs_a_person(state: Claim) -> Literal["review", "settle"]:
    """Only what no rule settles is asked."""
    return "settle" if state.decision else "review"


def review(state: Claim) -> dict[str, object]:
    """Show a person the claim beside the rules that it breaks; the answer is a form."""
    details = state.model_dump(include={"who", "what", "amount", "people", "receipt"})
    question = {"question": "Pay this claim?", "claim": details, "breaks": state.broken}
    verdict: Verdict = interrupt(question, response_schema=Verdict)
    return {"decision": "paid" if verdict.pay else "refused", "reason": verdict.reason}


def settle(state: Claim) -> None:
    """Tell what came of it."""
    print(f"{state.who}: {state.what}, {state.amount:.2f} EUR: {state.decision} ({state.reason})")


builder = StateGraph(Claim)
builder.add_node(check)
builder.add_node(review)
builder.add_node(settle)
builder.add_edge(START, "check")
builder.add_conditional_edges("check", needs_a_person)
builder.add_edge("review", "settle")
builder.add_edge("settle", END)
graph = builder.compile()
