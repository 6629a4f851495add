"""A node that misbehaves: an HTTP server before a real chain, whose answers a test may change."""

import http.client
import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Misbehaving:
    """`rule(request, answer)` sees one JSON-RPC call and returns what to answer instead; it may raise `Drop`."""

    def __init__(self, port, rule=None):
        self.rule = rule or (lambda _request, answer: answer)
        self.requests = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet per answer
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                upstream = http.client.HTTPConnection("127.0.0.1", port)
                upstream.request("POST", "/", body, {"Content-Type": "application/json"})
                answers = json.loads(upstream.getresponse().read())
                upstream.close()
                try:
                    status, answered = 200, proxy.change(json.loads(body), answers)
                except Status as refused:
                    status, answered = refused.args[0], {}
                except Drop:
                    self.close_connection = True
                    return
                data = json.dumps(answered).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def change(self, requests, answers):
        if isinstance(requests, dict):
            self.requests.append(requests["method"])
            return self.rule(requests, answers)
        by_id = {answer["id"]: answer for answer in answers}
        self.requests += [request["method"] for request in requests]
        return [self.rule(request, by_id[request["id"]]) for request in requests]

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Drop(Exception):
    """The call was carried out, and the answer is lost."""


class Status(Exception):
    """Answer with this HTTP status."""


def faults(seed, share):
    """Each answer is lost, or becomes a 503 or 429, with this probability."""
    dice, lock = random.Random(seed), threading.Lock()

    def rule(_request, answer):
        with lock:
            roll, kind = dice.random(), dice.randrange(3)
        if roll < share:
            raise (Drop, Status(503), Status(429))[kind]
        return answer

    return rule
