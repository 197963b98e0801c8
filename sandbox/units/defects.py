"""How names of the real list are spoiled: decomposed letters, line breaks and double blanks inside."""

import unicodedata
from zlib import crc32

DECOMPOSED_ONE_IN = 5
BROKEN_ONE_IN = 7


def spoiled(code: str, name: str) -> str:
    """The name as the list spells it; a code always meets the same spelling."""
    mark = crc32(code.encode())
    if mark % BROKEN_ONE_IN == 0:
        head, _, tail = name.rpartition(" ")
        name = f"{head} \n{tail}"
    return unicodedata.normalize("NFD", name) if mark % DECOMPOSED_ONE_IN == 0 else name
