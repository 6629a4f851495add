"""Where the rooms meet: each is built once and handed what it asks for. Together with `main` the only code that sees all."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from creditline.api.desk import Desk, Place
from creditline.attribution.worker import AttributionWorker
from creditline.background import Background
from creditline.chain.calls import Calls
from creditline.chain.deployment import read_deployment, verify_deployment
from creditline.chain.drafts import Drafts
from creditline.chain.follower import Follower
from creditline.chain.keys import OperatorKey, load_development_key, load_keystore
from creditline.chain.node import Node
from creditline.chain.reader import ChainReader
from creditline.chain.sender import Sender
from creditline.chain.signatures import SignatureVerifier
from creditline.commons import CommonsParts
from creditline.content.embedded import EmbeddedStore
from creditline.content.fetcher import Fetcher
from creditline.content.kubo import KuboStore
from creditline.content.library import ContentLibrary
from creditline.content.store import ContentStore
from creditline.contents import Contents
from creditline.engine import Engine
from creditline.epochs import EpochParts
from creditline.errors import CreditlineError, Misconfigured
from creditline.frontdoor import FrontDoor
from creditline.paydesk import open_paydesk
from creditline.royalties.receipt import reports_typed_data
from creditline.royalties.reconciliation import Reconciler
from creditline.royalties.settlement import Settler
from creditline.royalties.usage import ReceiptBook
from creditline.settings import Settings, local_secret
from creditline.stamping.credential import load_credential
from creditline.stamping.development import development_credential
from creditline.stamping.stamper import Stamper
from creditline.store.balances import Balances
from creditline.store.book import Book
from creditline.store.catalogue import Catalogue
from creditline.store.database import Database
from creditline.store.documents import DocumentLoader
from creditline.store.event_log import EventLog
from creditline.store.materials import Materials
from creditline.store.outbox import Outbox
from creditline.store.pictures import Pictures
from creditline.store.pools import Pools
from creditline.store.projections import Projector
from creditline.store.readiness import Readiness
from creditline.store.receipts import Receipts
from creditline.store.registered_works import RegisteredWorks
from creditline.store.registrations import Registrations
from creditline.store.reports import Reports
from creditline.store.usages import Usages
from creditline.typed_data import ledger_domain, works_domain
from creditline.works.published import PublishedDocuments
from creditline.works.registration import Registrar

log = logging.getLogger(__name__)


class Service:
    """Everything that `creditline up` runs. Built in full before anything starts, so that a wrong setting starts nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._node = Node(settings.rpc_url, settings.chain_id)
        self._node.check_chain()
        self._deployment = read_deployment(settings.deployment_file)
        verify_deployment(self._node, self._deployment)
        self._reader = ChainReader(self._node, self._deployment)
        self._key = _operator_key(settings)
        self._database = Database(settings.database)
        self._database.migrate()
        self._contents = _content_store(settings)
        self._worker = AttributionWorker(
            settings.data_dir / "features", encoder=settings.encoder, queue_max=settings.queue_max
        )
        self._stamper = _stamper(settings)
        self._outgoing, self._incoming = threading.Event(), threading.Event()
        self._outbox = Outbox(self._database, self._outgoing)
        self._readiness = Readiness(self._database)
        self._door = FrontDoor(settings, self._database, SignatureVerifier(self._node).is_text_signed)
        self._desk = self._build_desk()
        self._loops = self._build_loops()

    def run(self) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        for loop in self._loops:
            loop.start()
        log.info(
            "Serving %s on chain %s as %s", self._settings.url, self._settings.chain_id, self._key.address
        )
        self._door.serve(self._desk)

    def close(self) -> None:
        for loop in self._loops:
            loop.stop()
        self._worker.close()
        if self._stamper:
            self._stamper.close()
        self._database.close()

    def _build_desk(self) -> Desk:
        settings, database, chain = self._settings, self._database, self._deployment
        drafts, catalogue, library = Drafts(Calls(chain)), Catalogue(database), ContentLibrary(self._contents)
        works, ledger = works_domain(chain.chain_id, chain.works), ledger_domain(chain.chain_id, chain.ledger)
        is_signed = SignatureVerifier(self._node)
        self._documents = PublishedDocuments(library, works, is_signed)
        engine, pools, balances = (
            Engine(self._worker, catalogue, self._contents),
            Pools(database),
            Balances(database),
        )
        registrar = Registrar(
            library=library,
            pictures=Pictures(database),
            registrations=Registrations(database, self._outgoing),
            registered=RegisteredWorks(database),
            domain=works,
            is_signed=is_signed,
            encode_anchor=drafts.anchor,
            salt_key=local_secret(settings, "salt.key"),
        )
        materials = Materials(database, self._documents, drafts.materialise)
        self._epochs = EpochParts(
            settings, database, self._node, self._key, library, materials, drafts, ledger, self._outgoing
        )
        self._pay = pay = open_paydesk(database, library, self._node, chain, drafts, self._epochs, settings)
        self._commons = CommonsParts(
            settings,
            database,
            self._reader,
            self._key.address,
            library,
            drafts,
            self._outgoing,
            pay.claims,
            self._epochs.writing.write,
        )
        receipts = ReceiptBook(
            pools=pools,
            usages=Usages(database, epoch_usages_max=settings.epoch_usages_max),
            writing=self._epochs.writing,
            library=library,
            attribute=engine.attribute,
            operator=self._key,
            domain=ledger,
            is_signed=is_signed,
            is_base_pool=self._commons.is_base_pool,
        )
        settler = Settler(
            receipts=Receipts(database, self._outgoing),
            materials=materials,
            outbox=self._outbox,
            sign=lambda batch: self._key.sign_typed(reports_typed_data(ledger, batch)),
            encode_settle=drafts.settle,
        )
        return Desk(
            registrar=registrar,
            receipts=receipts,
            reports=Reports(database),
            settler=settler,
            balances=balances,
            claims=pay.claims,
            statements=pay.statements,
            court=pay.court,
            token_of=pay.token_of,
            catalogue=catalogue,
            pools=pools,
            epochs=self._epochs.closings,
            engine=engine,
            stamper=self._stamper,
            library=library,
            contents=Contents(self._contents),
            fetch=Fetcher().fetch,
            drafts=drafts,
            place=Place(
                chain.chain_id,
                chain.works,
                chain.models,
                chain.ledger,
                chain.fraud_proofs,
                self._key.address,
                chain.block,
            ),
            picture_bytes_max=settings.picture_bytes_max,
            health=self._health,
            measures=self._measures,
        )

    def _build_loops(self) -> list[Background]:
        poll, database, log_ = self._settings.poll_s, self._database, EventLog(self._database, self._incoming)
        rebuild = self._settings.is_development and _has_restarted(self._node, log_)
        if rebuild:
            log.warning("The development chain has lost blocks that were read: everything is read again.")
            log_.reset()
        follower = Follower(
            self._node, self._deployment, log_, rebuild=self._settings.is_development, poll_s=poll
        )
        projector = Projector(database, wake=self._incoming, poll_s=poll)
        loader = DocumentLoader(database, self._documents, poll_s=poll)
        self._sender = sender = Sender(self._node, self._key, self._outbox, wake=self._outgoing)
        chain = self._deployment
        self._reconciler = Reconciler(Book(database), self._reader, chain.ledger, self._key.address)
        loops = {
            "follower": follower.run,
            "projector": projector.run,
            "documents": loader.run,
            "sender": sender.run,
            "epochs": self._epochs.keeper.run,
            "commons": self._commons.keeper.run,
            "payouts": self._pay.reader.run,
            "book": self._reconciler.run,
        }
        return [Background(name, loop) for name, loop in loops.items()]

    def _health(self) -> dict[str, str]:
        parts = {loop.name: loop.state for loop in self._loops}
        if self._sender.alarm:
            parts["sender"] = self._sender.alarm
        if parts["epochs"] == "ok":
            parts["epochs"] = _alarm(self._epochs.keeper.alarm)
        if self._reconciler.alarm:
            parts["book"] = self._reconciler.alarm
        return parts | {
            "node": _state(self._node.check_chain),
            "database": _state(self._outbox.count_by_state),
            "content": _state(self._contents.health),
            "rows": self._catching_up(),
        }

    def _catching_up(self) -> str:
        try:
            return self._readiness.what_is_missing(self._node.finalised().number) or "ok"
        except CreditlineError as error:
            return error.what

    def _measures(self) -> dict[str, float]:
        cursor = EventLog(self._database).cursor()
        finalised = self._node.finalised().number
        states = {f"outbox_{state}": float(count) for state, count in self._outbox.count_by_state().items()}
        receipts = {
            f"receipts_{name}": float(count) for name, count in vars(self._desk.settler.progress()).items()
        }
        lag = finalised - (cursor[0] if cursor else 0)
        epochs = {
            f"epochs_{stage}": float(count) for stage, count in self._epochs.closings.count_by_stage().items()
        }
        epochs["epochs_alarm"] = float(bool(self._epochs.keeper.alarm()))
        epochs["base_pools_waiting"] = float(len(self._commons.keeper.reasons))
        blocks = {"finalised_block": float(finalised), "follower_lag_blocks": float(lag)}
        return {**blocks, **states, **receipts, **epochs}


