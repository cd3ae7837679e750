"""A clock that is set back does not take a conversation back."""

from desktop_app.engine.onward_time import OnwardTime
from tests.fakes.virtual_time import VirtualTime


async def test_its_days_go_on_only_while_all_else_is_as_it_was():
    clock = VirtualTime()
    time, rung = OnwardTime(clock), []
    began_s = time.wall()
    clock.set_by_s = 3_600
    assert time.wall() == began_s + 3_600
    clock.set_by_s = -3_600
    assert time.wall() == began_s + 3_600
    time.after(2, lambda: rung.append(time.now()))
    await clock.advance(3)
    assert rung == [2]
    await clock.advance(7_200)
    assert time.wall() == began_s + 3_603
