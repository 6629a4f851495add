"""F20: an address that a stranger names leads to nothing that only this machine can reach. Every connection is counted."""

import datetime as dt
import ipaddress
import socket
import ssl
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from creditline.content import fetcher
from creditline.content.fetcher import FETCHES_MAX, Fetcher
from creditline.content.public import is_public
from creditline.errors import Busy, Invalid, Missing, TooLarge, Unavailable
from tests.content.local_server import Handler, serving

LOOPBACK = ipaddress.ip_address("127.0.0.1")
LIMIT = 100_000
_seen = None


def _listen(event, arguments):
    if event in ("socket.connect", "socket.sendto") and _seen is not None:
        _seen.append(arguments[1])


sys.addaudithook(_listen)


@pytest.fixture
def connections():
    """Every address that this process connects to: Python itself tells, whoever asks it to."""
    global _seen  # noqa: PLW0603 an audit hook cannot be taken away, only be told to stop
    _seen = []
    yield _seen
    _seen = None


def answering(*texts):
    """A resolver that gives other addresses each time, the last for ever."""
    answers = list(texts)

    async def resolve(_host, _port):
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [found] if isinstance(found, str) else found

    return resolve


ADDRESSES = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2001:10::1",
    "2002:7f00:1::", "2002:a9fe:a9fe::", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%1", "fec0::1",
    "ff02::1", "5f00::1",
]  # fmt: skip

SPELLINGS = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
    "http://0177.0.0.1/", "http://017700000001/", "http://0/", "http://0.0.0.0/", "http://localhost/", "http://LOCALHOST./",
    "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[0:0:0:0:0:0:0:1]/",
    "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://[fd00:ec2::254]/", "http://１２７.0.0.1/",
    "http://①②⑦.0.0.1/", "http://127。0。0。1/", "https://127.0.0.1/", "http://127.0.0.1./", "http://%31%32%37.0.0.1/",
]  # fmt: skip

FORMS = [
    "", "picture.png", "//127.0.0.1/", "file:///etc/passwd", "FILE:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/_x",
    "dict://127.0.0.1:11211/", "ldap://127.0.0.1/", "data:image/png;base64,AAAA", "javascript:alert(1)", "unix:/run/docker.sock",
    "http:/127.0.0.1/", "http://", "http:///etc/passwd", "http://user@127.0.0.1/", "http://user:secret@example.org/",
    "http://example.org@127.0.0.1/", "http://127.0.0.1\\@example.org/", "http://127.0.0.1:22/", "http://127.0.0.1:6379/",
    "http://127.0.0.1:0/", "http://127.0.0.1:99999/", "http://127.0.0.1:-1/", "http://exa mple.org/", "http://a\r\nX: 1/",
    "http://" + "a" * 3_000 + ".example/", "http://[::1", "http://[v1.x]/", "http://a\x00.example/",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_f20_a_name_that_leads_inside_is_not_followed(connections, address):
    for answers in ([address], ["93.184.216.34", address]):
        with pytest.raises(Invalid, match="No public address"):
            Fetcher(resolve=answering(answers)).fetch("http://pictures.example/a.png", LIMIT)
    assert connections == []


@pytest.mark.parametrize("url", SPELLINGS)
def test_f20_no_spelling_of_an_inner_address_is_followed(connections, url):
    """With the resolver of this machine, as the service has it."""
    with pytest.raises(Invalid, match=r"No public address|no plain http"):
        Fetcher().fetch(url, LIMIT)
    assert connections == []


@pytest.mark.parametrize("url", FORMS)
def test_f20_what_is_no_plain_address_is_refused_unasked(connections, url):
    async def resolve(_host, _port):
        raise AssertionError("nobody has to be asked about it")

    with pytest.raises(Invalid) as caught:
        Fetcher(resolve=resolve).fetch(url, LIMIT)
    assert "secret" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert connections == []


def test_f20_names_that_only_we_know_look_like_names_that_nobody_knows(connections):
    async def unknown(_host, _port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    said = []
    for resolve in (unknown, answering("10.0.0.1"), answering([])):
        with pytest.raises(Invalid) as caught:
            Fetcher(resolve=resolve).fetch("http://wiki.corp/", LIMIT)
        said.append(str(caught.value))
    assert len(set(said)) == 1
    assert connections == []


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "2a00:1450::1"])
def test_public_addresses_are_public(address):
    assert is_public(ipaddress.ip_address(address))


