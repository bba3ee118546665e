"""A key is known as soon as the terminal has sent it, however busy the loop is, and comes to the app as all others."""

import threading

from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Key

from graphdeck.tui.key_driver import telling


class Hearing(App[None]):
    """Keeps the keys that it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[str] = []

    def on_key(self, event: Key) -> None:
        self.keys.append(event.key)


async def test_a_key_is_noted_before_the_loop_has_its_turn_and_keys_keep_their_order() -> None:
    app = Hearing()
    came: list[threading.Thread] = []
    async with app.run_test() as pilot:
        driver = telling(HeadlessDriver, app, lambda: came.append(threading.current_thread()))(app)

        def type_letters() -> None:
            for key in "abc":
                driver.process_message(Key(key, key))

        typed = threading.Thread(target=type_letters)
        typed.start()
        typed.join()  # the loop stands still meanwhile
        assert came == [typed] * 3
        assert app.keys == []
        await pilot.pause()
        assert app.keys == ["a", "b", "c"]
