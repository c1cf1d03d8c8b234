"""Clauses that judge a thing: plain, negated, intensified, and set against each other."""

from dataclasses import dataclass

from ia3_teach.course.world.lexicon import adjectives, words
from ia3_teach.course.world.scene import Scene


@dataclass(frozen=True)
class Judgement:
    """One opinion in a text: what is judged, how, and the clause that says so."""

    noun: str
    plural: bool
    good: bool
    group: str
    clause: str


def judging_slots(scene: Scene, thing: tuple[str, str, bool], general: float = 0.25) -> dict[str, str]:
    """Noun phrase, verb form and six adjectives: general ones such as 'good', or of the thing's group."""
    noun, group, plural = thing
    slots = {"np": f"the {noun}", "was": "were" if plural else "was"}
    for good, name in ((True, "good"), (False, "bad")):
        words_of_group = adjectives("any" if scene.rng.random() < general else group, good)
        first, second, third = scene.rng.sample(words_of_group, 3)
        slots |= {name: first, f"{name}2": second, f"{name}3": third}
    slots["degree"] = scene.rng.choice(words("phrases")["degree"])
    return slots


def judge(scene: Scene, good: bool, impersonal: bool = False, general: float = 0.25) -> Judgement:
    """A clause of the wanted polarity about a random thing; impersonal: without I, we or my."""
    thing = scene.thing()
    templates = words("phrases")["good" if good else "bad"]
    if impersonal:
        templates = [template for template in templates if template.startswith("{np} {was}")]
    template = scene.rng.choice(templates)
    for name, value in judging_slots(scene, thing, general).items():
        template = template.replace("{" + name + "}", value)
    return Judgement(thing[0], thing[2], good, thing[1], scene.fill(template))


def contrast(scene: Scene, good: bool, general: float = 0.25) -> tuple[str, list[Judgement]]:
    """Two opposed clauses; the main clause, or the one after 'but', has the wanted polarity."""
    strong = judge(scene, good, general=general)
    weak = judge(scene, not good, general=general)
    while weak.noun == strong.noun:
        weak = judge(scene, not good, general=general)
    template = scene.rng.choice(words("phrases")["contrast"])
    text = template.format(weak=weak.clause, strong=strong.clause)
    return text + ".", [strong, weak]
