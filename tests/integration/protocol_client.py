#!/usr/bin/env python3
"""A client of samovard in plain Python, written from docs/protocol.md alone.

usage: protocol_client.py SOCKET MODEL

MODEL takes a picture (uint8 [height, width, 3]) and returns 255 minus it. The client sends one through
a channel and one inside the message, and checks both answers.
"""

import mmap
import os
import socket
import struct
import sys
from pathlib import Path

VERSION = 1
ERROR, GREETING, HELLO, PING, PONG = 1, 3, 4, 5, 6
OPEN_CHANNEL, CHANNEL_OPENED, CLOSE_CHANNEL, OK = 10, 11, 13, 2
SUBMIT, DONE, PROGRESS = 20, 21, 23
WHO_AM_I, IDENTITY = 60, 61
UINT8 = 6
INLINE = 0
FOR_TIME = 1  # of `keep`
INTERACTIVE = 1  # of `priority`


class Refused(Exception):
    """An `error` of the daemon."""


class Body:
    """Reads the fields of a body one after the other; all of it must be read."""

    def __init__(self, data):
        self.data, self.at = data, 0
        if self.number("B") != 1:
            raise ValueError("the body does not begin with byte 1")

    def take(self, count):
        if count > len(self.data) - self.at:
            raise ValueError("the body ends inside a field")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, kind):
        return struct.unpack("<" + kind, self.take(struct.calcsize("<" + kind)))[0]

    def blob(self):
        return self.take(self.number("Q"))

    def text(self):
        return self.blob().decode(errors="replace")

    def end(self):
        if self.at != len(self.data):
            raise ValueError("bytes follow the end of the message")


def body(*parts):
    return b"\x01" + b"".join(parts)


def blob(data):
    data = data.encode() if isinstance(data, str) else bytes(data)
    return struct.pack("<Q", len(data)) + data


def elements(parts):
    return struct.pack("<Q", len(parts)) + b"".join(parts)


class Session:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.received, self.descriptors, self.last_request = b"", [], 0
        self.greet()

    def receive(self):
        """The next frame: its type, request id, body and descriptor (or None)."""
        while True:
            if len(self.received) >= 16:
                length, kind, flags, request = struct.unpack_from("<IHHQ", self.received)
                if len(self.received) >= 16 + length:
                    break
            data, descriptors, _, _ = socket.recv_fds(self.socket, 65536, 1)
            if not data:
                raise ConnectionError("the daemon has closed the connection")
            self.received += data
            self.descriptors += descriptors
        data, self.received = self.received[16 : 16 + length], self.received[16 + length :]
        return kind, request, Body(data), self.descriptors.pop(0) if flags & 15 else None

    def send(self, kind, request, data):
        self.socket.sendall(struct.pack("<IHHQ", len(data), kind, 0, request) + data)

    def greet(self):
        kind, _, greeting, _ = self.receive()
        if kind == ERROR:
            self.refuse(greeting)
        oldest, newest = greeting.number("H"), greeting.number("H")
        self.daemon, self.roles = greeting.text(), greeting.number("I")
        names = "frame_bytes inline_bytes channel_bytes user_channel_bytes session_channels session_jobs "
        names += "session_inline_bytes"
        self.limits = {name: greeting.number(kind) for name, kind in zip(names.split(), "IIQQIIQ")}
        greeting.end()
        if kind != GREETING or not oldest <= VERSION <= newest:
            raise ValueError(f"{self.daemon} speaks versions {oldest} to {newest}, this client {VERSION}")
        self.send(HELLO, 0, body(struct.pack("<H", VERSION), blob("protocol_client.py")))

    def ask(self, kind, data, expected):
        """Sends a request and returns its answer's body and descriptor."""
        self.last_request += 1
        self.send(kind, self.last_request, data)
        while True:
            kind, request, answer, descriptor = self.receive()
            if request == self.last_request and kind != PROGRESS:
                break
        if kind == ERROR:
            self.refuse(answer)
        if kind != expected:
            raise ValueError(f"a frame of type {kind} where {expected} was due")
        return answer, descriptor

    @staticmethod
    def refuse(answer):
        code, message, hint = answer.number("H"), answer.text(), answer.text()
        raise Refused(f"error {code}: {message}; {hint} (needed: {answer.number('Q')})")

    def who_am_i(self):
        """This user's number, and the patterns of the models that it may use."""
        answer, _ = self.ask(WHO_AM_I, body(), IDENTITY)
        uid = answer.number("I")
        for _ in range(answer.number("Q")):
            answer.number("I")  # a group
        return uid, [answer.text() for _ in range(answer.number("Q"))]

    def open_channel(self, size):
        """The number of a new channel, and its memory."""
        answer, descriptor = self.ask(OPEN_CHANNEL, body(struct.pack("<Q", size)), CHANNEL_OPENED)
        channel, size = answer.number("I"), answer.number("Q")
        answer.end()
        memory = mmap.mmap(descriptor, size)
        os.close(descriptor)
        return channel, memory

    def submit(self, model, tensors, place, dtype=UINT8):
        """Runs a model. The only output, which is of `dtype`: its shape, channel, offset and elements."""
        keep = struct.pack("<BQ", FOR_TIME, 60_000)
        turn = struct.pack("<BQ", INTERACTIVE, 60_000_000)  # and a deadline in a minute
        fresh = b"\x01"  # no_cache
        data = body(blob(model), elements(tensors), elements([place]), elements([]), b"\x00", keep, turn, fresh)
        answer, _ = self.ask(SUBMIT, data, DONE)
        if answer.number("Q") != 1:
            raise ValueError("not one output")
        answer.text()  # its name
        if answer.number("B") != dtype:
            raise ValueError(f"the output is not of type {dtype}")
        shape = [answer.number("Q") for _ in range(answer.number("Q"))]
        result = shape, answer.number("I"), answer.number("Q"), answer.blob()
        self.timings = [answer.number("Q") for _ in range(5)]
        self.cached = answer.number("B") != 0
        self.details = [(answer.text(), answer.text()) for _ in range(answer.number("Q"))]
        answer.end()
        return result


