"""What a voice says when a person wants to hear it."""

from __future__ import annotations

_WORDS = {
    "en": "Hello. This is how I sound when I read an answer to you.",
    "de": "Hallo. So klinge ich, wenn ich eine Antwort vorlese.",
    "es": "Hola. Así sueno cuando te leo una respuesta.",
    "fr": "Bonjour. Voici ma voix quand je vous lis une réponse.",
    "it": "Ciao. Questa è la mia voce quando ti leggo una risposta.",
    "pt": "Olá. É assim que eu soo quando leio uma resposta.",
    "nl": "Hallo. Zo klink ik als ik een antwoord voorlees.",
    "pl": "Cześć. Tak brzmię, kiedy czytam odpowiedź.",
    "ru": "Здравствуйте. Так я звучу, когда читаю ответ.",
    "ar": "مرحبًا. هكذا يبدو صوتي عندما أقرأ لك إجابة.",
    "zh": "你好。我朗读回答时就是这样的声音。",
    "cmn": "你好。我朗读回答时就是这样的声音。",
    "ja": "こんにちは。答えを読むときはこんな声です。",
}


def sample_words(language: str) -> str:
    """A sentence in the language of the IETF tag, or in English."""
    return _WORDS.get(language.lower().partition("-")[0], _WORDS["en"])
