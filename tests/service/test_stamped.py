"""An image comes back with its receipt in it, and whoever holds it can read that without the service."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from creditline.demo import cast
from creditline.stamping.reader import read
from tests.service.town import YEN, Town, collage, draw

INTEGRATOR = cast.wallet("integrator")


def jpeg(picture: bytes) -> bytes:
    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).save(out, "JPEG", quality=95)
    return out.getvalue()


@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_a_stamped_image_holds_the_receipt_of_the_image_before(town: Town, form: str) -> None:
    client, usage = town.stage.client, f"stamped-{form}"
    picture = collage(town.pictures["aiko-0"], town.pictures["ben-2"], draw(len(form)))
    picture = picture if form == "png" else jpeg(picture)
    given = client.report_usage(INTEGRATOR, town.pool, usage, picture, YEN, stamp=True, settlement="direct")
    stamped = client.stamped_image(given)
    answer = httpx2.get(town.stage.url + given["stamped"]["path"], timeout=60)
    assert (given["stamped"]["media_type"], answer.content) == (f"image/{form}", stamped)
    assert given["stamped"]["path"] == f"/ipfs/{given['stamped']['cid']}"

    found = read(stamped, (town.stage.folder / "stamp" / "authority.pem").read_bytes())
    assert found.receipt == client.receipt(town.pool, usage)
    assert found.receipt == {name: value for name, value in given.items() if name != "stamped"}
    assert found.receipt["output_hash"] == "0x" + hashlib.sha256(picture).hexdigest()
    assert (found.seal.state, found.same_picture) == ("trusted", True)


def test_a_retry_gives_the_same_receipt_and_a_stamped_image(town: Town) -> None:
    client, picture = town.stage.client, collage(town.pictures["aiko-1"], draw(71))
    plain = client.report_usage(INTEGRATOR, town.pool, "late-stamp", picture, YEN, settlement="direct")
    assert "stamped" not in plain
    for _ in range(2):
        given = client.report_usage(
            INTEGRATOR, town.pool, "late-stamp", picture, YEN, stamp=True, settlement="direct"
        )
        assert read(client.stamped_image(given)).receipt == plain


def test_a_stamped_image_is_a_picture_like_any_other(town: Town) -> None:
    picture = collage(town.pictures["ben-1"], draw(72))
    given = town.stage.client.report_usage(
        INTEGRATOR, town.pool, "stamped-again", picture, YEN, stamp=True, settlement="direct"
    )
    stamped = town.stage.client.stamped_image(given)
    found = town.stage.client.attribute(stamped, town.model)
    assert [entry["work"] for entry in found["report"]["works"]] == [town.work("ben-1")]


def test_the_command_line_reads_it_without_the_service(town: Town, tmp_path: Path) -> None:
    picture = collage(town.pictures["aiko-2"], draw(73))
    given = town.stage.client.report_usage(
        INTEGRATOR, town.pool, "cli", picture, YEN, stamp=True, settlement="direct"
    )
    image = tmp_path / "image.png"
    image.write_bytes(town.stage.client.stamped_image(given))
    trust = ["--trust", str(town.stage.folder / "stamp" / "authority.pem")]
    command = [sys.executable, "-m", "creditline", "receipt", str(image), "--json", *trust]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    found = json.loads(ended.stdout)
    assert ended.returncode == 0
    assert found["receipt"]["signature"] == given["signature"]
    assert (found["seal"]["state"], found["same_picture"], found["holds"]) == ("trusted", True, True)


def test_the_log_says_that_the_seal_is_for_development_and_holds_no_key(town: Town) -> None:
    log = (town.stage.folder / "service.log").read_text()
    assert "FOR DEVELOPMENT ONLY: stamped images" in log
    assert "PRIVATE KEY" not in log
