"""Keys go to the system's keyring, or live for this run only, and never print."""

import pickle
import threading

import pytest

from desktop_app.credentials import (
    Credentials,
    CredentialsUnavailableError,
    Secret,
    system_keyring,
)
from tests.fakes.keyrings import MemoryKeyring


class LockedKeyring(MemoryKeyring):
    """A keyring that waits for a password nobody enters."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.opened.wait(30)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.opened.wait(30)


class FailingKeyring(MemoryKeyring):
    """A keyring that fails, with the key in the text of its error."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError(f"cannot store {password}")


@pytest.fixture
def locked():
    keyring = LockedKeyring()
    yield keyring
    keyring.opened.set()


async def test_a_key_is_found_again_by_a_later_run():
    keyring = MemoryKeyring()
    await Credentials(lambda: keyring).set("backboard", Secret("k"))
    later = Credentials(lambda: keyring)
    assert await later.get("backboard") == Secret("k")
    await later.delete("backboard")
    await later.delete("backboard")
    assert await later.get("backboard") is None
    assert keyring.kept == {}


async def test_bar_47_a_locked_keyring_counts_as_none_and_the_key_lives_for_this_run(locked):
    credentials = Credentials(lambda: locked, answer_within_s=0.05)
    with pytest.raises(CredentialsUnavailableError, match="locked") as caught:
        await credentials.set("backboard", Secret("k"))
    assert caught.value.code == "keyring.unavailable"
    assert await credentials.get("backboard") == Secret("k")
    with pytest.raises(CredentialsUnavailableError):
        await credentials.get("other")


async def test_a_failing_keyring_does_not_say_the_key():
    credentials = Credentials(FailingKeyring)
    with pytest.raises(CredentialsUnavailableError) as caught:
        await credentials.set("backboard", Secret("very-secret"))
    assert "very-secret" not in str(caught.value)
    assert "OSError" in str(caught.value)
    assert await credentials.get("backboard") == Secret("very-secret")
    assert credentials.unkept("backboard") == Secret("very-secret")


async def test_what_no_keyring_keeps_is_known_until_it_is_kept_or_forgotten():
    credentials = Credentials(MemoryKeyring)
    await credentials.set("office", Secret("k"))
    assert credentials.unkept("office") is None
    lost = Credentials(FailingKeyring)
    with pytest.raises(CredentialsUnavailableError):
        await lost.set("office", Secret("k"))
    await lost.delete("office")
    assert lost.unkept("office") is None


async def test_checking_says_whether_a_keyring_answers(locked):
    await Credentials(MemoryKeyring).check()
    with pytest.raises(CredentialsUnavailableError):
        await Credentials(lambda: locked, answer_within_s=0.05).check()


@pytest.mark.parametrize("backend", ["fail", "null"])
def test_a_keyring_that_keeps_nothing_counts_as_none(monkeypatch, backend):
    import keyring

    module = __import__(f"keyring.backends.{backend}", fromlist=["Keyring"])
    monkeypatch.setattr(keyring, "get_keyring", module.Keyring)
    with pytest.raises(CredentialsUnavailableError, match="no keyring is running"):
        system_keyring()


def test_bar_47_a_keyring_that_writes_plain_text_is_refused(monkeypatch):
    import keyring

    plain = type("PlaintextKeyring", (MemoryKeyring,), {"__module__": "keyrings.alt.file"})
    monkeypatch.setattr(keyring, "get_keyring", plain)
    with pytest.raises(CredentialsUnavailableError):
        system_keyring()
    chain = type("Chain", (MemoryKeyring,), {"backends": [plain(), MemoryKeyring()]})
    monkeypatch.setattr(keyring, "get_keyring", chain)
    assert type(system_keyring()) is MemoryKeyring


def test_a_secret_never_prints_itself():
    secret = Secret("very-secret")
    for text in (repr(secret), str(secret), f"{secret}", f"{[secret]}"):
        assert "very" not in text
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret.reveal() == "very-secret"
    assert secret
    assert not Secret("")


def test_blanks_around_a_secret_are_none_of_it():
    assert Secret(" key\n").reveal() == "key"
    assert not Secret(" \n")
