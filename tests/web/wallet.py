"""A wallet in the browser that announces itself as EIP-6963 has it. Its key is here, its chain is the real one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx2
from playwright.sync_api import BrowserContext

from creditline.chain.direct import Direct
from creditline.chain.keys import OperatorKey
from creditline.client import Wallet
from creditline.demo.stage import Stage
from creditline.ids import address

REJECTED = 4001
ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='4' fill='teal'/%3E%3C/svg%3E"
ANNOUNCE = """
(() => {
  const listeners = {};
  const provider = {
    async request({ method, params }) {
      const { result, error } = await window.askWallet(method, params ?? []);
      if (error) throw Object.assign(new Error(error.message), error);
      return result;
    },
    on: (event, listener) => void (listeners[event] ??= []).push(listener),
    removeListener: () => {},
  };
  window.tellPage = (event, value) => (listeners[event] ?? []).forEach((listener) => listener(value));
  if (INJECTED) window.ethereum = provider;
  else {
    const detail = Object.freeze({ info: { uuid: "350670db-19fa-4704-a166-e52e178b59d2", name: "Test Wallet", icon: ICON, rdns: "test" }, provider });
    const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
    addEventListener("eip6963:requestProvider", announce);
    announce();
  }
})();
"""


@dataclass
class BrowserWallet:
    """`rejects` makes it answer as a person who declines. `asked` are the methods that pages called, in order."""

    wallet: Wallet
    stage: Stage
    chain_id: int = 31337
    rejects: bool = False
    injected: bool = False
    asked: list[str] = field(default_factory=list)
    signed: list[dict[str, Any]] = field(default_factory=list)

    def install(self, context: BrowserContext) -> None:
        context.expose_function("askWallet", self._answer)
        script = ANNOUNCE.replace("INJECTED", str(self.injected).lower()).replace("ICON", f'"{ICON}"')
        context.add_init_script(script)

    def _answer(self, method: str, params: list[Any]) -> dict[str, Any]:
        self.asked.append(method)
        if self.rejects:
            return {"error": {"code": REJECTED, "message": "User rejected the request."}}
        return {"result": self._do(method, params)}

    def _do(self, method: str, params: list[Any]) -> Any:
        if method in ("eth_accounts", "eth_requestAccounts"):
            return [self.wallet.address]
        if method == "eth_chainId":
            return hex(self.chain_id)
        if method == "wallet_switchEthereumChain":
            self.chain_id = int(params[0]["chainId"], 16)
            return None
        if method == "eth_signTypedData_v4":
            return self._sign(params)
        if method == "eth_sendTransaction":
            return self._send(params[0])
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return httpx2.post(self.stage.chain.url, json=body).json()["result"]

    def _sign(self, params: list[Any]) -> str:
        data = json.loads(params[1])
        self.signed.append(data)
        root = data["message"].get("root")
        if root:
            data["message"]["root"] = bytes.fromhex(root[2:])
        return self.wallet.sign(data)

    def _send(self, call: dict[str, str]) -> str:
        direct = Direct(self.stage.node, OperatorKey(self.wallet.private_key))
        mined = direct.send(address(call["to"]), bytes.fromhex(call["data"][2:]), int(call["value"], 16))
        return mined.tx_hash
