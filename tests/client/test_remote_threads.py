"""Every thread of ours has one thread at the server, made once."""

import asyncio

import pytest

from desktop_app.client.errors import NotFoundError
from desktop_app.client.remote_threads import ASSISTANT_NAME, RemoteThreads
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.assistants import Assistant, NewAssistant
from desktop_app.protocol.backboard.threads import Thread
from desktop_app.protocol.commands import Answerer
from desktop_app.sentences import failure_sentence, sentence_of


class Shelf:
    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    async def setting(self, key: str) -> str | None:
        return self.values.get(key)

    async def set_setting(self, key: str, value: str) -> None:
        self.values[key] = value


class Assistants:
    def __init__(self) -> None:
        self.made: list[Assistant] = []

    async def page(self, *, limit: int = 100, name: str = "") -> list[Assistant]:
        return [one for one in self.made if one.name == name]

    async def create(self, assistant: NewAssistant) -> Assistant:
        made = Assistant(assistant_id=f"a{len(self.made)}", name=assistant.name)
        self.made.append(made)
        return made


class Threads:
    def __init__(self, assistants: Assistants) -> None:
        self.made: list[str] = []
        self._assistants = assistants

    async def create(self, assistant_id: str) -> Thread:
        await asyncio.sleep(0)
        if assistant_id not in {one.assistant_id for one in self._assistants.made}:
            raise NotFoundError("http.404", "no such assistant")
        self.made.append(f"t{len(self.made)}")
        return Thread(thread_id=self.made[-1])


class Server:
    """Makes assistants and threads; forgets when told."""

    def __init__(self) -> None:
        self.assistants = Assistants()
        self.threads = Threads(self.assistants)


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def server():
    return Server()


async def test_a_thread_is_made_once_and_remembered(shelf, server):
    first = await RemoteThreads(shelf, "embedded").remote_id("ours", server)
    again = await RemoteThreads(shelf, "embedded").remote_id("ours", server)
    assert first == again == "t0"
    assert server.threads.made == ["t0"]


async def test_asking_twice_at_once_makes_one_thread(shelf, server):
    threads = RemoteThreads(shelf, "embedded")
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(threads.remote_id("ours", server)) for _ in range(3)]
    assert {one.result() for one in asked} == {"t0"}


async def test_profiles_have_threads_of_their_own(shelf, server):
    await RemoteThreads(shelf, "embedded").remote_id("ours", server)
    assert await RemoteThreads(shelf, "backboard").remote_id("ours", server) == "t1"


async def test_an_assistant_that_is_there_is_used(shelf, server):
    await server.assistants.create(NewAssistant(name=ASSISTANT_NAME))
    await RemoteThreads(shelf, "embedded").remote_id("ours", server)
    assert len(server.assistants.made) == 1


async def test_a_server_that_lost_its_assistant_gets_a_new_one(shelf, server):
    shelf.values["assistant:embedded"] = "gone"
    assert await RemoteThreads(shelf, "embedded").remote_id("ours", server) == "t0"
    assert shelf.values["assistant:embedded"] == "a0"


async def test_a_forgotten_thread_is_made_anew(shelf, server):
    threads = RemoteThreads(shelf, "embedded")
    await threads.remote_id("ours", server)
    await threads.forget("ours")
    assert await threads.remote_id("ours", server) == "t1"


async def test_a_thread_that_the_server_has_is_known_by_its_own_id(shelf, server):
    threads = RemoteThreads(shelf, "embedded")
    assert await threads.adopt("theirs") == "theirs"
    assert await threads.remote_id("theirs", server) == "theirs"
    assert server.threads.made == []


async def test_looking_for_a_thread_makes_none(shelf, server):
    threads = RemoteThreads(shelf, "embedded")
    assert await threads.known_id("ours") == ""
    await threads.remote_id("ours", server)
    assert await threads.known_id("ours") == "t0"
    assert await RemoteThreads(shelf, "backboard").known_id("ours") == ""


async def test_each_assistant_of_a_thread_has_a_thread_of_its_own_at_the_server(shelf, server):
    chosen = await server.assistants.create(NewAssistant(name="Tutor"))
    who = {"ours": Answerer()}

    async def answerer_of(thread_id):
        return who[thread_id]

    threads = RemoteThreads(shelf, "p", answerer_of)
    own = await threads.remote_id("ours", server)
    who["ours"] = Answerer(assistant_id=chosen.assistant_id)
    tutors = await threads.remote_id("ours", server)
    assert own != tutors
    assert await threads.known_id("ours") == tutors
    who["ours"] = Answerer()
    assert await threads.remote_id("ours", server) == own


async def test_a_chosen_assistant_that_is_gone_is_said_and_not_replaced(shelf, server):
    async def answerer_of(_thread_id):
        return Answerer(assistant_id="deleted")

    with pytest.raises(InputError) as caught:
        await RemoteThreads(shelf, "p", answerer_of).remote_id("ours", server)
    assert caught.value.code == "assistant.gone"
    assert failure_sentence(str(caught.value)) == sentence_of("assistant.gone")
    assert server.assistants.made == []
