"""Whoever holds an image learns what receipt it carries, and what of it can be relied on."""

import io
import random
import socket

import c2pa
import pytest

from creditline.attribution.children import Children
from creditline.errors import Corrupt, CreditlineError, Invalid, Missing, NotAPicture, TooLarge
from creditline.stamping.manifest import RECEIPT_LABEL
from creditline.stamping.reader import BYTES_MAX, read
from creditline.stamping.stamper import LIMITS, MODULE
from tests.stamping.samples import USUAL, picture, receipt_for
from tests.stamping.test_stamper import naming, signer


@pytest.fixture(scope="module", params=USUAL)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def stamped(stamper, kind):
    data = picture(kind)
    return stamper.stamp(data, receipt_for(data)).data


@pytest.fixture(scope="module")
def stamped_png(stamper):
    data = picture()
    return stamper.stamp(data, receipt_for(data)).data


def flipped(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_an_authority_that_nobody_named_is_told_from_a_broken_seal(stamped):
    found = read(stamped)
    assert (found.seal.state, found.seal.problems) == ("valid", ("signingCredential.untrusted",))
    assert found.holds


def test_one_changed_byte_of_the_picture_breaks_the_seal(stamped):
    middle = stamped.find(b"IDAT") + 500 if b"IDAT" in stamped else 0
    place = middle or (stamped.find(b"\xff\xda") + 900 if stamped[:2] == b"\xff\xd8" else 400)
    found = read(flipped(stamped, place))
    assert found.seal.state == "invalid"
    assert "assertion.dataHash.mismatch" in found.seal.problems
    assert found.same_picture is False
    assert not found.holds


def test_one_changed_digit_of_the_receipt_breaks_the_seal(stamped):
    assert stamped.count(b"1500000") == 1
    found = read(stamped.replace(b"1500000", b"9500000"))
    assert found.receipt["revenue"] == "9500000"
    assert found.seal.state == "invalid"
    assert not found.holds


def test_a_receipt_that_was_put_into_another_picture_is_shown_up(stamper):
    """The forger has a good certificate of their own, so the seal holds; the bytes do not."""
    other = picture(seed=2)
    found = read(stamper.stamp(other, receipt_for(picture(seed=1))).data)
    assert (found.seal.state, found.same_picture, found.holds) == ("valid", False, False)


def test_a_picture_that_was_saved_again_has_lost_its_receipt(stamped, kind):
    from PIL import Image

    saved = io.BytesIO()
    Image.open(io.BytesIO(stamped)).save(saved, kind)
    with pytest.raises(Missing, match="no manifest") as refused:
        read(saved.getvalue())
    assert "as the service gave it out" in refused.value.next_step


def test_a_picture_with_somebody_elses_manifest_has_no_receipt(credential):
    with pytest.raises(Missing, match="no receipt of Creditline"):
        read(with_manifest(picture(), credential))


def test_an_edit_that_keeps_the_manifest_keeps_the_receipt(stamped_png, credential):
    found = read(with_manifest(stamped_png, credential, c2pa.C2paBuilderIntent.EDIT))
    assert found.receipt == receipt_for(picture())
    assert (found.seal.state, found.same_picture) == ("valid", None)


@pytest.mark.parametrize(
    "content",
    [{}, {"document": 7}, {"document": "{"}, {"document": "[]"}, {"document": '{"b":1, "a":2}'}, [1, 2], "x"],
    ids=str,
)
def test_a_receipt_that_is_no_document_is_called_a_forgery(credential, content):
    forged = [{"label": RECEIPT_LABEL, "data": content, "kind": "Json"}]
    with pytest.raises(Corrupt, match="no canonical document"):
        read(with_manifest(picture(), credential, assertions=forged))


def test_reading_calls_no_address_that_a_picture_names(credential):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        with pytest.raises(Missing, match="no manifest"):
            read(naming(f"http://127.0.0.1:{server.getsockname()[1]}/manifest.c2pa", credential))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_damaged_manifests_are_named_and_kill_nobody(stamped):
    """400 damaged files, one process: each gives a receipt with a verdict, or an error of ours."""
    random_ = random.Random(7)
    child = Children(MODULE, LIMITS, count=1, waiting_max=0, seconds=20)
    outcomes = set()
    start = max(stamped.find(b"jumb") - 30, 0)
    for round_ in range(400):
        damaged = bytearray(stamped)
        for _ in range(random_.randint(1, 4)):
            damaged[random_.randrange(start, min(start + 3600, len(stamped)))] = random_.randrange(256)
        if round_ % 4 == 0:
            damaged = damaged[: random_.randrange(len(damaged))]
        try:
            answer, _ = child.ask({"ask": "read"}, [bytes(damaged), b""])
        except CreditlineError as error:
            outcomes.add(type(error).__name__)
        else:
            outcomes.add(answer["state"])
    child.close()
    assert (
        {"invalid", "NotAPicture", "Corrupt"}
        <= outcomes
        <= {"invalid", "valid", "NotAPicture", "Corrupt", "Missing"}
    )


@pytest.mark.parametrize("data", [b"GIF89a" + bytes(100), b"%PDF-1.7", b"", b"text"])
def test_another_format_is_refused_by_naming_those_that_go(data):
    with pytest.raises(NotAPicture, match="neither PNG nor JPEG nor WebP"):
        read(data)


def test_bytes_behind_the_picture_are_refused(stamped):
    with pytest.raises(NotAPicture, match="after the picture's end"):
        read(stamped + b"tail")


def test_a_file_above_the_limit_is_refused_unread():
    with pytest.raises(TooLarge, match="35,651,584 bytes"):
        read(bytes(BYTES_MAX + 1))


def test_authorities_that_are_none_are_named(stamped_png):
    with pytest.raises(Invalid, match="no certificates"):
        read(stamped_png, b"not a certificate")


def test_a_file_that_takes_too_long_is_refused(stamped_png):
    with pytest.raises(TooLarge, match="too long"):
        read(stamped_png, seconds=0.001)


def test_a_file_that_crashes_the_library_is_refused(stamped_png):
    with pytest.raises(NotAPicture, match="process stop"):
        read(stamped_png, module="tests.attribution.misbehaving_child")


def test_the_working_folder_gives_no_code(stamped_png, tmp_path, monkeypatch):
    (tmp_path / "c2pa.py").write_text("raise SystemExit('from a download')")
    (tmp_path / "libc2pa_c.so").write_bytes(b"from a download")
    monkeypatch.chdir(tmp_path)
    assert read(stamped_png).holds


def test_a_strangers_name_is_safe_on_a_terminal(stamper):
    from creditline.stamping.manifest import _plain

    assert _plain("a\x1b[31m\n\u202ered" + "x" * 500) == "a[31mred" + "x" * 192


def with_manifest(data, credential, intent=None, assertions=()):
    """`data` with a manifest by the same signer that holds no receipt but what `assertions` give."""
    builder, out = c2pa.Builder({"assertions": list(assertions)}), io.BytesIO()
    if intent is None:
        intent = c2pa.C2paBuilderIntent.CREATE
        builder.set_intent(intent, c2pa.C2paDigitalSourceType.DIGITAL_CREATION)
    else:
        builder.set_intent(intent)
    builder.sign(signer(credential), "image/png", io.BytesIO(data), out)
    return out.getvalue()
