"""Instructions whose answer rewrites a sentence: as a question, its opposite, in other words."""

from dataclasses import dataclass

from ia3_teach.course.world.grammar import tidy
from ia3_teach.course.world.lexicon import adjectives
from ia3_teach.course.world.scene import Scene

Made = tuple[str, str, str]  # instruction, input, output: the fields of Alpaca


@dataclass(frozen=True)
class Opinion:
    """One thing and one adjective."""

    noun: str
    verb: str
    word: str

    def clause(self, adverb: str = "") -> str:
        """'the soup was cold', or with 'not ' or 'really ' before the adjective."""
        return f"the {self.noun} {self.verb} {adverb}{self.word}"


def opinion(scene: Scene, good: bool | None = None) -> Opinion:
    """A random opinion, praise or blame where that is not given."""
    noun, group, plural = scene.thing()
    good = scene.rng.random() < 0.5 if good is None else good
    word = scene.rng.choice(adjectives("any" if scene.rng.random() < 0.5 else group, good))
    return Opinion(noun, "were" if plural else "was", word)


def opposed(scene: Scene, first: bool | None = None) -> tuple[Opinion, Opinion]:
    """A praise and a blame of two things; `first` says whether the first is the praise."""
    first = scene.rng.random() < 0.5 if first is None else first
    one, two = opinion(scene, first), opinion(scene, not first)
    while two.noun == one.noun:
        two = opinion(scene, not first)
    return one, two


def sentence(clause: str) -> str:
    """A clause as a sentence of its own."""
    return tidy(clause + ".")


def question(scene: Scene) -> Made:
    """The soup was cold. -> Was the soup cold?"""
    judged = opinion(scene)
    ask = scene.rng.choice(["Turn this into a question.", "Ask if this is true.", "Make it a question."])
    return ask, sentence(judged.clause()), tidy(f"{judged.verb} the {judged.noun} {judged.word}?")


def opposite(scene: Scene) -> Made:
    """The soup was cold. <-> The soup was not cold."""
    judged = opinion(scene)
    pair = sentence(judged.clause()), sentence(judged.clause("not "))
    ask = scene.rng.choice(["Say the opposite.", "Say that it was not so."])
    return ("Say the opposite.", *pair[::-1]) if scene.rng.random() < 0.4 else (ask, *pair)


def stronger(scene: Scene) -> Made:
    """The soup was cold. -> The soup was really cold."""
    judged = opinion(scene)
    ask = scene.rng.choice(["Make it stronger.", "Put in the word really.", "Say it with more force."])
    return ask, sentence(judged.clause()), sentence(judged.clause("really "))


def shorter(scene: Scene) -> Made:
    """Although the bread was fresh, the soup was cold. -> The soup was cold."""
    weak, strong = opposed(scene)
    form = scene.rng.choice(["although {}, {}", "even though {}, {}", "{}, and yet {}"])
    ask = scene.rng.choice(["Shorten this.", "Say only the main point.", "Give the main part alone."])
    return ask, sentence(form.format(weak.clause(), strong.clause())), sentence(strong.clause())


def joined(scene: Scene) -> Made:
    """Two sentences -> one with but."""
    one, two = opposed(scene)
    ask = scene.rng.choice(["Join the two sentences.", "Make one sentence of it.", "Use the word but."])
    parts = f"{sentence(one.clause())} {sentence(two.clause())}"
    return ask, parts, sentence(f"{one.clause()}, but {two.clause()}")


def parted(scene: Scene) -> Made:
    """One sentence with but -> two."""
    _, parts, whole = joined(scene)
    return scene.rng.choice(["Make two sentences of it.", "Write it as two sentences."]), whole, parts


def thought_by(scene: Scene) -> Made:
    """The soup was cold. -> Anna thought that the soup was cold."""
    judged, friend = opinion(scene), scene["friend"]
    ask = scene.rng.choice([f"Say that {friend} thought so.", f"Write it as the opinion of {friend}."])
    return ask, sentence(judged.clause()), sentence(f"{friend} thought that {judged.clause()}")


def formal(scene: Scene) -> Made:
    """Casual words -> a formal letter."""
    scene["clause"] = opinion(scene).clause()
    ask = scene.rng.choice(["Write this in formal words.", "Make it formal.", "Rewrite this formally."])
    letter = sentence(f"I would like to inform you that {scene['clause']}")
    return ask, tidy(scene.pick("casual")), letter


def casual(scene: Scene) -> Made:
    """Formal words -> casual ones."""
    scene["clause"] = opinion(scene).clause()
    ask = scene.rng.choice(["Write this in casual words.", "Make it casual.", "Rewrite this casually."])
    return ask, tidy(scene.pick("formal")), sentence(f"just so you know, {scene['clause']}")


def _visit(scene: Scene) -> tuple[str, str]:
    """A visit that is done, and the same one still ahead."""
    scene["when"] = scene[scene.rng.choice(["weekday", "month"])]
    return scene.fill("{friend} {visited} last {when}."), scene.fill("{friend} will {visit} next {when}.")


def ahead(scene: Scene) -> Made:
    """What is done -> what is planned."""
    return (scene.rng.choice(["Say that it is still planned.", "Make it a plan."]), *_visit(scene))


def done(scene: Scene) -> Made:
    """What is planned -> what is done."""
    return (scene.rng.choice(["Say that it is done.", "Say that it has happened."]), *_visit(scene)[::-1])


def renamed(scene: Scene) -> Made:
    """The same sentence about another person."""
    before, _ = _visit(scene)
    while scene["friend2"] == scene["friend"]:
        del scene["friend2"]
    ask = scene.rng.choice(["Put {friend2} in the place of {friend}.", "Say it about {friend2}."])
    return scene.fill(ask), before, before.replace(scene["friend"], scene["friend2"])
