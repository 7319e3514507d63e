from cli.tending import CALM_SECONDS, Tender
from local.errors import StackError


class FakeStack:
    """Processes that are dead until started; some refuse."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.refusing: set[str] = set()
        self.started: list[str] = []

    def dead(self) -> list[str]:
        return sorted(self.down)

    def start(self, name: str) -> None:
        self.started.append(name)
        if name in self.refusing:
            raise StackError(f"{name} ended while starting: no luck")
        self.down.discard(name)

    def log_tail(self, name: str) -> str:
        return f"last words of {name}"


class Scene:
    """A tender, its stack, what it said, and a clock that stands still."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.said: list[str] = []
        self.stack = FakeStack()
        self.tender = Tender(self.stack, say=self.said.append, clock=lambda: self.now)

    def look_after(self, seconds: float) -> list[str]:
        """Let time pass, look, and return what was said."""
        self.now += seconds
        before = len(self.said)
        self.tender.look()
        return self.said[before:]


def test_it_says_nothing_while_all_is_well():
    assert Scene().look_after(1) == []


def test_a_dead_process_is_reported_once_and_started_after_a_wait():
    scene = Scene()
    scene.stack.down.add("redis")
    assert scene.look_after(1) == ["redis died and is started again in 0.5 s: last words of redis"]
    assert scene.look_after(0.4) == []
    assert scene.look_after(0.1) == ["redis is up again"]
    assert scene.look_after(10) == []
    assert scene.stack.started == ["redis"]


def test_the_wait_doubles_with_every_death_in_a_row_up_to_half_a_minute():
    scene = Scene()
    waits = []
    for _ in range(8):
        scene.stack.down.add("redis")
        (said,) = scene.look_after(0)
        waits.append(float(said.split(" in ")[1].split(" s:")[0]))
        scene.look_after(waits[-1])
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_calm_while_forgives():
    scene = Scene()
    for _ in range(3):
        scene.stack.down.add("redis")
        scene.look_after(0)
        scene.look_after(30)
    scene.stack.down.add("redis")
    (said,) = scene.look_after(CALM_SECONDS + 1)
    assert "in 0.5 s" in said


def test_a_process_that_refuses_to_start_is_tried_again_and_others_are_tended():
    scene = Scene()
    scene.stack.down |= {"functions", "redis"}
    scene.stack.refusing.add("functions")
    scene.look_after(0)
    assert scene.look_after(0.5) == ["functions ended while starting: no luck", "redis is up again"]
    (said,) = scene.look_after(0)
    assert said.startswith("functions died and is started again in 1 s")
