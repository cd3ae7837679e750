"""The page to try the gateway by hand, as files and in a real browser that hears a recording."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from desktop_app.service.providers.config import ProviderConfig
from desktop_app.service.providers.open import Providers, open_providers
from desktop_app.service.providers.ports import Recall
from desktop_app.service.server import Place, open_service
from tests.fakes.browser import Page, browser
from tests.service.gateway_rig import TOKEN, gateway

KEY = "a-key-of-this-run"
RECORDING = Path(__file__).parents[2] / "sounds" / "square_root_of_one_hundred.wav"
QUESTION = "what is the square root of one hundred"
FOLDER = Path(__file__).parents[3] / "desktop_app/service/gateway/console_page"


async def test_the_console_opens_without_a_key_and_holds_none(rig):
    async with httpx.AsyncClient() as stranger:
        page = await stranger.get(rig.addresses.api.replace("/api", "/test"))
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert rig.addresses.key not in page.text


async def test_every_file_that_the_page_names_is_served(rig):
    root = rig.addresses.api.removesuffix("/api")
    texts = [path.read_text("utf-8") for path in FOLDER.iterdir()]
    named = {name for text in texts for name in re.findall(r"test\?file=([\w.]+)", text)}
    assert named == {path.name for path in FOLDER.iterdir()} - {"index.html"}
    async with httpx.AsyncClient(base_url=root) as stranger:
        for name in named:
            answer = await stranger.get("/test", params={"file": name})
            assert answer.content == (FOLDER / name).read_bytes()
            kind = "text/css" if name.endswith(".css") else "text/javascript"
            assert answer.headers["content-type"].startswith(kind)


@pytest.mark.parametrize("name", ["other.js", "", "../console.py", "..%2f..%2fserver.py", "/etc/x"])
async def test_nothing_else_is_served(rig, name):
    async with httpx.AsyncClient() as stranger:
        address = rig.addresses.api.replace("/api", "/test")
        assert (await stranger.get(f"{address}?file={name}")).status_code == 404


async def test_a_gateway_of_its_own_shows_the_page_to_whoever_has_no_token_yet():
    async with gateway() as rig, httpx.AsyncClient() as stranger:
        address = str(rig.http.base_url.copy_with(path="/test"))
        for query in ("", "?file=main.js", "?file=worklets.js"):
            answer = await stranger.get(address + query)
            assert answer.status_code == 200
            assert TOKEN not in answer.text


async def test_a_page_of_ours_may_open_the_socket(rig):
    origin = rig.addresses.api.removesuffix("/api")
    async with rig.socket(origin=origin) as socket:
        assert (await socket.next())["type"] == "session.ready"


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """The page in a browser, beside a service with everything built in."""

    async def open_them(recall: Recall) -> Providers:
        return await open_providers(ProviderConfig(local_models="off"), recall)

    async with (
        open_service(Place(tmp_path, KEY), open_them) as running,
        browser(RECORDING) as opened,
    ):
        await opened.open(running.addresses.api.replace("/api", "/test"))
        yield opened
        assert opened.complaints == []


def element(name: str) -> str:
    return f"document.getElementById('{name}')"


async def connect(page: Page, *, key: str = KEY) -> None:
    """By keyboard alone, as somebody without a pointer does."""
    await page.run(f"{element('token')}.focus()")
    await page.write(key)
    await page.key("Enter", text="\r")


async def configure(page: Page) -> None:
    await page.until(f"document.activeElement === {element('configure-button')}")
    await page.key("Enter", text="\r")
    await page.until(f"{element('status')}.dataset.state === 'ready'")
    await page.until(f"document.activeElement === {element('text')}")


async def samples(page: Page) -> int:
    return int(await page.run(f"{element('played')}.dataset.samples"))


async def is_silent(page: Page) -> None:
    await page.until(f"{element('played')}.dataset.playing === 'false'")


@pytest.mark.screen
async def test_a_question_is_typed_and_its_answer_read_and_heard(page):
    await connect(page)
    await configure(page)
    await page.write("What is 12 times 12?")
    await page.key("Enter", text="\r")
    await page.until("document.querySelector('.turns .reply p')?.textContent.includes('144')")
    await page.until(f"{element('played')}.dataset.playing === 'true'")
    await is_silent(page)
    assert await samples(page) > 10_000
    timing = await page.run(f"{element('timing')}.innerText")
    for stage in ("First word", "Whole text", "First sound", "All sound"):
        assert stage in timing
    written = await page.run(f"{element('log')}.textContent")
    assert "text.prompt" in written
    assert "assistant.audio.chunk \u00d7 " in written
    assert KEY not in written
    assert KEY not in await page.run("document.body.innerText")


@pytest.mark.screen
async def test_a_question_is_spoken_and_its_words_are_shown_and_answered_aloud(page):
    await connect(page)
    await configure(page)
    await page.run(f"{element('configure-button')}.focus()")
    await page.click("microphone")
    await page.until(f"Number({element('input-level')}.getAttribute('aria-valuenow')) > 30")
    await page.until(f"{element('partial')}.textContent !== ''")
    await page.until("document.querySelector('.turns .me') !== null")
    assert QUESTION in await page.run("document.querySelector('.turns .me').innerText")
    await page.until("document.querySelector('.turns .reply p')?.textContent.includes('10')")
    await page.until(f"Number({element('played')}.dataset.samples) > 10000")
    assert QUESTION in await page.run(f"{element('said')}.textContent"), "for screen readers"
    await page.click("microphone")
    assert await page.run(f"{element('microphone')}.ariaPressed") == "false"


@pytest.mark.screen
async def test_an_utterance_ends_where_it_is_committed_and_a_reply_stops_with_escape(page):
    await connect(page)
    await page.until(f"!{element('configure-fields')}.disabled")
    await page.run(f"{element('strategy')}.value = 'manual'")
    await configure(page)
    await page.click("microphone")
    await page.until(f"{element('partial')}.textContent.includes('hundred')")
    await page.click("commit")
    await page.until("document.querySelector('.turns .me') !== null")
    await page.until(f"{element('played')}.dataset.playing === 'true'")
    await page.key("Escape")
    await is_silent(page)
    await page.until("document.querySelector('.turns').innerText.includes('Stopped here')")


@pytest.mark.screen
async def test_a_wrong_key_is_told_and_another_try_is_open(page):
    await connect(page, key="no-key-of-this-run")
    await page.until(f"!{element('problem')}.hidden")
    await page.until(f"{element('status')}.dataset.state === 'closed'")
    assert "key" in await page.run(f"{element('problem')}.textContent")
    await page.run(f"{element('token')}.value = ''")
    await connect(page)
    await configure(page)
    assert await page.run(f"{element('problem')}.hidden")


@pytest.mark.screen
async def test_where_the_browser_gives_no_sound_it_is_told_and_typing_works(page):
    await page.run("delete BaseAudioContext.prototype.audioWorklet")
    await connect(page)
    await page.until(f"{element('problem')}.textContent.includes('https://')")
    await configure(page)
    await page.write("What is 12 times 12?")
    await page.key("Enter", text="\r")
    await page.until("document.querySelector('.turns .reply p')?.textContent.includes('144')")
    await page.click("microphone")
    await page.until(f"{element('problem')}.textContent.includes('microphone')")


@pytest.mark.screen
async def test_the_log_keeps_keys_and_sound_to_itself(page):
    shown = await page.run(
        """import("/test?file=log.js").then(({ hidden }) => JSON.stringify(hidden({
          type: "session.configure", session_id: "desk", audio: "AAAA",
          backend: { api_key: "sk-1", model: "m", in: [{ token: "t-1", Authorization: "b-1" }] },
          url: "wss://host/v1/voice/ws?token=t-2&x=1",
        })))"""
    )
    for secret in ("sk-1", "t-1", "b-1", "t-2", "AAAA"):
        assert secret not in shown
    for kept in ("desk", '"m"', "3 bytes", "x=1"):
        assert kept in shown


@pytest.mark.screen
async def test_what_the_gateway_sends_is_decoded_in_every_format(page):
    decoded = await page.run(
        """(async () => {
          const { Samples, readFormat } = await import("/test?file=formats.js");
          const pcm = new Samples("pcm");
          const halves = [[0, 64, 0], [192, 7]].map((each) => [...pcm.feed(Uint8Array.from(each))]);
          const u = [...new Samples("ulaw").feed(Uint8Array.from([0xff, 0x00, 0x80]))];
          const a = [...new Samples("alaw").feed(Uint8Array.from([0xd5, 0x2a, 0xaa]))];
          return { halves, u, a, format: readFormat("mp3_44100_128") };
        })()"""
    )
    assert decoded["halves"] == [[0.5], [-0.5]]
    assert decoded["u"] == pytest.approx([0, -32124 / 32768, 32124 / 32768])
    assert decoded["a"] == pytest.approx([8 / 32768, -32256 / 32768, 32256 / 32768])
    assert decoded["format"] == {"codec": "mp3", "rate": 44100}


@pytest.mark.screen
@pytest.mark.parametrize(
    ("form", "kind", "subtype"),
    [("opus_48000_64", "OGG", "OPUS"), ("mp3_44100_128", "MP3", None), ("wav_24000", "WAV", None)],
)
async def test_encoded_sentences_are_played_one_after_another(page, form, kind, subtype):
    file = io.BytesIO()
    tone = np.sin(np.arange(24_000) / 10).astype(np.float32) / 2
    soundfile.write(file, tone, 24_000, format=kind, subtype=subtype)
    sentences = 1 if kind == "WAV" else 3
    sound = base64.b64encode(file.getvalue() * sentences).decode()
    seconds = await page.run(
        f"""(async () => {{
          const {{ Sound }} = await import("/test?file=sound.js");
          const {{ fromBase64 }} = await import("/test?file=formats.js");
          const sound = new Sound(() => {{}});
          await sound.open();
          await sound.whole(1, fromBase64("{sound}"), "{form}");
          const lasts = sound.playAt - sound.turn.startsAt;
          sound.silence();
          await sound.context.close();
          return lasts;
        }})()"""
    )
    assert seconds == pytest.approx(sentences, abs=0.2)


@pytest.mark.screen
async def test_every_control_has_a_name_and_texts_stand_out_in_light_and_dark(page):
    nameless = await page.run(
        """[...document.querySelectorAll("input, select, textarea, button, [role=meter]")]
          .filter((each) => !(each.labels?.length || each.ariaLabel || each.textContent.trim()))
          .map((each) => each.id)"""
    )
    assert nameless == []
    for scheme in ("light", "dark"):
        await page.ask(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        ground, text, dim = [
            await page.run(f"getComputedStyle({of}).{what}")
            for of, what in (
                ("document.body", "backgroundColor"),
                ("document.body", "color"),
                (element("listening"), "color"),
            )
        ]
        assert contrast(ground, text) > 7
        assert contrast(ground, dim) > 4.5


def contrast(one: str, other: str) -> float:
    """As the Web Content Accessibility Guidelines count it."""
    lights = sorted(luminance([int(part) for part in re.findall(r"\d+", c)]) for c in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(parts: list[int]) -> float:
    linear = [
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in parts[:3]
    ]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
