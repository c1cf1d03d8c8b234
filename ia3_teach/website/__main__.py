"""`python -m ia3_teach.website [folder]` builds the site, in `_site/` unless another folder is named."""

import sys
from pathlib import Path

from ia3_teach.website.building import build

if __name__ == "__main__":
    try:
        page = build(Path(*sys.argv[1:2] or ["_site"]))
    except (ValueError, OSError) as error:
        sys.exit(f"ia3_teach.website: {error}")
    print(f"{page}: open it in a browser, from disk or from a server")
