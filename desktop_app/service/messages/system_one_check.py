"""What a message with typed questions may ask for, checked before anything is stored."""

from __future__ import annotations

from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.backboard.system_one import (
    MOST_LEVELS,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    NO,
    YES,
    ChoiceQuestion,
    NoulQuestion,
    SystemOneConfig,
    TypedQuestion,
    asked_words,
    plain,
)
from desktop_app.service.http.bodies import Refused, invalid
from desktop_app.service.http.uploads import Form

_LONGEST_NAME = 200
_LONGEST_QUESTION = 8_000
_LONGEST_OPTION = 2_000
_LONGEST_STATE = 400_000
"""Characters; a model's context is smaller, which is found out by who answers."""


def check_system_one(message: MessageRequest, form: Form) -> None:
    """Refuse typed questions that nobody can answer, or not in this company.

    Raises:
        Refused: 400 or 422.
    """
    asked = message.system_one
    if asked is None:
        return
    _check_company(message, form)
    if not asked.questions:
        raise invalid("system_one.questions", "There is no question", "too_short")
    if len(asked.questions) > MOST_QUESTIONS:
        raise invalid(
            "system_one.questions", f"There can be at most {MOST_QUESTIONS} questions", "too_long"
        )
    for name, question in asked.questions.items():
        _check_question(name, question)
    _check_state(asked, message)


def _check_company(message: MessageRequest, form: Form) -> None:
    if message.stream:
        raise Refused(400, "Typed questions are answered whole: send system_one with stream false.")
    if message.voice is not None:
        raise Refused(400, "Typed questions are not answered by voice: leave voice out.")
    if form.uploads:
        raise Refused(400, "Files cannot go along with system_one.")
    if (message.operation or "chat") != "chat":
        raise Refused(400, "system_one goes only with operation chat.")
    if str(message.send_to_llm).lower() in ("false", "0"):
        raise Refused(400, "A message with system_one is answered: leave send_to_llm out.")


def _check_question(name: str, question: TypedQuestion) -> None:
    place = f"system_one.questions.{name[:_LONGEST_NAME]}"
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise invalid(
            "system_one.questions", f"Ids have 1 to {_LONGEST_NAME} characters", "string_length"
        )
    words = plain(question.instructions) if question.instructions else ""
    if not words.strip() or len(words) > _LONGEST_QUESTION:
        sentence = f"Instructions have 1 to {_LONGEST_QUESTION} characters"
        raise invalid(f"{place}.instructions", sentence, "string_length")
    if fault := _criteria_fault(question):
        raise invalid(f"{place}.criteria", fault)


def _criteria_fault(question: TypedQuestion) -> str:
    match question:
        case NoulQuestion(criteria=criteria):
            texts = list((criteria or {}).values())
            if not (criteria or {}).keys() <= {YES, NO}:
                return "Criteria of a yes/no question are true and false"
        case ChoiceQuestion(criteria=options):
            texts = [text for name, meaning in options.items() for text in (name, meaning or "-")]
            if not 2 <= len(options) <= MOST_OPTIONS:
                return f"A choice has 2 to {MOST_OPTIONS} options"
        case _:
            texts = question.criteria
            if not 2 <= len(texts) <= MOST_LEVELS:
                return f"A scale has 2 to {MOST_LEVELS} levels"
    if not all(text.strip() and len(text) <= _LONGEST_OPTION for text in texts):
        return f"Criteria have 1 to {_LONGEST_OPTION} characters"
    return ""


def _check_state(asked: SystemOneConfig, message: MessageRequest) -> None:
    state = plain(asked.state) if asked.state else ""
    if len(state) > _LONGEST_STATE:
        sentence = f"A state has at most {_LONGEST_STATE} characters"
        raise invalid("system_one.state", sentence, "string_too_long")
    only_asks = message.content.split() == asked_words(asked.questions).split()
    says_something = bool(message.content.strip()) and not only_asks
    if not (state.strip() or says_something or message.thread_id):
        raise invalid("system_one.state", "There is nothing to judge", "missing")
