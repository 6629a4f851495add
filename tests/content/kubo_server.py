"""The part of the Kubo RPC that the adapter uses, over blocks in memory, with the quirks of js-ipfs and some lies."""

import json
from urllib.parse import parse_qsl, urlsplit

from multiformats import CID

from tests.content import reference
from tests.content.local_server import Handler

ADD_AS_KUBO = {
    "cid-version": "1",
    "raw-leaves": "true",
    "chunker": "size-262144",
    "pin": "true",
    "progress": "false",
    "cid-base": "base32",
}


class Node:
    """State of one node. `lie` is one of: "", "bytes", "endless", "name", "no json", "locked"."""

    def __init__(self):
        self.blocks = {}
        self.pins = set()
        self.lie = ""
        self.is_javascript = False
        self.calls = []

    def handler(self):
        node = self

        class Rpc(Handler):
            def do_POST(self):  # noqa: N802 the name that http.server asks for
                upload = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Transfer-Encoding") == "chunked":
                    self.reply(411, b"")
                    return
                url = urlsplit(self.path)
                command, query = url.path.removeprefix("/api/v0/"), parse_qsl(url.query)
                node.calls.append(command)
                self.reply(*node.answer(command, query, _multipart(upload)))

        return Rpc

    def answer(self, command, query, upload):
        if self.lie == "locked":
            return 403, b"403 - Forbidden"
        if self.lie == "no json" and command != "block/get":
            return 200, b"<html>"
        arguments = [bytes(CID.decode(value).digest) for key, value in query if key == "arg"]
        options = {key: value for key, value in query if key != "arg"}
        try:
            result = getattr(self, command.replace("/", "_"))(arguments, options, upload)
        except KeyError as missing:
            return 500, _json({"Message": f"ipld: could not find {missing}", "Code": 0, "Type": "error"})
        except PermissionError as refusal:
            return 500, _json({"Message": str(refusal), "Code": 0, "Type": "error"})
        return 200, result if isinstance(result, bytes) else _json(result)

    def version(self, *_):
        return {"Version": "0.18.1" if self.is_javascript else "0.36.0", "Commit": ""}

    def add(self, _, options, upload):
        if options != ADD_AS_KUBO:
            raise PermissionError(f"would give another CID: {options}")
        root, blocks = reference.file_blocks(upload)
        self.blocks |= {bytes(CID.decode(name).digest): block for name, block in blocks.items()}
        self.pins.add(bytes(CID.decode(root).digest))
        if self.lie == "name":
            root = reference.cid("raw", b"something else")
        return {"Name": "file", "Hash": self._spelled(root, options), "Size": str(len(upload))}

    def block_put(self, _, options, upload):
        name = reference.cid(options["cid-codec"], upload)
        self.blocks[bytes(CID.decode(name).digest)] = upload
        return {
            "Key": "not a cid" if self.lie == "name" else self._spelled(name, options),
            "Size": len(upload),
        }

    def block_get(self, arguments, _options, _upload):
        block = self.blocks[arguments[0]]
        if self.lie == "endless":
            return bytes(3 * 1024 * 1024)
        return block[:-1] + b"?" if self.lie == "bytes" else block

    def block_stat(self, arguments, options, _):
        assert options["offline"] == "true"
        return {"Size": len(self.blocks[arguments[0]])}

    def block_rm(self, arguments, *_):
        for argument in arguments:
            if argument not in self._needed():
                self.blocks.pop(argument, None)
        return {"Hash": ""}

    def pin_add(self, arguments, *_):
        self._below(arguments[0])
        self.pins.add(arguments[0])
        return {"Pins": []}

    def pin_rm(self, arguments, *_):
        if arguments[0] not in self.pins:
            raise PermissionError("not pinned or pinned indirectly")
        self.pins.remove(arguments[0])
        return {"Pins": []}

    def _needed(self):
        return set().union(*(self._below(pin) for pin in self.pins))

    def _below(self, digest):
        """A block and all that it links to, found by looking for digests in it: enough for a test's node."""
        block = self.blocks[digest]
        found = {digest}
        if block[:1] == b"\x12":
            found |= {other for other in self.blocks if other in block}
        return found

    def _spelled(self, name, options):
        if self.is_javascript and options.get("cid-base") != "base32":
            return str(CID.decode(name).set(base="base58btc"))
        return name


def _multipart(body):
    if not body:
        return b""
    boundary, _, rest = body.partition(b"\r\n")
    _, _, content = rest.partition(b"\r\n\r\n")
    return content.rpartition(b"\r\n" + boundary)[0]


def _json(document):
    return json.dumps(document).encode() + b"\n"
