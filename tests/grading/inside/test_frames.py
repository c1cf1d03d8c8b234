"""What comes out of a box is frames, or refused."""

import os

import pytest

from ia3_teach.grading.inside.frames import FrameError, Listener, Speaker

NO_FRAMES = [
    b"hello\n",
    b"[1]\n",
    b"{}\n",
    b'{"size": -1}\n',
    b'{"size": 1e9}\n',
    b'{"size": 999999999999}\n',
    b'{"size": "1"}\n',
    b"x" * 1_000_001,
    b"[" * 100_000 + b"\n",
]


@pytest.mark.parametrize("bytes_", NO_FRAMES, ids=lambda bytes_: repr(bytes_[:12]))
def test_anything_else_than_a_frame_is_refused(bytes_) -> None:
    with pytest.raises(FrameError):
        list(Listener().hear(bytes_))


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
def test_frames_are_put_together_however_they_are_cut(step) -> None:
    reading, writing = os.pipe()
    speaker = Speaker(writing)
    speaker.say(begin="cell 1")
    speaker.say(b"\n{}\n", record="fold", found="fold")
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    listener, heard = Listener(), []
    for start in range(0, len(content), step):
        heard += listener.hear(content[start : start + step])
    assert heard == [({"begin": "cell 1"}, b""), ({"record": "fold", "found": "fold"}, b"\n{}\n")]
