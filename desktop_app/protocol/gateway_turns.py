"""Which of our turns a gateway's words belong to: they carry no number of ours."""

from __future__ import annotations

from collections import deque

_MAX_REMEMBERED = 64


class GatewayTurns:
    """Follows every turn from the first sound to the start of its reply.

    The peer answers in order, so a transcript belongs to the oldest utterance that was committed
    and a reply to the oldest turn with words.

    Args:
        is_peer_ending: Whether the peer decides where an utterance ends (``vad``).

    Attributes:
        dropped: Turns of which nothing must be heard any more.
        cancelled: Those of them that were meant: what was said is kept, not what is answered.
    """

    def __init__(self, *, is_peer_ending: bool) -> None:
        self._is_peer_ending = is_peer_ending
        self._committed: deque[int] = deque()  # sound is complete, no transcript yet
        self._unanswered: deque[int] = deque()  # words are known, no reply yet
        self._words: dict[int, str] = {}
        self._speaking: int | None = None  # sound flows
        self._latest_heard: int | None = None  # the last turn with a transcript
        self._silent: int | None = None  # an empty transcript came, words may follow
        self._appended_bytes = 0
        self.dropped: set[int] = set()
        self.cancelled: set[int] = set()

    def appended(self, turn: int, size: int) -> None:
        """Sound was sent."""
        if turn != self._speaking:
            self._speaking = turn
            self._appended_bytes = 0
        self._appended_bytes += size

    def sound_bytes(self, turn: int) -> int:
        """How much of this turn was sent since its last commit."""
        return self._appended_bytes if turn == self._speaking else 0

    def committed(self, turn: int, *, is_answered: bool = True) -> None:
        """The utterance is complete.

        Args:
            turn: Whose.
            is_answered: A peer that ends utterances itself tells the words of every commit.
        """
        self._appended_bytes = 0
        if self._is_peer_ending and not is_answered:
            return
        if self._speaking == turn:
            self._speaking = None
        if turn not in self._committed:
            if self.may_have_words:
                self._committed.popleft()  # what follows are the words of this one
            self._committed.append(turn)

    @property
    def speaking(self) -> int | None:
        """The turn whose sound flows."""
        return self._speaking

    def ended_by_peer(self) -> int | None:
        """The peer ended the utterance whose sound flows: its words come next."""
        turn = self._speaking
        if turn is not None:
            self.committed(turn)
        return turn

    def discarded(self, turn: int) -> None:
        """The peer was told to forget what it heard of it since the last commit."""
        self._appended_bytes = 0
        if self._speaking == turn:
            self._speaking = None

    def prompted(self, turn: int, text: str) -> None:
        """A typed turn was sent."""
        self._remember(turn, text)
        self._unanswered.append(turn)

    def drop(self, turn: int) -> None:
        """Nothing of this turn is wanted any more."""
        self.dropped.add(turn)
        if len(self.dropped) > _MAX_REMEMBERED:
            self.dropped.discard(min(self.dropped))

    def cancel(self, turn: int) -> None:
        """What is answered to this turn is not wanted any more; its words are."""
        self.drop(turn)
        self.cancelled = {turn, *(self.cancelled & self.dropped)}

    def forget_commit(self, turn: int) -> None:
        """No transcript will come for this turn."""
        if turn in self._committed:
            self._committed.remove(turn)

    def hearing(self) -> int | None:
        """The turn that a partial transcript belongs to."""
        return self._committed[0] if self._committed else self._speaking

    def partial(self, text: str) -> tuple[int, str] | None:
        """The turn of a partial transcript, and all its words so far."""
        turn = self.hearing()
        return None if turn is None else (turn, _joined(self._words.get(turn, ""), text))

    @property
    def may_have_words(self) -> bool:
        """Of the turn that waits silence was told, by a peer that may tell words afterwards."""
        return bool(self._committed) and self._silent == self._committed[0]

    def nothing_followed(self) -> int | None:
        """The turn of which nothing but silence was told in all this time."""
        is_silent, self._silent = self.may_have_words, None
        if not is_silent:
            return None
        self._latest_heard = silent = self._committed.popleft()
        return silent if silent not in self.dropped else None

    def transcribed(self, text: str, *, is_split: bool = False) -> tuple[int, str, bool] | None:
        """The turn of a committed transcript, all its words, and whether they are final.

        None for silence that belongs to no waiting turn.

        Args:
            is_split: The peer may tell an utterance in several transcripts, the first empty.
        """
        text = text.strip()
        if is_split and not text and len(self._committed) == 1:
            [waiting] = self._committed
            if not self._words.get(waiting) and waiting not in self.dropped:
                self._silent = waiting
                return None
        self._silent = None
        turn, is_final, is_awaited = self._next_transcribed()
        if turn is None:
            return None
        before = self._words.get(turn, "")
        if not (text or is_awaited) and (before or turn == self._latest_heard or not is_final):
            return None
        words = _joined(before, text)
        self._latest_heard = turn
        self._remember(turn, words)
        if text and turn not in self._unanswered:
            self._unanswered.append(turn)
        return turn, words, is_final

    def started(self, prompt: str) -> int | None:
        """The turn that a reply to these words answers; None when there was no turn at all."""
        turn = self._answered_by(_plain(prompt))
        if turn is not None:
            while self._unanswered and self._unanswered.popleft() != turn:
                pass  # turns before it were joined into it
            return turn
        return self._committed.popleft() if self._committed else self._latest_heard

    def failed(self) -> int | None:
        """The turn that an error without a reply ends, if one waits."""
        for waiting in (self._unanswered, self._committed):
            if waiting:
                return waiting.popleft()
        return None

    def _next_transcribed(self) -> tuple[int | None, bool, bool]:
        """The turn of the next transcript, whether it is its last, whether it was asked for."""
        if self._committed:
            return self._committed.popleft(), True, True
        if self._speaking is not None:
            return self._speaking, self._is_peer_ending, False
        return self._latest_heard, True, False

    def _answered_by(self, prompt: str) -> int | None:
        known = [(turn, _plain(self._words.get(turn, ""))) for turn in self._unanswered]
        same = [turn for turn, words in known if words == prompt]
        ending = [turn for turn, words in reversed(known) if words and prompt.endswith(words)]
        return next(iter([*same, *ending, *self._unanswered]), None)

    def _remember(self, turn: int, words: str) -> None:
        self._words[turn] = words
        if len(self._words) > _MAX_REMEMBERED:
            del self._words[min(self._words)]


def _joined(before: str, text: str) -> str:
    return f"{before} {text}" if before and text else before or text


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
