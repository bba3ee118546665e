"""What is said of runs that are on when a person leaves. Pure."""


def question(count: int) -> str:
    """What is asked first."""
    return "A run is on. Leave?" if count == 1 else f"{count} runs are on. Leave?"


def consequence(count: int) -> str:
    """What becomes of the runs."""
    if count == 1:
        return (
            "It stops at its next step. If that takes more than 10 seconds, it is killed: the step begins anew later."
            "\nNothing that is saved is lost: the thread can be continued."
        )
    return (
        "Each stops at its next step. What takes more than 10 seconds is killed, and its step begins anew later."
        "\nNothing that is saved is lost: all threads can be continued."
    )


def yes(count: int) -> str:
    """What the key does."""
    return "stop it and leave" if count == 1 else f"stop all {count} and leave"


def farewell(count: int) -> str:
    """The last line in the terminal."""
    if count == 1:
        return "the run stops at its next step (10 seconds at the most); its thread can be continued"
    return f"{count} runs stop at their next step (10 seconds at the most); their threads can be continued"
