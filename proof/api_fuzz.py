"""R9, api: whatever is asked of the API, it answers as its document says: no fault, no status, type or content that is not declared.

Half of the questions are anyone's, half those of an agency's system with a key. Each asks by the document that the served API gives
it; Schemathesis makes the questions from that, valid ones and others, always the same.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from proof.card import Line
from proof.household import household
from tests.helpers.house import House
from tests.helpers.people import People, with_key
from tests.helpers.serving import Api, Play, serving

CASES = 5000
SEED = 20261127
AT_ONCE = 20
"""Questions to one operation before the next one's turn."""

AWAY = 503
RANGES = (
    "",
    "bytes=0-",
    "bytes=5-9",
    "bytes=-5",
    "bytes=-0",
    "bytes=9-5, 0-0",
    "bytes=999999999-",
    "lines=1",
    "bytes=",
)
"""What a question may ask of a file; other answers take no notice of it."""

UNTOLD = [positive_data_acceptance]
"""A schema cannot say which tokens were ever given."""


def measure(cases: int = CASES) -> Line:
    """So many questions at least, over all operations of the document."""
    with household() as house:
        key = publish(house)
        with serving(house) as api:
            asked, wrong = ask(api, cases // 2)
            api.http.headers.update(with_key(key))
            more, odd = ask(api, cases - cases // 2)
    asked, wrong = asked + more, wrong + odd
    return Line(
        "R9",
        "api",
        measured=f"{asked} questions: {len(wrong)} not answered as the document says",
        required=f"at least {cases}, 0 faults, 0 undeclared statuses, 0 answers unlike their schema",
        passed=not wrong and asked >= cases,
        detail=tuple(wrong[:20]),
    )


def publish(house: House) -> str:
    """A set of every type with changes between its versions, others that are not open to all; the key of an agency that may read one."""
    people, play = People(house), Play(house)
    play.make(300)
    play.publish()
    house.execute("delete from public.play where code < 'C0050'")
    play.publish()
    Play(house, "inner", "shared").publish()
    people.publish()
    key = people.consumer("tax-office")
    people.grant("tax-office", "clerk", agency_code="H33.1")
    house.done("keys", "limit", "tax-office", "--calls-per-minute", "1000000", "--rows-per-day", "1000000000")
    return key


def ask(api: Api, cases: int) -> tuple[int, list[str]]:
    """How many questions were asked, over all operations in turn, and what was wrong: at most one of each kind and round."""
    document = schemathesis.openapi.from_dict(api.json("/v1/openapi.json"))
    kinds = [(_operation(found), mode) for found in document.get_all_operations() for mode in GenerationMode]
    asked, wrong = 0, list[str]()
    for turn in count():
        for operation, mode in kinds:
            if mode is GenerationMode.POSITIVE or list(
                operation.iter_parameters()
            ):  # else there is nothing to get wrong
                number, said = _asked(api, operation, mode, SEED + turn)
                asked, wrong = asked + number, wrong + said
        if asked >= cases or wrong:
            break
    return asked, wrong


def _operation(found: Any) -> Any:
    if isinstance(found, Err):
        raise found.err()  # the document itself is wrong
    return found.ok()


def _asked(api: Api, operation: Any, mode: GenerationMode, at: int) -> tuple[int, list[str]]:
    asked, true = 0, _true(api, operation.path)

    @seed(at)
    @settings(
        max_examples=AT_ONCE,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        nonlocal asked
        asked += 1
        if asked % 2:
            _ground(case, true)
        answer = case.call_and_validate(
            base_url=api.address, session=api.http, excluded_checks=UNTOLD, headers=_ranges(asked)
        )
        assert answer.status_code != AWAY, "it says that its database is away, which is there"

    try:
        one()
    except (Exception, FailureGroup) as error:  # noqa: BLE001  # whatever a check says is the outcome
        return asked, [f"{operation.label}, {mode.value} questions: {_first(error)}"]
    return asked, []


def _ranges(number: int) -> dict[str, str]:
    """A part of a file, of every kind in turn; and none."""
    said = RANGES[number % len(RANGES)]
    return {"Range": said} if said else {}


def _true(api: Api, path: str) -> dict[str, str]:
    """Values that no schema tells: names of what there is, and places that an answer gave."""
    found = {"dataset": "play", "version": "latest", "name": "play.csv"}
    if path.endswith(("/rows", "/changes")):
        page = api.json(path.replace("/changes", "/rows"), limit=1)
        found |= {"since": page["since"], "after": page["next"]}
    return found


def _ground(case: Any, true: dict[str, str]) -> None:
    """Let a question be about something that there is, as far as it asks about anything."""
    for said in (case.path_parameters, case.query):
        for name in true.keys() & (said or {}).keys():
            said[name] = true[name]


def _first(error: BaseException) -> str:
    """What the first check said that failed; a group of them says only how many there are."""
    found = error.exceptions[0] if isinstance(error, FailureGroup) else error
    return f"{type(found).__name__}: {' '.join(str(found).split())[:500]}"
