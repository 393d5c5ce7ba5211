"""Numbers with their units, as short as they can be read."""

from math import ceil, log10

_TIMES = ((3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs"))
LEAST = 1e-9
_LONG = (20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
_BYTES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def amount(number: float, unit: str) -> str:
    """`unit` as Grafana names it: s, bytes, percentunit, short."""
    if unit == "percentunit":
        return f"{100 * number:.3g} %"
    scale = {"s": _TIMES, "bytes": _BYTES}.get(unit, ())
    for size, name in scale:
        if number >= size:
            return f"{number / size:.3g} {name}"
    if number >= 1000:
        return f"{number:,.0f}"
    return "0" if not number else f"{number:.3g}"


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def round_up(number: float, unit: str) -> float:
    """Where an axis ends, so that people can read it: the next of 1, 2, 5 times a power of ten, or
    of whole minutes and hours."""
    if unit == "s" and 10 < number <= _LONG[-1]:
        return next(long for long in _LONG if long >= number * 0.999)
    if number < LEAST:
        return 1.0
    power = 10.0 ** ceil(log10(number) - 1)
    return next(step * power for step in (1, 2, 5, 10) if step * power >= number * 0.999)
