"""What outlives a process that is killed: the database, the content store, the chain."""

import shutil

from creditline.store.database import Database


def prepare(folder, ledger):
    """A database in which `ledger(database)` has set up its chain, to be copied for each seed."""
    database = Database(f"sqlite:///{folder}/creditline.db")
    database.migrate()
    ledger(database).set_up()
    database.close()
    return folder


class Outliving:
    def __init__(self, prepared, folder):
        shutil.copytree(prepared, folder)
        self.folder, self.url = folder, f"sqlite:///{folder}/creditline.db"


def go_on(ledger, *, void):
    """Takes what was posted; then, or after a void, the window passes. True where something was voided."""
    voided = bool(ledger.take_posts()) and void
    if voided:
        ledger.void()
    else:
        ledger.later()
    return voided
