"""Published epochs, read by many at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from creditline.errors import Corrupt, Missing
from creditline.royalties.epoch_document import EpochDocument
from creditline.royalties.keeping import Posted
from creditline.royalties.published import KEPT, PublishedEpochs
from tests.royalties.closings import POOL, close, payee, reported
from tests.royalties.market import DOMAIN
from tests.works.samples import Shelf

EPOCHS = 3 * KEPT


class Chain(dict):
    """Postings by number."""

    def posted(self, pool_id, number):
        return self.get(number)


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def chain(shelf):
    chain = Chain()
    for number in range(1, EPOCHS + 1):
        closing = close(
            [reported(number, 0, 1_000, [(1, 500_000)])], number=number, payees={1: payee(number)}
        )
        stored = shelf.put(EpochDocument(DOMAIN, POOL, closing).encode())
        chain[number] = Posted(closing.epoch(stored.digest), 1, is_void=False, is_final=True)
    return chain


def test_many_readers_of_more_epochs_than_are_kept_all_get_their_own(chain, shelf):
    published = PublishedEpochs(chain, shelf, DOMAIN)

    def read(at):
        number = at % EPOCHS + 1
        return published.claim(POOL, number, payee(number)).amount

    with ThreadPoolExecutor(8) as readers:
        assert set(readers.map(read, range(10 * EPOCHS))) == {350}


def test_a_void_or_unposted_epoch_has_no_document(chain, shelf):
    published = PublishedEpochs(chain, shelf, DOMAIN)
    with pytest.raises(Missing, match="is not on chain"):
        published.closing(POOL, EPOCHS + 1)
    chain[1] = Posted(chain[1].epoch, 1, is_void=True, is_final=False)
    with pytest.raises(Missing, match="is not on chain"):
        published.closing(POOL, 1)


def test_a_document_of_another_epoch_is_refused(chain, shelf):
    chain[2] = Posted(chain[1].epoch, 1, is_void=False, is_final=True)
    with pytest.raises(Corrupt, match="is not what was posted"):
        PublishedEpochs(chain, shelf, DOMAIN).closing(POOL, 2)


def test_whoever_is_not_credited_has_nothing_to_show(chain, shelf):
    with pytest.raises(Missing, match="has no payout"):
        PublishedEpochs(chain, shelf, DOMAIN).claim(POOL, 1, payee(99))
    chain[1] = Posted(chain[1].epoch, 1, is_void=False, is_final=False)
    with pytest.raises(Missing, match="is not final"):
        PublishedEpochs(chain, shelf, DOMAIN).claim(POOL, 1, payee(1))