class Pages:
    """A server whose answers are functions of the handler, by path."""

    def __init__(self, **pages):
        self.pages = pages
        self.asked = []

    def handler(self):
        pages = self

        class Http(Handler):
            def do_GET(self):  # noqa: N802 the name that http.server asks for
                pages.asked.append((self.headers["Host"], self.path))
                pages.pages[self.path.strip("/").partition("?")[0] or "root"](self)

        return Http


def give(status, body=b"", **headers):
    return lambda handler: handler.reply(status, body, {k.replace("_", "-"): v for k, v in headers.items()})


def here(url, resolve=None, allows=None, **options):
    """A fetcher to which the local server is public, and nothing else."""
    port = int(url.rsplit(":", 1)[1])
    return Fetcher(
        resolve=resolve or answering("127.0.0.1"),
        allows=allows or (lambda address: address == LOOPBACK),
        ports=frozenset({port, 80, 443}),
        **options,
    ), f"http://pictures.example:{port}"


def test_a_picture_is_fetched_from_the_address_that_was_checked(connections):
    pages = Pages(a=give(200, b"\x89PNG"))
    with serving(pages.handler()) as url:
        fetch, name = here(url)
        assert fetch.fetch(f"{name}/a?size=1", LIMIT) == b"\x89PNG"
    host = name.removeprefix("http://")
    assert pages.asked == [(host, "/a?size=1")]
    assert [address[0] for address in connections] == ["127.0.0.1"]


def test_f20_a_name_that_points_elsewhere_a_moment_later_changes_nothing(connections):
    """DNS rebinding: it is resolved once for each hop, and the connection goes to what was checked."""
    pages = Pages(a=give(200, b"ok"))
    with serving(pages.handler()) as url:
        fetch, name = here(url, answering("127.0.0.1", "127.0.0.2"))
        assert fetch.fetch(f"{name}/a", LIMIT) == b"ok"
        with pytest.raises(Invalid, match="No public address"):
            fetch.fetch(f"{name}/a", LIMIT)
    assert {address[0] for address in connections} == {"127.0.0.1"}


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "//localhost:6379/",
        "file:///etc/passwd",
        "http://user:secret@pictures.example/",
        "gopher://127.0.0.1/",
        "http://0x7f.0.0.2/",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_f20_a_redirect_is_checked_as_any_address(connections, location, status):
    async def resolve(host, port):
        return ["127.0.0.1"] if host == "pictures.example" else await fetcher.resolve(host, port)

    pages = Pages(a=give(status, Location=location))
    with serving(pages.handler()) as url:
        fetch, name = here(url, resolve, lambda address: str(address) == "127.0.0.1")
        with pytest.raises(Invalid):
            fetch.fetch(f"{name}/a", LIMIT)
    assert len(pages.asked) == 1
    assert [address[0] for address in connections] == ["127.0.0.1"]


def test_f20_a_redirect_is_resolved_anew_and_the_new_address_checked(connections):
    pages = Pages(a=give(302, Location="/b"))
    with serving(pages.handler()) as url:
        fetch, name = here(url, answering("127.0.0.1", "10.0.0.1"))
        with pytest.raises(Invalid, match="No public address"):
            fetch.fetch(f"{name}/a", LIMIT)
    assert [path for _, path in pages.asked] == ["/a"]


