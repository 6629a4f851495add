"""A stamp goes into a picture, changes nothing else of it, and comes out again."""

import hashlib
import io
import json
import socket

import c2pa
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from creditline.attribution import containers
from creditline.errors import Invalid, NotAPicture, TooLarge
from creditline.stamping.manifest import RECEIPT_LABEL
from creditline.stamping.original import original
from creditline.stamping.reader import read
from creditline.stamping.stamper import PICTURE_BYTES_MAX, RECEIPT_BYTES_MAX, Stamper
from tests.attribution.drawings import draw, encode
from tests.stamping.samples import USUAL, padded, picture, receipt_for


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)))


def note():
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", "a fox, watercolour")
    return text


def camera():
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif.tobytes()


@pytest.mark.parametrize("kind", USUAL)
def test_a_receipt_goes_in_and_comes_out(stamper, folder, kind):
    data = picture(kind)
    stamped = stamper.stamp(data, receipt_for(data))
    found = read(stamped.data, (folder / "authority.pem").read_bytes())
    assert found.receipt == receipt_for(data)
    assert (found.seal.state, found.seal.problems) == ("trusted", ())
    assert found.seal.signer == "Creditline, for development only"
    assert found.same_picture is True
    assert found.holds
    assert stamped.media_type == f"image/{kind.lower()}" == containers.inspect(stamped.data)


@pytest.mark.parametrize("kind", USUAL)
def test_without_its_stamp_an_image_has_the_hash_that_the_receipt_names(stamper, kind):
    data = picture(kind)
    stamped = stamper.stamp(data, receipt_for(data)).data
    assert stamped != data
    assert np.array_equal(pixels(stamped), pixels(data))
    bare = original(stamped, containers.inspect(stamped))
    assert "0x" + hashlib.sha256(bare).hexdigest() == read(stamped).receipt["output_hash"]


@pytest.mark.parametrize(
    "data",
    [
        picture("JPEG", progressive=True, optimize=True, comment=b"hello"),
        picture("JPEG", exif=camera(), icc_profile=b"\1" * 3000),
        encode(draw(3, 240)[:, :, 0], "JPEG"),
        picture("WEBP", lossless=True, exif=camera()),
        encode(np.dstack([draw(3, 240), draw(4, 240)[:, :, 0]]), "WEBP"),
        encode(np.dstack([draw(3, 240), draw(4, 240)[:, :, 0]]), "PNG"),
        picture("PNG", pnginfo=note(), dpi=(300, 300)),
        padded(picture("PNG"), 2**20),
    ],
    ids=[
        "progressive",
        "exif",
        "grey",
        "webp-lossless",
        "webp-alpha",
        "png-alpha",
        "png-text",
        "png-private",
    ],
)
def test_every_way_to_write_a_picture_keeps_its_bytes(stamper, data):
    assert read(stamper.stamp(data, receipt_for(data)).data).same_picture is True


def test_a_file_that_a_stamp_would_change_is_refused(stamper):
    jpeg = picture("JPEG")
    odd = jpeg[:2] + b"\xff" * 3 + jpeg[2:]
    assert containers.inspect(odd) == containers.JPEG
    with pytest.raises(NotAPicture, match="a stamp would change"):
        stamper.stamp(odd, receipt_for(odd))


def test_the_manifest_says_that_a_model_made_the_picture_and_no_more(stamper):
    data = picture()
    stamped = stamper.stamp(data, receipt_for(data)).data
    manifest = json.loads(c2pa.Reader("image/png", io.BytesIO(stamped)).json())["manifests"].popitem()[1]
    assert {each["label"] for each in manifest["assertions"]} == {"c2pa.actions.v2", RECEIPT_LABEL}
    (action,) = manifest["assertions"][0]["data"]["actions"]
    assert action["action"] == "c2pa.created"
    assert action["digitalSourceType"].endswith("/trainedAlgorithmicMedia")
    assert "thumbnail" not in manifest


def test_a_picture_that_is_stamped_already_keeps_its_first_manifest(stamper):
    data = picture()
    first = stamper.stamp(data, receipt_for(data)).data
    second = stamper.stamp(first, receipt_for(first, usage_id="again")).data
    found = read(second)
    assert found.receipt == receipt_for(first, usage_id="again")
    assert found.seal.state == "valid"
    assert found.same_picture is None
    assert len(json.loads(c2pa.Reader("image/png", io.BytesIO(second)).json())["manifests"]) == 2


@pytest.mark.parametrize("data", [b"GIF89a" + bytes(100), b"<svg/>", b"", b"\0\0\0\x20ftypavif" + bytes(50)])
def test_another_format_is_refused_by_naming_those_that_go(stamper, data):
    with pytest.raises(NotAPicture, match="neither PNG nor JPEG nor WebP"):
        stamper.stamp(data, {})


def test_the_largest_picture_is_stamped_and_read(stamper):
    data = padded(picture(), PICTURE_BYTES_MAX)
    assert read(stamper.stamp(data, receipt_for(data)).data).same_picture is True


def test_a_picture_above_the_limit_is_refused(stamper, credential):
    with pytest.raises(TooLarge, match="33,554,432 bytes"):
        stamper.stamp(bytes(PICTURE_BYTES_MAX + 1), {})
    small = Stamper(credential, bytes_max=1000)
    with pytest.raises(TooLarge, match="1,000 bytes"):
        small.stamp(picture(), {})


def test_a_receipt_above_the_limit_is_refused(stamper):
    with pytest.raises(TooLarge, match="receipt"):
        stamper.stamp(picture(), {"note": "x" * RECEIPT_BYTES_MAX})


def test_a_receipt_without_a_canonical_form_is_refused(stamper):
    with pytest.raises(Invalid, match="float"):
        stamper.stamp(picture(), {"share": 0.5})


def test_a_picture_that_takes_too_long_is_refused(credential):
    hasty = Stamper(credential, seconds=0.001)
    with pytest.raises(TooLarge, match="too long"):
        hasty.stamp(picture(), {})
    hasty.close()


def test_a_picture_that_crashes_the_library_costs_one_call(credential):
    crashing = Stamper(credential, module="tests.attribution.misbehaving_child")
    with pytest.raises(NotAPicture, match="process stop"):
        crashing.stamp(picture(), {})
    crashing.close()


def test_stamping_calls_no_address_that_a_picture_names(stamper, credential):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        data = naming(f"http://127.0.0.1:{server.getsockname()[1]}/manifest.c2pa", credential)
        stamped = stamper.stamp(data, receipt_for(data)).data
        assert read(stamped).receipt == receipt_for(data)
        with pytest.raises(BlockingIOError):
            server.accept()


def naming(address, credential):
    """A picture whose manifest lies at `address`."""
    builder, out = c2pa.Builder({"assertions": []}), io.BytesIO()
    builder.set_intent(c2pa.C2paBuilderIntent.CREATE, c2pa.C2paDigitalSourceType.DIGITAL_CREATION)
    builder.set_no_embed()
    builder.set_remote_url(address)
    builder.sign(signer(credential), "image/png", io.BytesIO(picture()), out)
    return out.getvalue()


def signer(credential):
    info = c2pa.C2paSignerInfo(credential.algorithm, credential.certificates, credential.key, None)
    return c2pa.Signer.from_info(info)