def tensor(dtype, shape, channel, offset, data=b""):
    sizes = [struct.pack("<Q", size) for size in shape]
    place = struct.pack("<IQ", channel, offset)
    return b"".join([blob(""), struct.pack("<B", dtype), elements(sizes), place, blob(data)])


def picture(shape, channel, offset, data=b""):
    return tensor(UINT8, shape, channel, offset, data)


def place(channel, offset, capacity):
    return struct.pack("<IQQ", channel, offset, capacity)


def expect(what, holds):
    print(("ok: " if holds else "WRONG: ") + what)
    if not holds:
        sys.exit(1)


def main():
    session = Session(sys.argv[1])
    expect(f"greeted by {session.daemon}", session.roles & 1 == 1)
    pong, _ = session.ask(PING, body(), PONG)
    expect("the daemon answers a ping", pong.number("Q") >= 0 and pong.number("I") > 0)

    expect("one may use all models", session.who_am_i() == (os.geteuid(), ["*"]))

    shape = [480, 640, 3]
    size = 480 * 640 * 3
    channel, memory = session.open_channel(64 + 2 * size)
    pixels = bytes(i * 7 % 256 for i in range(size))
    memory[64 : 64 + size] = pixels
    slot = (64 + size + 63) // 64 * 64
    answer = session.submit(sys.argv[2], [picture(shape, channel, 64)], place(channel, slot, size))
    expect("the output has its place in the channel", answer == (shape, channel, slot, b""))
    expect("the picture is inverted", memory[slot : slot + size] == bytes(255 - x for x in pixels))
    expect("the input is as it was", memory[64 : 64 + size] == pixels)

    small = bytes(range(48))
    answer = session.submit(sys.argv[2], [picture([4, 4, 3], INLINE, 0, small)], place(INLINE, 0, 48))
    expect("a small picture travels in the messages", answer == ([4, 4, 3], INLINE, 0, bytes(255 - x for x in small)))
    expect("the timings add up", sum(session.timings[:4]) <= session.timings[4])
    expect("it was computed", not session.cached)

    try:
        session.submit(sys.argv[2], [picture(shape, channel, 64)], place(channel, slot, 10))
        expect("an output without room is refused", False)
    except Refused as refusal:
        expect(f"an output without room is refused: {refusal}", f"needed: {size}" in str(refusal))
    session.ask(CLOSE_CHANNEL, body(struct.pack("<I", channel)), OK)
    maps = Path(f"/proc/{os.getpid()}/maps").read_text()
    expect("the memory is still mapped here", "memfd:samovar-channel" in maps)


if __name__ == "__main__":
    main()
