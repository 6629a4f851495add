"""The connection to a node: one request, one answer, and errors that say who is at fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from creditline.errors import CreditlineError, Misconfigured, Unavailable

# The words of different nodes for a contract that fails without saying why: it hit INVALID, burned all its gas, and so on.
_EVM_FAILURES = (
    "out of gas",
    "gas required exceeds",
    "evm error",
    "invalid opcode",
    "bad instruction",
    "invalid jump",
    "bad jump",
    "stack underflow",
    "stack limit",
    "stack overflow",
    "write protection",
    "return data out of bounds",
    "gas uint64 overflow",
    "max call depth",
)
BATCH_MAX = 200  # requests in one HTTP call; above it public nodes begin to refuse


class Refused(Exception):
    """The node answered with a JSON-RPC error. `data` is what a revert returned, if it was one."""

    def __init__(self, method: str, error: dict[str, Any]) -> None:
        self.code = int(error.get("code", 0))
        self.message = str(error.get("message", ""))[:300]
        payload = error.get("data")
        is_hex = isinstance(payload, str) and payload.startswith("0x")
        self.data: bytes | None = bytes.fromhex(cast("str", payload)[2:]) if is_hex else None
        super().__init__(f"{method}: {self.message} (code {self.code})")

    @property
    def is_revert(self) -> bool:
        """Code 3 is what nodes agree on; some send -32000 with the words."""
        return self.code == 3 or "revert" in self.message.lower()

    @property
    def is_evm_failure(self) -> bool:
        """The called code failed, as opposed to the node. Every caller would be answered so."""
        return any(words in self.message.lower() for words in _EVM_FAILURES)


class Rpc:
    """JSON-RPC over HTTP to a node of one chain. Safe to share between threads."""

    def __init__(self, url: str, chain_id: int, timeout_s: float) -> None:
        from web3 import HTTPProvider  # here, because it takes two seconds, which `--help` should not

        self.url = url
        self.chain_id = chain_id
        # Our callers retry with their own patience, so the provider must not hide failures behind its own.
        self._provider = HTTPProvider(
            url, request_kwargs={"timeout": timeout_s}, exception_retry_configuration=None
        )
        self._chain_checked = False

    def request(self, method: str, *params: Any) -> Any:
        """The result. Raises `Unavailable`, `Misconfigured` on another chain, `Refused` on a JSON-RPC error."""
        if not self._chain_checked:
            self.check_chain()
        return self._ask(method, params)

    def batch(self, method: str, parameters: Sequence[Sequence[Any]]) -> list[Any]:
        """Results of the same method in the order of `parameters`."""
        if not self._chain_checked:
            self.check_chain()
        results: list[Any] = []
        for start in range(0, len(parameters), BATCH_MAX):
            chunk = [(method, list(params)) for params in parameters[start : start + BATCH_MAX]]
            try:
                answers = self._provider.make_batch_request(cast("Any", chunk))
            except Exception as error:
                raise self._unreachable(error) from error
            if not isinstance(answers, list) or len(answers) != len(chunk):
                raise self._unreachable(ValueError("it does not answer batches"))
            results += [_result(method, cast("dict[str, Any]", answer)) for answer in answers]
        return results

    def check_chain(self) -> None:
        """Raises `Misconfigured` when the node serves another chain, which it may do after a restart."""
        self._chain_checked = False
        try:
            actual = int(self._ask("eth_chainId", ()), 16)
        except Refused as refused:
            raise Unavailable(f"The node refuses {refused}.", "Use another node.") from refused
        if actual != self.chain_id:
            raise Misconfigured(
                f"The node at {self.url} serves chain {actual}, not chain {self.chain_id}.",
                "Set CREDITLINE_RPC_URL to a node of the chain that the contracts are on.",
            )
        self._chain_checked = True

    def _ask(self, method: str, params: Sequence[Any]) -> Any:
        try:
            answer = self._provider.make_request(cast("Any", method), list(params))
        except Exception as error:
            raise self._unreachable(error) from error
        return _result(method, cast("dict[str, Any]", answer))

    def _unreachable(self, error: Exception) -> CreditlineError:
        return Unavailable(
            f"The chain node at {self.url} does not answer: {type(error).__name__}.",
            "Check that it runs and is reachable; what was begun goes on by itself afterwards.",
        )


def _result(method: str, answer: dict[str, Any]) -> Any:
    error = answer.get("error")
    if error is None:
        return answer.get("result")
    if not isinstance(error, dict):
        error = {"message": str(error)}
    # -32005 is "limit exceeded" (a 429 in JSON); the same request works later.
    if error.get("code") == -32005 and method != "eth_getLogs":
        raise Unavailable(
            f"The chain node limits our requests: {str(error.get('message'))[:200]}",
            "Wait, or use another node.",
        )
    raise Refused(method, error)
