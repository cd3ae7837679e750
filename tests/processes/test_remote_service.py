"""Keys of profiles: whether there is one, and whether the service takes it."""

from __future__ import annotations

import pytest

from desktop_app.credentials import Credentials, CredentialsUnavailableError, Secret
from desktop_app.errors import AccessError, InputError, NetworkError
from desktop_app.processes.remote_service import ProfileKeys
from desktop_app.profiles import KEY_VARIABLE
from desktop_app.protocol.service_calls import KeyState
from desktop_app.settings import ProfileSettings, Settings
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


async def test_an_address_where_nobody_is_cannot_be_tried():
    with pytest.raises(NetworkError):
        await keys_of().check("new", KEY, "http://127.0.0.1:9/api")
