"""What the bytes of a stream may look like; `python -m unittest`."""

import unittest

from events import events


class EventsTest(unittest.TestCase):
    def test_every_way_to_cut_the_body_gives_the_same_events(self) -> None:
        body = 'data: {"answer": "茶\u2028水"}\n\nevent: ping\n\ndata: {"answer": "2"}\r\n\r\n'.encode()
        expected = [{"answer": "茶\u2028水"}, {"answer": "2"}]
        for size in range(1, len(body) + 1):
            chunks = [body[at : at + size] for at in range(0, len(body), size)]
            self.assertEqual(list(events(chunks)), expected, f"in chunks of {size}")

    def test_what_the_body_breaks_off_in_is_no_event(self) -> None:
        self.assertEqual(list(events([b'data: {"answer": "1"}\n\ndata: {"answer": "2"}\n'])), [{"answer": "1"}])


if __name__ == "__main__":
    unittest.main()
