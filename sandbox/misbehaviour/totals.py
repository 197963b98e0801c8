"""The members by which portals say how many records there are."""

COUNTS = {"total", "totalelements", "totalcount", "totalrecords", "datacount", "numberofelements", "recordcount"}
PAGES = {"totalpages", "pagecount"}
IS_LAST = {"last": True, "hasnextpage": False, "hasnext": False}


def declared(name: str, value: object, count: int) -> object:
    """The value of a member when there are `count` records and no further page; of the same type as it was."""
    plain = name.replace("_", "").lower()
    if plain in IS_LAST and isinstance(value, bool):
        return IS_LAST[plain]
    if plain not in COUNTS | PAGES or not str(value).isdecimal():
        return value
    number = min(count, 1) if plain in PAGES else count
    return str(number) if isinstance(value, str) else number
