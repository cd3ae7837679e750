"""What Prometheus reads."""

from __future__ import annotations

import re

from desktop_app.errors import NetworkError
from desktop_app.service.gateway.serving.metrics import (
    OTHERS,
    Counter,
    GatewayMetrics,
    Histogram,
)
from tests.fakes.providers import ScriptedProviders
from tests.service.gateway_rig import gateway

LINE = re.compile(
    r"# (HELP|TYPE) [a-z_]+ .+"
    r"|[a-z_]+(\{[a-z]+=\"([^\"\\]|\\.)*\"(,[a-z]+=\"[^\"]*\")*\})? [0-9.]+"
)


def test_a_histogram_adds_up_what_is_not_longer():
    histogram = Histogram("h", "Help.", "stage")
    for seconds in (0.01, 0.05, 0.4, 99.0):
        histogram.add("text", seconds)
    lines = list(histogram.lines())
    assert lines[:2] == ["# HELP h Help.", "# TYPE h histogram"]
    assert 'h_bucket{stage="text",le="0.05"} 2' in lines
    assert 'h_bucket{stage="text",le="0.5"} 3' in lines
    assert 'h_bucket{stage="text",le="30.0"} 3' in lines
    assert lines[-3:] == [
        'h_bucket{stage="text",le="+Inf"} 4',
        'h_sum{stage="text"} 99.460000',
        'h_count{stage="text"} 4',
    ]


def test_labels_are_escaped_and_bounded():
    counter = Counter("c", "Help.", "code")
    counter.add('a"b\\c\nd')
    assert 'c{code="a\\"b\\\\c\\nd"} 1' in list(counter.lines())
    for number in range(200):
        counter.add(str(number))
    assert len(counter.rows) == 101
    assert counter.rows[OTHERS] == 101


def test_every_line_is_of_the_format():
    metrics = GatewayMetrics(lambda: 3)
    metrics.errors.add("tts.failed")
    metrics.stages.add("text", 1.5)
    text = metrics.text()
    assert text.endswith("\n")
    assert all(LINE.fullmatch(line) for line in text.splitlines())


async def test_sessions_turns_stages_and_errors_are_counted():
    providers = ScriptedProviders()
    async with gateway({"GATEWAY_SESSIONS_PER_CLIENT": "1"}, providers) as rig:
        async with rig.socket() as socket:
            await socket.configured(tts={})
            async with rig.socket() as other:
                assert (await other.next())["code"] == "session.too_many"
                await other.connection.wait_closed()
                assert other.connection.close_code == 1013
            await socket.hear(b"\x00\x01" * 1600)
            await socket.say("audio.commit")
            await socket.until("assistant.audio.end")
            await socket.say("sing")
            await socket.until("error")
            assert (await rig.metrics())["parley_sessions_open"] == 1
            providers.language.rounds = [()]
            providers.language.failure = NetworkError("http.500", "Gone.")
            await socket.say("text.prompt", text="Hi")
            await socket.until("error")
            providers.language.failure = None
            providers.language.pause()
            await socket.say("text.prompt", text="Hi")
            await socket.until("assistant.delta")
            await socket.say("assistant.cancel")
            await socket.until("assistant.cancelled")
        while (counted := await rig.metrics())["parley_sessions_open"]:
            pass
    assert counted["parley_sessions_total"] == 1
    assert counted["parley_sessions_refused_total"] == 1
    for status in ("completed", "failed", "cancelled"):
        assert counted[f'parley_turns_total{{status="{status}"}}'] == 1, status
    assert counted['parley_errors_total{code="gateway.unknown_type"}'] == 1
    assert counted['parley_errors_total{code="http.500"}'] == 1
    for stage in ("transcript", "first_text", "first_sound", "text", "turn"):
        assert counted[f'parley_stage_seconds_count{{stage="{stage}"}}'] >= 1, stage
    assert counted['parley_stage_seconds_count{stage="turn"}'] == 1
