"""A measured figure beside its bound."""

import statistics
from collections.abc import Sequence


def tell(name: str, measured: str, value: float, bound: float | None = None) -> None:
    """Print one line; without a bound it is there to be known."""
    verdict = "" if bound is None else f"  <= {bound:g}  {'ok' if value <= bound else 'OVER'}"
    print(f"{name:<28} {measured:<64} {value:7.2f}{verdict}", flush=True)


def tell_ratio(
    name: str, ours: tuple[str, Sequence[float]], theirs: tuple[str, Sequence[float]], bound: float | None = None
) -> None:
    """Print the ratio of two kinds of measurements that were taken in turns: the median over the pairs.

    Neighbours in time met the same machine, however busy it was.
    """
    ratio = statistics.median(one / other for one, other in zip(ours[1], theirs[1], strict=True))
    parts = (f"{what} {statistics.median(seconds):.3f} s" for what, seconds in (ours, theirs))
    tell(name, ", ".join(parts), ratio, bound)
