"""Instants as portals other than iGate write them: local time of Vietnam (+07:00), the zone never said."""

from datetime import datetime

from sandbox.world.clock import DAY_ZERO, HOUR, MINUTE, ZONE, date_text, date_vietnamese, day_of, midnight


def vietnamese_time(instant: int | None) -> str:
    """An instant (ms since the Unix epoch) as `dd/MM/yyyy HH:mm:ss`; "" when there is none."""
    return "" if instant is None else f"{date_vietnamese(day_of(instant))} {_clock(instant)}"


def iso_local(instant: int | None) -> str | None:
    """An instant as .NET writes it: `yyyy-MM-ddTHH:mm:ss`, with a fraction only where there is one; None stays None."""
    if instant is None:
        return None
    fraction = f".{instant % 1000:03}".rstrip("0").rstrip(".")
    return f"{date_text(day_of(instant))}T{_clock(instant)}{fraction}"


def day_from(text: str, form: str) -> int:
    """The simulated day that a date names, written in a strptime form; ValueError when it names none."""
    return (datetime.strptime(text, form).replace(tzinfo=ZONE).date() - DAY_ZERO).days


def _clock(instant: int) -> str:
    rest = instant - midnight(day_of(instant))
    return f"{rest // HOUR:02}:{rest % HOUR // MINUTE:02}:{rest % MINUTE // 1000:02}"
