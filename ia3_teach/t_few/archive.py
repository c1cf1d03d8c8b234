"""A file of torch.save as the zip archive that it is: what is looked at before torch reads it, and after.

torch maps the archive into memory and believes it. What another program has packed once more would be read
as if it were the numbers themselves, and a record of pickled names can unfold to gigabytes; nor does torch
compare the check sums that it has written.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from ia3_teach.wording import short

MOST_NAMES = 16 * 2**20  # bytes of what is pickled: the names and shapes
MOST_RECORDS = 100_000


def check_archive(path: str | Path) -> None:
    """Refuse, from the table of contents alone, an archive that torch.save does not write."""
    with opened(path) as archive:
        records = archive.infolist()
    if len(records) > MOST_RECORDS:
        raise ValueError(
            f"{short(path)} has {len(records):,} records; {MOST_RECORDS:,} are the most read here"
        )
    packed = [record for record in records if record.compress_type != ZIP_STORED]
    if packed:
        raise ValueError(
            f"{short(path)} was packed again by another program ({short(packed[0].filename, 60)}), which "
            "torch would read as if it were plain; save it again with torch.save"
        )
    names = [record for record in records if record.filename.endswith(".pkl")]
    if any(record.file_size > MOST_NAMES for record in names):
        raise ValueError(f"{short(path)} has more than {MOST_NAMES:,} bytes of names, which cannot be")


def check_sums(path: str | Path) -> None:
    """Refuse an archive of which a byte was changed since torch.save wrote it."""
    with opened(path) as archive:
        try:
            torn = archive.testzip()
        except (BadZipFile, EOFError, OSError, NotImplementedError) as error:
            torn = str(error)
    if torn is not None:
        raise ValueError(f"{short(path)} is damaged ({short(torn)}); copy or save it again")


def opened(path: str | Path) -> ZipFile:
    """The archive. Raises ValueError for one that is cut off or torn."""
    try:
        return ZipFile(path)
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ValueError(f"{short(path)} is damaged ({short(error)}); copy or save it again") from error
