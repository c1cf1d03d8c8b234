"""A scene: one visit, whose place, people, days and prices are drawn when first needed."""

import random

from ia3_teach.course.world.lexicon import items, name_list, nouns, words

_LISTED = {"friend": "first", "friend2": "first", "city2": "city", "last2": "last"}
_LISTED |= {"name_noun2": "name_noun", "food2": "food", "feature2": "feature"}


class Scene(dict[str, str]):
    """The slots of one story; a slot keeps its value, so that all sentences agree.

    >>> scene = Scene(random.Random(0), "food")
    >>> scene["city"] == scene["city"]
    True
    """

    def __init__(self, rng: random.Random, domain: str | None = None) -> None:
        super().__init__()
        self.rng = rng
        self.domain = domain or rng.choice(sorted(words("domains")))
        self.facts = words("domains")[self.domain]

    def __missing__(self, slot: str) -> str:
        maker = getattr(self, f"_{slot}", None)
        value = maker() if maker else self.rng.choice(name_list(_LISTED.get(slot, slot)))
        return self.setdefault(slot, value)

    def fill(self, template: str) -> str:
        """The template with every {slot} filled."""
        return template.format_map(self)

    def pick(self, phrases: str) -> str:
        """A random phrase of this name, filled."""
        return self.fill(self.rng.choice(words("phrases")[phrases]))

    def later(self, sentence: str) -> str:
        """The sentence as said once the place is known: often 'the hotel' instead of its name."""
        if self.rng.random() < 0.35:
            return sentence
        short = "the " + self.facts["kind"]
        return sentence.replace(self["place_c"], short).replace(self["place"], short)

    def thing(self) -> tuple[str, str, bool]:
        """A thing to judge: (noun, adjective group, plural)."""
        return self.rng.choice(nouns(self.domain))

    def _place(self) -> str:
        return self.fill(self.rng.choice(self.facts["name"]))

    def _place_c(self) -> str:
        return self["place"][0].upper() + self["place"][1:]

    def _relation_c(self) -> str:
        return "A " + self["relation"]

    def _title(self) -> str:
        return self.rng.choice(["Mr", "Mrs", "Ms", "Dr"])

    def _number_big(self) -> str:
        return self.rng.choice("twenty thirty forty fifty sixty seventy eighty ninety".split())

    def _visits(self) -> str:
        self["visit"], self["visited"] = (
            self.fill(form) for form in self.rng.choice(self.facts["visit"]).split("|")
        )
        return ""

    def _visit(self) -> str:
        return self._visits() or self["visit"]

    def _visited(self) -> str:
        return self._visits() or self["visited"]

    def _item(self) -> str:
        item, low, high = self.rng.choice(items(self.domain))
        self["price"] = str(self.rng.randint(low, high))
        return item

    def _price(self) -> str:
        self["item"]  # drawing the item fixes its price
        return self["price"]

    def _the_item(self) -> str:
        return "the " + self["item"]

    def _an_item(self) -> str:
        return "a " + self["item"]