def _has_restarted(node: Node, events: EventLog) -> bool:
    """A development chain that was killed comes back a little younger than what was read of it."""
    cursor = events.cursor()
    return cursor is not None and node.finalised().number < cursor[0]


def _alarm(read: Callable[[], str]) -> str:
    try:
        return read() or "ok"
    except CreditlineError as error:
        return error.what


def _state(check: Callable[[], object]) -> str:
    try:
        check()
    except CreditlineError as error:
        return error.what
    return "ok"


def _operator_key(settings: Settings) -> OperatorKey:
    if settings.operator_keystore:
        password = settings.operator_password
        return load_keystore(settings.operator_keystore, password.get_secret_value() if password else "")
    if settings.operator_key:
        return load_development_key(settings.operator_key.get_secret_value(), settings.chain_id)
    raise Misconfigured(
        "No operator key is set.", "Set CREDITLINE_OPERATOR_KEYSTORE and CREDITLINE_OPERATOR_PASSWORD."
    )


def _stamper(settings: Settings) -> Stamper | None:
    """None where images are not stamped: on a real chain without a certificate."""
    limit = settings.picture_bytes_max
    if settings.stamp_certificate and settings.stamp_key:
        stamper = Stamper(load_credential(settings.stamp_certificate, settings.stamp_key), bytes_max=limit)
        stamper.prove()
        return stamper
    if settings.is_development:
        return Stamper(development_credential(settings.data_dir / "stamp"), bytes_max=limit)
    return None


def _content_store(settings: Settings) -> ContentStore:
    if settings.ipfs_rpc_url:
        return KuboStore(settings.ipfs_rpc_url)
    return EmbeddedStore(settings.data_dir / "content")
