// Connecting a wallet: a list of those that are here, and clear words where there is none.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Deployment } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { connect, disconnect, switchChain, useAccount, type Account } from "../wallet/account.ts";
import { knownWallets, watchWallets, type Wallet } from "../wallet/wallets.ts";
import { t } from "../words/index.ts";
import { StepPicture } from "./step-picture.tsx";
import { Address } from "./values.tsx";

/** Draws `children` once an account on the right chain is connected. */
export function WithAccount({ why, children }: { why: string; children: (account: Account) => ComponentChildren }) {
  const account = useAccount();
  const { data: place } = useAnswer<Deployment>("/v1/deployment", true);
  if (!account) return <WalletChoice why={why} />;
  const isElsewhere = place !== undefined && account.chainId !== place.chain_id;
  return (
    <>
      <p class="account"><Address value={account.address} name={t("wallet.you")} /> <button type="button" class="button quiet small" onClick={disconnect}>{t("wallet.disconnect")}</button></p>
      {isElsewhere ? <WrongChain account={account} chainId={place.chain_id} /> : children(account)}
    </>
  );
}

function WalletChoice({ why }: { why: string }) {
  const [wallets, setWallets] = useState(knownWallets);
  const [fault, setFault] = useState("");
  useEffect(() => watchWallets(() => setWallets(knownWallets())), []);
  const choose = (wallet: Wallet) => {
    setFault("");
    connect(wallet).catch((error: Error) => setFault(error.message));
  };
  return (
    <section class="wallets" aria-label={t("wallet.choose")}>
      <StepPicture step="register" />
      <div>
        <h2>{t("wallet.choose")}</h2>
        <p class="soft">{why}</p>
        {wallets.length > 0
          ? <ul>{wallets.map((wallet) => (
              <li><button type="button" class="wallet" onClick={() => choose(wallet)}>{wallet.icon ? <img src={wallet.icon} alt="" /> : <span class="wallet-blank" aria-hidden="true" />} {wallet.name || t("wallet.unnamed")}</button></li>
            ))}</ul>
          : <div class="note wait"><p><strong>{t("wallet.none.title")}</strong></p><p>{t("wallet.none.detail")}</p></div>}
        <p role="alert" class="fault">{fault}</p>
      </div>
    </section>
  );
}

function WrongChain({ account, chainId }: { account: Account; chainId: number }) {
  const [fault, setFault] = useState("");
  return (
    <div class="note wait">
      <p>{t("wallet.wrongChain", { chain: String(chainId), other: String(account.chainId) })}</p>
      <p><button type="button" class="button" onClick={() => void switchChain(account, chainId).catch((error: Error) => setFault(error.message))}>{t("wallet.switch")}</button></p>
      <p role="alert" class="fault">{fault}</p>
    </div>
  );
}
