"""Following a chain into a database, with documents that come at once, late, or never."""

from creditline.chain.follower import Follower
from creditline.chain.signatures import SignatureVerifier
from creditline.store.documents import DocumentLoader
from creditline.store.event_log import EventLog
from creditline.store.projections import Projector
from creditline.store.snapshot import snapshot
from creditline.works.published import PublishedDocuments


def documents_of(scene):
    return PublishedDocuments(scene.shelf, scene.domain, SignatureVerifier(scene.node))


class Clock:
    """Unix seconds that a test moves."""

    def __init__(self):
        self.now = 1_000

    def __call__(self):
        return self.now


def load_all(loader, clock=None):
    """Until nothing more comes, at any time."""
    for _ in range(12):
        while loader.step():
            pass
        if clock:
            clock.now += 100


def follow(scene, database, *, span=2_000, after_each=lambda: None):
    """Read and project everything final; `after_each` runs after each range."""
    follower, projector = (
        Follower(scene.node, scene.deployment, EventLog(database), span=span),
        Projector(database),
    )
    while follower.step():
        while projector.step():
            pass
        after_each()


def follow_with_documents(scene, database):
    follow(scene, database)
    load_all(DocumentLoader(database, documents_of(scene)))


def rows_of(database):
    with database.read() as connection:
        return snapshot(connection)
