"""An HTTP gateway made of the answers under test, and gateways that lie in every way we know."""

from urllib.parse import parse_qs, urlsplit

from creditline.content import trustless
from creditline.errors import CreditlineError
from tests.content.local_server import Handler


class GatewayServer:
    """`lie` is one of: "", "bytes", "endless", "cut", "junk", "redirect", "broken", "no car", "packed"."""

    def __init__(self, store):
        self.store = store
        self.lie = ""
        self.patience = []  # what its next answers ask for in Retry-After
        self.requests = []

    def handler(self):
        server = self

        class Http(Handler):
            def do_GET(self):  # noqa: N802 the name that http.server asks for
                server.requests.append(self.path)
                url = urlsplit(self.path)
                form = parse_qs(url.query).get("format", [""])[0]
                if server.patience:
                    self.reply(429, b"slower", {"Retry-After": server.patience.pop(0)})
                else:
                    self.reply(*server.answer(url.path.removeprefix("/ipfs/"), form))

        return Http

    def answer(self, cid, form):
        if self.lie == "redirect":
            return 301, b"", {"Location": "http://127.0.0.1:1/"}
        if self.lie == "broken" or (self.lie == "no car" and form == "car"):
            return 502, b"bad gateway"
        if self.lie == "endless":
            return 200, bytes(3 * 1024 * 1024)
        if self.lie == "junk":
            return 200, b"<html>welcome</html>"
        try:
            answer = trustless.respond(self.store, cid, form)
        except CreditlineError as error:
            return error.status, error.what.encode()
        body = b"".join(answer.body)
        if self.lie == "bytes":
            body = body[:-1] + bytes([body[-1] ^ 1])
        if self.lie == "cut":
            body = body[: len(body) // 2]
        extra = {"Content-Encoding": "gzip"} if self.lie == "packed" else {}
        return answer.status, body, {"Content-Type": answer.content_type, **extra}
