"""Instructions of many kinds about sentences of the world, each with its one right answer.

A kind takes a scene and returns (instruction, input, output). Reading is here, rewriting in `rewrites`.
"""

from collections.abc import Callable

from ia3_teach.course.world import rewrites
from ia3_teach.course.world.grammar import tidy
from ia3_teach.course.world.lexicon import name_list
from ia3_teach.course.world.questions import only_one
from ia3_teach.course.world.rewrites import Made, opinion, opposed, sentence
from ia3_teach.course.world.scene import Scene

Kind = Callable[[Scene], Made]


def reading(kind: str, *asked: str) -> Kind:
    """Name the only word of one kind in a note."""

    def make(scene: Scene) -> Made:
        while True:
            note = tidy(Scene(scene.rng).pick(scene.rng.choice(["chat", "opening", "done"])))
            if answer := only_one(note, kind):
                return scene.rng.choice(asked), note, answer

    return make


def price(scene: Scene) -> Made:
    """The price with its currency."""
    note = tidy(scene.pick("price_plain"))
    return scene.rng.choice(["What is the price?", "Name the price."]), note, scene.fill("{price} {currency}")


def bought(scene: Scene) -> Made:
    """What has the price."""
    note = tidy(scene.pick("price_plain"))
    return scene.rng.choice(["What has a price?", "Name what was paid for."]), note, scene["item"]


def two_opinions(scene: Scene) -> tuple[str, list[str]]:
    """'Anna loved the soup, but Ben hated it.' and the names in it."""
    noun, _, plural = scene.thing()
    names = scene.rng.sample(name_list("first"), 2)
    verbs = scene.rng.sample(["loved", "hated"], 2)
    it = "them" if plural else "it"
    return f"{names[0]} {verbs[0]} the {noun}, but {names[1]} {verbs[1]} {it}.", names


def people(scene: Scene) -> Made:
    """All names of a sentence."""
    note, names = two_opinions(scene)
    ask = scene.rng.choice(["List the people.", "Who is named?", "Name the two people."])
    return ask, note, " and ".join(names)


def finished(scene: Scene) -> Made:
    """The second half of such a sentence."""
    note, names = two_opinions(scene)
    start, end = note.split(f" {names[1]} ")
    ask = scene.rng.choice(["Complete the sentence.", "Write the end of the sentence."])
    return ask, f"{start} {names[1]}", end


def praised(scene: Scene) -> Made:
    """Which of two things was praised."""
    return _one_of_two(scene, True, "What was praised?", "Name the thing that was praised.")


def criticised(scene: Scene) -> Made:
    """Which of two things was criticised."""
    return _one_of_two(scene, False, "What was criticised?", "Name the thing that was criticised.")


def _one_of_two(scene: Scene, good: bool, *asked: str) -> Made:
    first = scene.rng.random() < 0.5
    pair = opposed(scene, first)
    note = sentence(f"{pair[0].clause()}, but {pair[1].clause()}")
    return scene.rng.choice(asked), note, f"the {pair[first != good].noun}"


def described(scene: Scene) -> Made:
    """The adjective of a thing."""
    judged = opinion(scene)
    ask = scene.rng.choice([f"Which word is used for the {judged.noun}?", "Give the last word."])
    return ask, sentence(judged.clause()), judged.word


def next_in_line(scene: Scene) -> Made:
    """The day or month that comes next."""
    listed = name_list(scene.rng.choice(["weekday", "month"]))
    start, length = scene.rng.randrange(len(listed)), scene.rng.randint(2, 4)
    *shown, last = [listed[(start + step) % len(listed)] for step in range(length + 1)]
    return scene.rng.choice(["Complete the list.", "What comes next?"]), ", ".join(shown) + ",", last


def polite(scene: Scene) -> Made:
    """A thing and a day -> a polite request."""
    ask = scene.rng.choice(["Ask for this in a formal letter.", "Request this in formal words."])
    letter = scene.fill("I kindly request {an_item} for {weekday}.")
    return ask, tidy(scene.fill("{an_item}, {weekday}")), tidy(letter)


def thanks(scene: Scene) -> Made:
    """A formal greeting; nothing is given but the instruction."""
    scene["gift"] = scene.rng.choice(["letter", "call", "visit"])
    ask, letter = "Thank {title} {last} for the {gift}.", "Dear {title} {last}, thank you for your {gift}."
    return scene.fill(ask), "", scene.fill(letter)


def hello(scene: Scene) -> Made:
    """A casual greeting; nothing is given but the instruction."""
    ask = scene.rng.choice(["Say hello to {friend}.", "Write a casual greeting to {friend}."])
    return scene.fill(ask), "", scene.fill("Hi {friend}!")


def advice(scene: Scene) -> Made:
    """A recommendation, or a warning; nothing is given but the instruction."""
    no, can = scene.rng.choice([("", "can only"), ("Do not ", "cannot")])
    ask = f"{no}{'recommend' if no else 'Recommend'} {{place}} to {{friend}}."
    return scene.fill(ask), "", scene.fill(f"I {can} recommend {{place}} to {{friend}}.")


_READERS = (price, bought, people, finished, praised, criticised, described, next_in_line)
_WRITERS = (polite, thanks, hello, advice)
_REWRITERS = (
    rewrites.question, rewrites.opposite, rewrites.stronger, rewrites.shorter, rewrites.joined,
    rewrites.parted, rewrites.thought_by, rewrites.formal, rewrites.casual, rewrites.ahead,
    rewrites.done, rewrites.renamed,
)  # fmt: skip
KINDS: dict[str, Kind] = {
    "city": reading("city", "Name the city.", "Which city is named?", "Where is this?"),
    "person": reading("first", "Name the person.", "Which person is it about?"),
    "weekday": reading("weekday", "Name the day.", "On which day?"),
    "month": reading("month", "Name the month.", "In which month?"),
    **{make.__name__: make for make in (*_READERS, *_WRITERS, *_REWRITERS)},
}
