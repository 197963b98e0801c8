"""Success and failure as a portal's contract says them: many portals answer 200 and put the error inside."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from connectors.answer import AnswerRules, FailureRule
from connectors.decode import envelope
from connectors.errors import FatalPortalError, NothingThere, RetriablePortalError, SessionExpired


def check(rules: AnswerRules, answer: dict[str, Any]) -> None:
    rules.check(envelope(msgspec.json.encode(answer)))


STATUS_OK = AnswerRules(success={"status": (1, "1", "OK", True)})


@pytest.mark.parametrize("status", [1, "1", "OK", True])
def test_success_in_every_spelling(status: object) -> None:
    check(STATUS_OK, {"status": status})


@pytest.mark.parametrize("answer", [{"status": 0}, {"status": "ok"}, {}, {"status": None}, {"status": [1]}])
def test_anything_else_is_no_success(answer: dict[str, Any]) -> None:
    with pytest.raises(FatalPortalError, match="the portal answers status="):
        check(STATUS_OK, answer)


def test_all_members_must_agree() -> None:
    rules = AnswerRules(success={"status": (1,), "head.code": ("OK",)})
    check(rules, {"status": 1, "head": {"code": "OK"}})
    with pytest.raises(FatalPortalError):
        check(rules, {"status": 1, "head": {"code": "NOK"}})


RULES = AnswerRules(
    success={"code": (0,)},
    failures=(
        FailureRule({"code": (100,)}, "sign_in_again"),
        FailureRule({"code": (5, "5")}, "try_later", {"message": "BẬN"}),
        FailureRule({"code": (5,)}, "stop"),
    ),
)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"code": 100}, SessionExpired),
        ({"code": 5, "message": "Hệ thống bận"}, RetriablePortalError),
        ({"code": "5", "message": "bận"}, RetriablePortalError),
        ({"code": 5, "message": "sai tham số"}, FatalPortalError),
        ({"code": 6}, FatalPortalError),
    ],
)
def test_the_first_rule_that_matches_says_what_it_means(answer: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        check(RULES, answer)
    assert type(caught.value) is kind


def test_without_rules_every_object_is_success() -> None:
    check(AnswerRules(), {"anything": 1})


def test_a_failure_rule_speaks_also_without_a_success_rule() -> None:
    rules = AnswerRules(failures=(FailureRule({"data": (0,)}, "stop"),))
    check(rules, {"data": []})
    with pytest.raises(FatalPortalError):
        check(rules, {"data": 0})


def test_a_success_may_say_that_there_is_nothing() -> None:
    rules = AnswerRules(success={"code": (200,)}, failures=(FailureRule({"code": (200,), "data": (None,)}, "nothing"),))
    check(rules, {"code": 200, "data": []})
    with pytest.raises(NothingThere):
        check(rules, {"code": 200, "data": None})
    with pytest.raises(FatalPortalError):
        check(rules, {"code": 500, "data": None})


def test_a_message_is_shortened_and_its_numbers_hidden() -> None:
    with pytest.raises(FatalPortalError) as caught:
        check(RULES, {"code": 9, "message": f"Công dân 099000000001 không tồn tại {'x' * 500}"})
    assert "099000000001" not in str(caught.value)
    assert len(str(caught.value)) < 300