@pytest.mark.parametrize(("hops", "is_followed"), [(3, True), (4, False)])
def test_f20_three_redirects_are_followed_and_no_more(connections, hops, is_followed):
    pages = Pages(
        **{f"r{n}": give(302, Location=f"/r{n + 1}") for n in range(hops)}, **{f"r{hops}": give(200, b"end")}
    )
    with serving(pages.handler()) as url:
        fetch, name = here(url)
        if is_followed:
            assert fetch.fetch(f"{name}/r0", LIMIT) == b"end"
        else:
            with pytest.raises(Invalid, match="more than 3 times"):
                fetch.fetch(f"{name}/r0", LIMIT)
    assert len(pages.asked) == 4


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (give(404), Missing),
        (give(410), Missing),
        (give(500), Unavailable),
        (give(401), Unavailable),
        (give(304), Unavailable),
        (give(200, b"x" * (LIMIT + 1)), TooLarge),
        (give(200, b"x", Content_Encoding="gzip"), Unavailable),
    ],
)
def test_f22_what_is_no_picture_of_that_size_is_an_error(page, error):
    with serving(Pages(a=page).handler()) as url:
        fetch, name = here(url)
        with pytest.raises(error):
            fetch.fetch(f"{name}/a", LIMIT)


def test_f22_as_many_bytes_as_allowed_are_taken():
    with serving(Pages(a=give(200, b"x" * LIMIT)).handler()) as url:
        fetch, name = here(url)
        assert len(fetch.fetch(f"{name}/a", LIMIT)) == LIMIT


@pytest.mark.parametrize("drips", ["head", "body"])
def test_f22_a_server_that_drips_is_left(drips):
    stop = threading.Event()

    def drip(handler):
        if drips == "body":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not stop.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    with serving(Pages(a=drip).handler()) as url:
        fetch, name = here(url, seconds=1)
        try:
            with pytest.raises(Unavailable, match="longer than 1 s"):
                fetch.fetch(f"{name}/a", LIMIT)
        finally:
            stop.set()


def test_f22_slow_servers_hold_only_so_many_fetches():
    held, release = threading.Semaphore(0), threading.Event()

    def hold(handler):
        held.release()
        release.wait(20)
        handler.reply(200, b"late")

    with serving(Pages(a=hold).handler()) as url, ThreadPoolExecutor(FETCHES_MAX) as pool:
        fetch, name = here(url)
        waiting = [pool.submit(fetch.fetch, f"{name}/a", LIMIT) for _ in range(FETCHES_MAX)]
        try:
            for _ in waiting:
                assert held.acquire(timeout=20)
            with pytest.raises(Busy, match="being fetched"):
                fetch.fetch(f"{name}/a", LIMIT)
        finally:
            release.set()
        assert [each.result() for each in waiting] == [b"late"] * FETCHES_MAX
        assert fetch.fetch(f"{name}/a", LIMIT) == b"late"


def test_no_proxy_of_this_machine_takes_part(connections, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.9:3128")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.9:3128")
    with serving(Pages(a=give(200, b"ok")).handler()) as url:
        fetch, name = here(url)
        assert fetch.fetch(f"{name}/a", LIMIT) == b"ok"
    assert {address[0] for address in connections} == {"127.0.0.1"}


def certificate(folder, name):
    """A certificate that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize(("named", "is_trusted"), [("pictures.example", True), ("other.example", False)])
def test_a_certificate_is_asked_of_the_name_and_not_of_the_address(tmp_path, named, is_trusted):
    file = certificate(tmp_path, named)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    trust = ssl.create_default_context(cadata=file.read_text())
    with serving(Pages(a=give(200, b"ok")).handler(), tls=server) as url:
        fetch, name = here(url, tls=trust)
        name = name.replace("http://", "https://")
        if is_trusted:
            assert fetch.fetch(f"{name}/a", LIMIT) == b"ok"
        else:
            with pytest.raises(Unavailable, match="ConnectError"):
                fetch.fetch(f"{name}/a", LIMIT)
