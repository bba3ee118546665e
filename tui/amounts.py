"""Amounts for people."""


def bytes_text(count: int) -> str:
    """A size in bytes: `512 B`, `1.5 kB`, `20 MB`."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if amount < 9.95 and unit != "B" else f"{amount:.0f} {unit}"


def count_text(count: int, noun: str) -> str:
    """A number of things: `1 checkpoint`, `1,000 checkpoints`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
