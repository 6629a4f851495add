"""Any open_clip model serves as encoder. Skipped without the extra; scripts/test-openclip runs it with."""

from importlib.util import find_spec

import numpy as np
import pytest

from creditline.attribution import pictures, report
from creditline.attribution.encoders.openclip import OpenClipEncoder, import_libraries
from creditline.attribution.worker import AttributionWorker
from creditline.demo import generator
from creditline.errors import Misconfigured
from tests.attribution.drawings import draw, png
from tests.attribution.test_engine import training_set, work_id

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(
        find_spec("open_clip") is None,
        reason="the openclip extra is not installed: run scripts/test-openclip",
    ),
]

MODEL = "ViT-S-32-alt"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    torch, open_clip = import_libraries()
    torch.manual_seed(7)
    path = tmp_path_factory.mktemp("weights") / "random.pt"
    torch.save(open_clip.create_model(MODEL, pretrained=None).state_dict(), path)
    return path


@pytest.fixture(scope="module")
def loaded(checkpoint):
    return OpenClipEncoder(MODEL, str(checkpoint))


def test_vectors_have_length_one_and_do_not_depend_on_their_batch(loaded):
    batch = np.stack([draw(seed, side=loaded.side) for seed in range(3)])
    together = loaded.encode(batch)
    assert together.shape == (3, loaded.dimension)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.array_equal(
        together, np.concatenate([loaded.encode(batch[place : place + 1]) for place in range(3)])
    )


def test_the_identity_follows_the_weights_and_not_the_file(loaded, checkpoint, tmp_path):
    torch, _open_clip = import_libraries()
    renamed = tmp_path / "renamed.pt"
    renamed.write_bytes(checkpoint.read_bytes())
    assert OpenClipEncoder(MODEL, str(renamed)).identity == loaded.identity
    changed = torch.load(renamed, weights_only=True)
    changed["logit_scale"] += 1
    torch.save(changed, renamed)
    assert OpenClipEncoder(MODEL, str(renamed)).identity != loaded.identity


@pytest.mark.parametrize(("model", "weights"), [("No-Such-Model", "x"), (MODEL, "no-such-weights")])
def test_what_cannot_be_loaded_is_misconfigured(model, weights):
    with pytest.raises(Misconfigured):
        OpenClipEncoder(model, weights)


def test_a_worker_attributes_with_it(loaded, checkpoint, tmp_path, rules):
    works = {work_id(seed): png(seed) for seed in range(6)}
    by_hash = {pictures.decode(data).content_hash: data for data in works.values()}
    worker = AttributionWorker(tmp_path, encoder=f"{MODEL}/{checkpoint}")
    made = generator.collage({work_id(seed): works[work_id(seed)] for seed in (1, 4)}, 3)
    found = report.read(worker.attribute(made.png, training_set(works), by_hash.__getitem__).report)
    worker.close()
    assert set(found.shares) == {work_id(1), work_id(4)}
    assert found.policy == rules.with_encoder(loaded.identity).hash
