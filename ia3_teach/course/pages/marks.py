"""A page in which a program keeps a part: what lies between two marks."""

from ia3_teach.wording import short


def between(page: str, first: str, last: str, content: str) -> str:
    """The page with `content` between its marks. Raises ValueError where one of them is missing.

    >>> between("a <!-- x --> old <!-- /x --> b", "<!-- x -->", "<!-- /x -->", "new").splitlines()
    ['a <!-- x -->', 'new', '<!-- /x --> b']
    """
    before, start, rest = page.partition(first)
    _, end, after = rest.partition(last)
    if not start or not end:
        raise ValueError(f"the page lacks the lines {short(first)} and {short(last)}")
    return f"{before}{first}\n{content}\n{last}{after}"
