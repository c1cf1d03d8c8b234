"""The course as a site of plain files: `python -m ia3_teach.website`, or `make site`, writes `_site/`.

It is built without a network, asks for nothing outside of itself, and opens from disk as well as from a
server. What is live in it, the dial and the explorer, is `views/live/`, without a kernel.
"""
