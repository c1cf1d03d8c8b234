"""Pictures that a stranger handed in: those that are what they are said to be, and that a page can hold."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Mapping
from io import BytesIO

from PIL import Image

FORMS = {"image/png": "PNG", "image/jpeg": "JPEG"}
MOST_PIXELS = 50_000_000


def that_are_pictures(kinds: Mapping[str, str]) -> dict[str, str]:
    """{kind: content} of what is the picture that it is said to be."""
    joined = {kind: text.replace("\n", "") for kind, text in kinds.items() if kind in FORMS}
    return {kind: text for kind, text in joined.items() if _is_picture(text, FORMS[kind])}


def _is_picture(text: str, form: str) -> bool:
    """Whether base64 is a picture of this form, and none that takes up all memory; only its head is read."""
    try:
        content = BytesIO(base64.b64decode(text, validate=True))
        with warnings.catch_warnings(action="ignore"), Image.open(content, formats=[form]) as picture:
            return picture.width * picture.height <= MOST_PIXELS
    except Exception:  # whatever else is wrong with it
        return False
