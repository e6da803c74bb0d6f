"""HTTP for the stand-in: requests with their bodies (chunked ones too), answers, and a server on a thread of its own."""
import http.server
import json
import threading
import urllib.parse

from stand_in import Refused


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self, content, kind="application/json", code=200):
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def handle_one(self):
        body = self.body()  # also of a request that is refused: the connection stays in step
        url = urllib.parse.urlsplit(self.path)
        try:
            self.route(url.path, urllib.parse.parse_qs(url.query), body)
        except Refused as error:
            self.answer({"message": str(error), "detail": str(error)}, code=error.code)
        except Exception as error:  # a fault of the stand-in shows in the test
            self.answer({"message": f"stand-in: {error!r}", "detail": f"stand-in: {error!r}"}, code=500)

    do_GET = do_POST = handle_one

    def route(self, path, query, body):
        raise NotImplementedError

    def log_message(self, *words):  # quiet
        pass


def serve(handler, port):
    """A server on 127.0.0.1; stop it with shutdown() and server_close()."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def free_base(offsets, tries=50):
    """A base port whose neighbours at `offsets` are free."""
    import random
    import socket
    for _ in range(tries):
        base = random.randrange(20000, 60000, 10)
        try:
            for offset in offsets:
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", base + offset))
            return base
        except OSError:
            continue
    raise RuntimeError("no free ports")
