"""The facts of a turn, in words."""

from __future__ import annotations

from desktop_app.journal.records import MessageRecord, Role
from desktop_app.journal.spending import Spent
from desktop_app.prose import tr
from desktop_app.protocol.events import Usage
from desktop_app.state.turn_facts import context_share
from desktop_app.ui import wording
from desktop_app.ui.numbers import money, whole

Facts = tuple[tuple[str, str], ...]


def question_of(
    reply: MessageRecord | None, messages: tuple[MessageRecord, ...]
) -> MessageRecord | None:
    """What the reply answers: the newest message of the user before it."""
    if reply is None:
        return None
    before = messages[: messages.index(reply)]
    return next((one for one in reversed(before) if one.role is Role.USER), None)


def facts_of(reply: MessageRecord | None, messages: tuple[MessageRecord, ...]) -> Facts:
    """Who heard, wrote and spoke a reply, how long was spoken, and what it took."""
    if reply is None:
        return ()
    question = question_of(reply, messages)
    heard_by = reply.heard_by or (question.heard_by if question else "")
    given = (
        (tr("Model"), wording.peer_words(reply.model)),
        (tr("Heard by"), wording.peer_words(heard_by)),
        (tr("Spoken by"), wording.peer_words(reply.spoken_by)),
        (tr("You spoke"), _seconds(question.speech_ms if question else 0)),
        (tr("Reply spoken"), _seconds(reply.speech_ms)),
        *_usage_facts(reply.details.usage),
    )
    return tuple((name, value) for name, value in given if value)


def _usage_facts(usage: Usage | None) -> Facts:
    if usage is None:
        return ()
    tokens = ""
    if usage.input_tokens is not None or usage.output_tokens is not None:
        tokens = _tokens(usage.input_tokens or 0, usage.output_tokens or 0)
    cached = whole(usage.cached_input_tokens) if usage.cached_input_tokens else ""
    cost = money(usage.cost_usd) if usage.cost_usd is not None else ""
    if tokens and not cost:
        cost = tr("not told")
    return ((tr("Tokens"), tokens), (tr("From cache"), cached), (tr("Cost"), cost))


def spent_facts(spent: Spent) -> Facts:
    """What replies took together; nothing of what they did not."""
    has_tokens = bool(spent.input_tokens or spent.output_tokens)
    given = (
        (tr("Tokens"), _tokens(spent.input_tokens, spent.output_tokens) if has_tokens else ""),
        (tr("You spoke"), _seconds(spent.said_ms)),
        (tr("Replies spoken"), _seconds(spent.spoken_ms)),
        (tr("Cost"), _cost_of(spent)),
    )
    return tuple((name, value) for name, value in given if value)


def _cost_of(spent: Spent) -> str:
    if spent.cost_usd is None and not spent.unpriced:
        return ""
    if spent.cost_usd is None:
        return tr("not told")
    cost = money(spent.cost_usd)
    return tr("{cost} or more").format(cost=cost) if spent.unpriced else cost


def _tokens(given: int, written: int) -> str:
    return tr("{given} in, {written} out").format(given=whole(given), written=whole(written))


def _seconds(milliseconds: int) -> str:
    return wording.speech_length(milliseconds) if milliseconds else ""


def context_words(usage: Usage | None) -> str:
    """How full the model's context is, e.g. ``31 % of 128k``; empty where nobody says."""
    share = context_share(usage)
    if share is None or usage is None:
        return ""
    percent = round(share * 100)
    if not usage.context_limit_tokens:
        return tr("{percent}% used").format(percent=percent)
    limit = usage.context_limit_tokens
    size = f"{limit // 1000}k" if limit >= 10_000 else whole(limit)
    return tr("{percent}% of {size}").format(percent=percent, size=size)
