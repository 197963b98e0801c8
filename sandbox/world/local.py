"""The province's own copies of national procedures: local ids, and codes with and without a suffix side by side."""

from dataclasses import dataclass

from sandbox.world.catalogue import Catalogue, Entry
from sandbox.world.chance import Dice, object_id
from sandbox.world.naming import field_code

# Both suffix forms and the plain code are found inside one province.
SUFFIXES = (".000.00.00.H15", ".H15", "")


@dataclass(frozen=True, slots=True)
class LocalProcedure:
    """A local copy; `code` may carry a suffix, `knows_national_code` tells whether nationCode is filled in."""

    entry: Entry
    code: str
    knows_national_code: bool

    @property
    def id(self) -> str:
        """Its id in the one-stop portal, 24 hexadecimal digits."""
        return object_id("procedure", self.entry.procedure.code)

    @property
    def sector_name(self) -> str:
        """The name of its (first) field, empty when it has none."""
        return next(iter(self.entry.procedure.fields), "")

    @property
    def sector_code(self) -> str:
        """The code of its field, the national one."""
        return field_code(self.entry.procedure.ministry, self.sector_name)

    @property
    def sector_id(self) -> str:
        """The id of its field (lĩnh vực) in the one-stop portal."""
        return object_id("sector", self.sector_code)


def local_procedures(catalogue: Catalogue) -> list[LocalProcedure]:
    """A copy of every procedure the province carries out, the abolished too: nobody cleans up the local list.

    A catalogue without any such procedure (a very small one) is taken whole.
    """
    entries = list(catalogue.ever())
    return [_copy(entry) for entry in entries if entry.procedure.is_local] or [_copy(entry) for entry in entries]


def _copy(entry: Entry) -> LocalProcedure:
    dice = Dice("local copy", entry.procedure.code)
    return LocalProcedure(entry, entry.procedure.code + dice.pick(SUFFIXES), not dice.one_in(3))
