"""Keys of profiles: whether there is one, and whether the service takes it."""

from __future__ import annotations

import pytest

from desktop_app.credentials import Credentials, CredentialsUnavailableError, Secret
from desktop_app.errors import AccessError, InputError, NetworkError
from desktop_app.link.messages import (
    Connection,
    ConnectionChanged,
    Notice,
    NoticeCleared,
    NoticeLevel,
    NoticeRaised,
)
from desktop_app.processes.remote_service import ProfileKeys, RemoteService, RemoteStanding
from desktop_app.profiles import EMBEDDED, KEY_VARIABLE, find_profile
from desktop_app.protocol.service_calls import KeyState
from desktop_app.settings import ProfileSettings, Settings
from tests.fakes.gateway import ScriptedGateway
from tests.fakes.keyrings import MemoryKeyring
from tests.fakes.providers import ScriptedProviders
from tests.service.conftest import KEY, service


def keys_of(settings=None, keyring=None, **environment):
    ring = keyring or MemoryKeyring()
    return ProfileKeys(lambda: settings or Settings(), Credentials(lambda: ring), environment)


def no_keyring():
    raise CredentialsUnavailableError("no keyring is running")


@pytest.fixture
async def near(tmp_path):
    """A service, and settings with a profile for it."""
    async with service(tmp_path, ScriptedProviders()) as rig:
        yield Settings(profiles={"near": ProfileSettings(base_url=rig.addresses.api)})


async def test_the_embedded_service_needs_no_key():
    keys = keys_of()
    state = await keys.state("embedded")
    assert not state.is_needed
    await keys.check("embedded", "", "")


async def test_a_stored_key_is_known_and_a_missing_one_is_not():
    credentials = Credentials(MemoryKeyring)
    keys = ProfileKeys(Settings, credentials, {})
    assert await keys.state("backboard") == KeyState(True, is_known=False, is_kept_safe=True)
    await credentials.set("backboard", Secret("x"))
    assert (await keys.state("backboard")).is_known


async def test_without_a_keyring_it_is_said_why():
    keys = ProfileKeys(Settings, Credentials(no_keyring), {KEY_VARIABLE: "x"})
    state = await keys.state("backboard")
    assert (state.is_known, state.is_kept_safe) == (True, False)
    assert "no keyring" in state.reason


async def test_a_profile_that_nobody_knows_is_refused():
    with pytest.raises(InputError):
        await keys_of().state("other")


async def test_the_service_says_whether_it_takes_a_key(near):
    keys = keys_of(near)
    await keys.check("near", KEY, "")
    with pytest.raises(AccessError):
        await keys.check("near", "wrong", "")


async def test_an_address_that_is_not_yet_in_the_settings_can_be_tried(near):
    address = near.profiles["near"].base_url
    keys = keys_of()
    await keys.check("new", KEY, address + "/")
    with pytest.raises(AccessError):
        await keys.check("new", "wrong", address)


async def test_the_stored_key_is_tried_where_none_is_given(near):
    keyring = MemoryKeyring()
    keyring.set_password("Parley", "near", KEY)
    await keys_of(near, keyring).check("near", "", "")
    keyring.set_password("Parley", "near", "wrong")
    with pytest.raises(AccessError):
        await keys_of(near, keyring).check("near", "", "")


async def test_a_gateway_alone_wants_no_key_unless_it_says_so():
    async with ScriptedGateway().running() as gateway:
        settings = Settings(profiles={"near": ProfileSettings(voice_url=gateway.url)})
        remote = RemoteService(find_profile(settings, "near"), Credentials(MemoryKeyring), {})
        assert (await remote.addresses()).voice.url == gateway.url
        keys = keys_of(settings)
        await keys.check("near", "", "")
        gateway.key = "right"
        with pytest.raises(AccessError):
            await keys.check("near", "wrong", "")
        await keys.check("near", "right", "")


async def test_an_address_where_nobody_is_cannot_be_tried():
    with pytest.raises(NetworkError):
        await keys_of().check("new", KEY, "http://127.0.0.1:9/api")


async def test_a_missing_key_is_told_with_the_way_to_it_until_there_is_one():
    credentials, profile = Credentials(MemoryKeyring), find_profile(Settings(), "backboard")
    other = Notice(NoticeLevel.WARNING, "settings.unknown")
    events, told = [], [other]
    find = RemoteService(profile, credentials, {}).addresses
    standing = RemoteStanding(profile, find, events.append, told)
    for _ in range(2):  # what is known is not told again
        await standing.look()
    facts = {"profile": "backboard"}
    missing = Notice(NoticeLevel.WARNING, "access.no_key", facts, action="settings")
    assert events == [NoticeRaised(missing), ConnectionChanged(Connection.NO_KEY, "backboard")]
    assert told == [other, missing]
    await credentials.set("backboard", Secret("x"))
    await standing.look()
    cleared = NoticeCleared("access.no_key")
    assert events[2:] == [cleared, ConnectionChanged(Connection.READY, "backboard")]
    assert told == [other]


async def test_a_known_key_is_not_looked_for_with_every_setting():
    credentials, profile = Credentials(MemoryKeyring), find_profile(Settings(), "backboard")
    await credentials.set("backboard", Secret("x"))
    events, looks = [], []

    async def find():
        looks.append(await RemoteService(profile, credentials, {}).addresses())

    standing = RemoteStanding(profile, find, events.append, [])
    for _ in range(3):
        await standing.look()
    assert len(looks) == 1
    assert events == [ConnectionChanged(Connection.READY, "backboard")]


async def test_of_the_embedded_service_its_keeper_tells():
    events = []
    profile = find_profile(Settings(), EMBEDDED)
    await RemoteStanding(profile, no_keyring, events.append, []).look()
    assert events == []
