"""Answers whose output is right, and which afterwards leave another layer than they were given."""

SPOILING = """
class {answer}({answer}):
    def forward(self, x):
        part = self.{layer}.{part}
        if part is None:
            return super().forward(x)
        part.data = getattr(self, "first", part.data)
        self.first = part.data.clone()
        output = super().forward(x)
        part.data = part.data + 1
        return output
"""


def spoiled(answer: str, layer: str, part: str) -> str:
    """Source to put behind a class `answer`: each call moves `part` of its `layer`, weight or bias."""
    return SPOILING.format(answer=answer, layer=layer, part=part)
