"""What each call costs in gas, against the targets and the peers: real transactions on anvil with the built contracts."""

import re
import subprocess
import sys

from tests.bench.figures import close
from tests.chain.anvil import ROOT, Anvil

ROW = re.compile(r"^(\S.*?) {2,}(\d+)(?: {2,}(\d+))? {2,}(?:\d+|-)(?: |$)")


def main():
    anvil = Anvil("--hardfork", "prague")
    command = ["node", "tests/contracts/gas.js", "--rpc", anvil.url]
    try:
        table = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        anvil.stop()
    print(table.stdout + table.stderr)
    figures, goals = {}, {}
    for row in filter(None, map(ROW.match, table.stdout.splitlines())):
        name, measured, target = row.groups()
        figures[name] = int(measured)
        if target:
            goals[name] = int(target)
    close("gas", figures, goals)
    return table.returncode


if __name__ == "__main__":
    sys.exit(main())
