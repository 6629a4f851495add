import pytest

from creditline.content import car, cid, dag, trustless
from creditline.errors import Corrupt, Invalid, Missing, TooLarge
from tests.content import reference

LARGE = reference.pattern(dag.CHUNK_BYTES * 2 + 9)
SMALL = b"a small document"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture
def small(store):
    return store.put(SMALL)


@pytest.fixture
def large(store):
    return store.put(LARGE)


def test_raw_is_the_root_block_alone(store, large):
    answer = trustless.respond(store, large, "raw")
    assert b"".join(answer.body) == store.block(large)
    assert (answer.status, answer.content_type) == (200, "application/vnd.ipld.raw")
    assert answer.headers["Content-Length"] == str(len(store.block(large)))


@pytest.mark.parametrize("accept", ["", BROWSER])
def test_a_car_holds_the_whole_file(store, large, accept):
    answer = trustless.respond(store, large, "car", accept)
    found = car.read(answer.body)
    assert found.root == large
    assert list(found.blocks) == list(store.blocks(large))
    assert answer.content_type == "application/vnd.ipld.car; version=1; order=dfs; dups=n"


@pytest.mark.parametrize("data", [b"", SMALL, LARGE])
def test_without_a_format_the_bytes_come_as_a_download(store, data):
    name = store.put(data)
    answer = trustless.respond(store, name, None, BROWSER)
    pieces = list(answer.body)
    assert b"".join(pieces) == data
    assert all(pieces)  # an empty chunk would end the body early
    assert answer.headers["Content-Length"] == str(len(data))
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/vnd.ipld.raw", trustless.RAW_TYPE),
        ("text/html, Application/VND.ipld.car; version=1", trustless.CAR_TYPE_FULL),
        ("application/json", trustless.FILE_TYPE),
    ],
)
def test_the_accept_header_chooses_too(store, small, accept, content_type):
    assert trustless.respond(store, small, None, accept).content_type == content_type


def test_the_query_wins_over_the_header(store, small):
    assert trustless.respond(store, small, "raw", trustless.CAR_TYPE).content_type == trustless.RAW_TYPE


@pytest.mark.parametrize("form", [None, "raw", "car"])
def test_who_has_it_already_gets_nothing_again(store, small, form):
    etag = trustless.respond(store, small, form).headers["ETag"]
    for known in (etag, f'"x", W/{etag}', "*"):
        answer = trustless.respond(store, small, form, if_none_match=known)
        assert (answer.status, b"".join(answer.body)) == (304, b"")
    assert trustless.respond(store, small, form, if_none_match='"x"').status == 200


def test_each_form_has_its_own_etag_and_lasts_for_ever(store, small):
    answers = [trustless.respond(store, small, form) for form in (None, "raw", "car")]
    assert len({answer.headers["ETag"] for answer in answers}) == 3
    assert all("immutable" in answer.headers["Cache-Control"] for answer in answers)
    assert all(answer.headers["X-Ipfs-Roots"] == small for answer in answers)


def test_other_spellings_of_a_cid_get_the_same_answer(store):
    old = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"
    wrapped = b"\x0a\x12\x08\x02\x12\x0chello world\n\x18\x0c"
    store.put_block(old, wrapped)
    answer = trustless.respond(store, old)
    assert b"".join(answer.body) == b"hello world\n"
    assert answer.headers["ETag"] == f'"{cid.normal(old)}"'


def test_errors_come_before_the_answer_begins(store, small, large):
    with pytest.raises(Missing):
        trustless.respond(store, cid.cid_of(b"never put"))
    with pytest.raises(Invalid, match="format"):
        trustless.respond(store, small, "tar")
    with pytest.raises(Invalid):
        trustless.respond(store, "etc")
    for form in (None, "car"):
        assert trustless.respond(store, large, form, limit=len(LARGE)).status == 200
        with pytest.raises(TooLarge):
            trustless.respond(store, large, form, limit=len(LARGE) - 1)
    store._path(small).write_bytes(b"broken")
    with pytest.raises(Corrupt):
        trustless.respond(store, small)


def test_a_folder_can_be_had_raw_only(store):
    name = reference.cid("dag-pb", reference.directory())
    store.put_block(name, reference.directory())
    assert b"".join(trustless.respond(store, name, "raw").body) == reference.directory()
    for form in (None, "car"):
        with pytest.raises(Invalid, match="folder"):
            trustless.respond(store, name, form)


@pytest.mark.parametrize("form", [None, "car"])
def test_a_leaf_that_is_gone_breaks_the_body_off(store, large, form):
    last = list(store.blocks(large))[-1][0]
    store._path(last).unlink()
    answer = trustless.respond(store, large, form)
    with pytest.raises(Missing):
        b"".join(answer.body)
