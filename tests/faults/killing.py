"""Run something in a process of its own that is killed at a named step: no cleanup, no rollback, no goodbye."""

import os
import signal
import traceback


def killed_at(step, work, skip=0):
    """Fork, and run `work(checkpoint)` until the `skip + 1`-th time that it comes to `step`. True if it was killed there."""
    child = os.fork()
    if child == 0:
        _run_and_vanish(step, work, skip)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the process failed by itself; see its traceback above"
    return False


def _run_and_vanish(step, work, skip):
    seen = 0

    def checkpoint(name):
        nonlocal seen
        if name == step:
            seen += 1
            if seen > skip:
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        work(checkpoint)
    except BaseException:  # noqa: BLE001 - nothing may reach pytest from here
        traceback.print_exc()
        os._exit(1)
    os._exit(0)  # without pytest's own exit handlers
