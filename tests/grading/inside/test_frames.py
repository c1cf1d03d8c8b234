"""What comes out of a box is frames, or refused."""

import os
import threading

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
    b"x" * 20_001,
    b'{"size": 0, "more": "' + b"x" * 20_000 + b'"}\n',
    250 * (b'{"size": 0, "more": "' + b"x" * 19_000 + b'"}\n'),
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


def test_a_frame_is_said_whole_to_a_slow_listener_whatever_an_answer_has_set() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def speak() -> None:
        with os.fdopen(writing, "wb"):
            Speaker(writing).say(b"x" * 1_000_000, record="fold")

    speaking = threading.Thread(target=speak)
    speaking.start()
    listener, heard = Listener(), []
    while piece := os.read(reading, 5000):
        heard += listener.hear(piece)
    speaking.join()
    os.close(reading)
    assert heard == [({"record": "fold"}, b"x" * 1_000_000)]
