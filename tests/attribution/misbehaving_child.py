"""A child that does what it is told: the faults that `child` must survive. Run as a module."""

import json
import os
import sys
import time
from pathlib import Path

from creditline.attribution.child import serve
from creditline.errors import Misconfigured, TooLarge


def answer(header, attachments):
    match header.get("do"):
        case "echo":
            return {"pid": os.getpid()}, attachments
        case "die":
            os._exit(3)
        case "hang":
            time.sleep(600)
        case "allocate":
            return {"length": len(bytearray(header["bytes"]))}, ()
        case "refuse":
            raise TooLarge("It is too large.", "Make it smaller.")
        case "print":
            sys.stdout.write("noise on standard output")
            sys.stdout.flush()
            return {}, ()
        case "write":
            Path(header["path"]).write_bytes(b"x" * 10)
            return {}, ()
    raise AssertionError(header)


def prepare():
    if "broken" in sys.argv:
        raise Misconfigured("It cannot start.", "Set it up.")
    return answer


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]), prepare)
