// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "./IFraudProofs.sol";

/// @title Where the money of generated images is kept and divided
/// @notice A pool is one model's money in one token. Its terms are fixed by its id and pools do not touch each other.
/// An integrator deposits. What an image earned is then divided in one of two ways: at once, by a report that the pool's
/// operator signed, or with many others in an epoch, by roots that the operator posts and everybody may challenge before
/// they pay. Nobody owns this contract, and no one but the payee can move a credit.
/// @dev Trusted: the operator, for the truth of weights and of direct reports, within the deposit; the arbiter, for ruling
/// on weights of epochs. Tokens may charge a fee on transfer or return nothing. Tokens that change balances by themselves,
/// or charge the sender on top of the amount, do not work; what they lose is lost by the pools of that token only.
///
/// Rounding. G is what the pool has settled directly so far. Creators, developer and compute, in this order, each take their
/// share of what those before them left of G, rounded down: part j is floor(L * bps(j) / B), where L is what is left and B
/// the hundredths of a per cent that are left. The treasury takes the rest. So the four parts add up to G exactly, and none
/// ever falls while G grows. The creator part of one report is the growth of the creators' part, and work i of it takes
/// floor(C * S(i) / 1e6) - floor(C * S(i-1) / 1e6), where S(i) sums the weights of works 0 to i. What is left of C is
/// unattributed and goes to `commons`. What final epochs have reported is divided by the same rule, apart from G.
///
/// Epochs. docs/reference/epochs.md describes their trees. The creators' part of what an epoch and those before it have reported is,
/// by construction, the sum of its payouts. Only the newest epoch of a pool can be open to objections. Payees are paid
/// by any final epoch; the newest one says the most.
///
/// Rebuilding. All storage follows from the logs of this contract and of the two registries, read in chain order: a
/// `Settled` credits the payees that the registry's logs before it name, by the weights that it holds.
interface IRoyaltyLedger {
    /// @param token 0 for ETH.
    /// @param integrator Who runs the generation service, signs usages, and may ask for unspent money back.
    /// @param operator Whose signature settles a report, and who posts epochs.
    /// @param arbiter Who rules on disputes about epochs.
    /// @param guardian Who may stop money from coming in for a while; 0 for nobody.
    /// @param commons Who receives what no registered work explains.
    /// @param creatorBps Hundredths of a per cent, as the two that follow; `treasury` takes the rest.
    /// @param window Notice of a refund, and time to object to an epoch, in seconds; at least an hour.
    /// @param bond What the operator stakes on its epochs, and what a disputer puts up against it, in `token`.
    struct PoolParams {
        address token;
        address integrator;
        address operator;
        address arbiter;
        address guardian;
        bytes32 modelId;
        address developer;
        address compute;
        address treasury;
        address commons;
        uint16 creatorBps;
        uint16 developerBps;
        uint16 computeBps;
        uint32 window;
        uint96 bond;
    }

    /// @notice What one image earned and which works it drew on: the operator's receipt. Whoever holds it signed can settle
    /// it, like a cheque, once it may be settled directly.
    /// @param nonce Below 2^32 the report is for direct settlement. Else it belongs to epoch `nonce >> 32`, at index
    /// `nonce & 0xffffffff`, and turns into a cheque `CHEQUE_PERIOD` before its deadline if that epoch was not posted.
    /// @param outputHash SHA-256 of the image.
    /// @param reportHash SHA-256 of the published report.
    /// @param revenue In the token's smallest unit.
    /// @param weights Parts per million, 20 bits each, in the order of `workIds` from the lowest bits up. None is zero and
    /// the rest is zero. What they leave of a million is unattributed.
    /// @param workIds At most 12, ascending.
    struct Report {
        uint256 nonce;
        bytes32 outputHash;
        bytes32 reportHash;
        uint128 revenue;
        uint256 weights;
        bytes32[] workIds;
        uint256 deadline;
    }

    /// @param direct What was settled directly: G above.
    /// @param unattributed What `commons` has earned of it.
    /// @param pausedUntil A day since 1970: nothing comes in until it begins.
    /// @param paidOut What epochs have paid to their payees.
    /// @param ceiling How far `direct` may grow: what came in, less what was refunded and what epochs reported.
    /// @param reported Revenue of the epochs before the newest.
    /// @param pending Revenue of the newest epoch.
    /// @param validAt When the newest epoch is, or became, final; the latest there is while it is disputed.
    /// @param epoch Number of the newest epoch; 0 before the first.
    /// @param staked Whether the operator's bond is here.
    /// @param refundRequested What the integrator has given notice of; it may be taken from `refundableAt` on.
    /// @param paid What the roles in `payTo` have taken out.
    /// @param payTo Whom the roles are paid to: developer, compute, treasury, commons.
    struct Pool {
        uint96 direct;
        uint96 unattributed;
        uint16 creatorBps;
        uint16 developerBps;
        uint16 computeBps;
        uint16 pausedUntil;
        address token;
        uint96 paidOut;
        address operator;
        uint96 ceiling;
        uint96 reported;
        uint96 pending;
        uint40 validAt;
        uint24 epoch;
        uint96 bond;
        uint32 window;
        bool staked;
        address integrator;
        uint96 refundRequested;
        address arbiter;
        uint40 refundableAt;
        address guardian;
        uint96[4] paid;
        address[4] payTo;
    }

    /// @notice An epoch as posted. The ledger keeps its hash alone; whoever needs the rest brings it along.
    /// @param payouts Root of the totals of all payees, over all epochs up to this one.
    /// @param payoutSum Their sum: the creators' part of `revenueBefore + revenue`.
    /// @param reports Root of this epoch's reports; their sum is `revenue`.
    /// @param credits Root of this epoch's credits; their sum is the growth of `payoutSum`.
    /// @param revenueBefore What all epochs before have reported.
    /// @param cutoff The second whose payees are paid.
    /// @param data SHA-256 of the root block under which all leaves are published.
    struct Epoch {
        bytes32 payouts;
        uint128 payoutSum;
        bytes32 reports;
        bytes32 credits;
        uint128 revenueBefore;
        uint128 revenue;
        uint40 cutoff;
        bytes32 data;
    }

    /// @notice What a payee has coming from the epochs of a pool.
    /// @param restHash Hash of the epoch's fields after `payoutSum`, ABI-encoded.
    /// @param count How many payees the tree has.
    /// @param index The payee's.
    /// @param amount Its total over all epochs.
    struct Claim {
        bytes32 poolId;
        uint256 n;
        bytes32 restHash;
        uint64 count;
        address payee;
        uint256 index;
        uint128 amount;
        bytes proof;
    }

    /// @param by Who put up the bond.
    /// @param validAt When the epoch would have been final.
    /// @param ruleBy The last second in which the arbiter may rule.
    struct Dispute {
        address by;
        uint40 validAt;
        uint40 ruleBy;
    }

    event PoolOpened(bytes32 indexed poolId, PoolParams params);
    event Funded(bytes32 indexed poolId, address indexed from, uint256 received);
    event Settled(
        bytes32 indexed poolId,
        uint256 indexed nonce,
        bytes32 indexed outputHash,
        bytes32 reportHash,
        uint128 revenue,
        uint128 creatorPart,
        uint256 weights,
        bytes32[] workIds,
        uint128 unattributed
    );
    event FixedClaimed(bytes32 indexed poolId, uint8 indexed role, address to, uint256 amount);
    event Withdrawn(address indexed token, address indexed who, address indexed to, uint256 amount);
    event RefundRequested(bytes32 indexed poolId, uint256 amount, uint40 refundableAt);
    event Refunded(bytes32 indexed poolId, uint256 amount);
    /// @param excess What arrived above the bond; it is credited to `by`. The same holds in `Disputed`.
    event Staked(bytes32 indexed poolId, address indexed by, uint256 excess);
    event Unstaked(bytes32 indexed poolId);
    event EpochPosted(bytes32 indexed poolId, uint256 indexed n, Epoch epoch);
    event Claimed(
        bytes32 indexed poolId, uint256 indexed index, address indexed payee, address to, uint256 n, uint256 total, uint256 amount
    );
    event EpochChallenged(bytes32 indexed poolId, uint256 indexed n, address indexed by, IFraudProofs.Fraud fraud);
    event Disputed(bytes32 indexed poolId, uint256 indexed n, address indexed by, bytes32 reason, uint40 ruleBy, uint256 excess);
    event Ruled(bytes32 indexed poolId, uint256 indexed n, bool valid);
    event Lapsed(bytes32 indexed poolId, uint256 indexed n);
    /// @dev Whatever voids an epoch, this follows. What it reported can be spent again.
    event EpochVoided(bytes32 indexed poolId, uint256 indexed n, uint256 revenue);
    event Paused(bytes32 indexed poolId, uint256 untilDay);

    error AlreadyOpen(bytes32 poolId);
    error PoolUnknown(bytes32 poolId);
    error ModelUnknown(bytes32 modelId);
    error NotAToken(address token);
    error SharesTooHigh(uint256 bps);
    error WindowTooShort(uint256 window);
    error ZeroValue();
    error WrongValue(uint256 sent);
    error PoolFull(bytes32 poolId);
    error PoolPaused(bytes32 poolId, uint256 untilDay);
    error InsufficientDeposit(uint256 available, uint256 needed);
    error NonceUsed(bytes32 poolId, uint256 nonce);
    error NotAChequeYet(uint256 nonce);
    error TooManyWorks(uint256 count);
    error WorksNotAscending(bytes32 workId);
    error BadWeights(uint256 weights);
    error BadSignature(address signer);
    error Expired(uint256 deadline);
    error RoleUnknown(uint8 role);
    error NotIntegrator(address caller);
    error NotOperator(address caller);
    error NotArbiter(address caller);
    error NotGuardian(address caller);
    error NotPayee(address caller);
    error RefundNotReady(uint40 refundableAt);
    error NothingToPay();
    error BondTooSmall(uint256 received);
    error AlreadyStaked(bytes32 poolId);
    error NotStaked(bytes32 poolId);
    error EpochOutOfOrder(uint256 n);
    error EpochPending(bytes32 poolId, uint256 validAt);
    error EpochFinal(bytes32 poolId, uint256 n);
    error EpochUnknown(bytes32 poolId, uint256 n);
    error BadCutoff(uint256 cutoff);
    error AlreadyDisputed(bytes32 poolId);
    error NotDisputed(bytes32 poolId);
    error PaidOut(bytes32 poolId);
    error RulingOver(uint256 ruleBy);
    error RulingAwaited(uint256 ruleBy);
    error PausedLately(uint256 untilDay);

    /// @notice Opens the pool that these terms name. Anyone may.
    function open(PoolParams calldata params) external returns (bytes32 poolId);

    /// @notice Adds to a pool's deposit. Anyone may; ETH comes with the call, a token by allowance.
    /// @dev A pool takes up to 2^96 - 1 units in its life, so that its counters fit together: 79 billion whole tokens
    /// of 18 decimals. Reverts with `PoolFull` beyond that; the next pool differs in any of its terms.
    /// @return received What arrived, which is less than `amount` if the token takes a fee.
    function fund(bytes32 poolId, uint256 amount) external payable returns (uint256 received);

    /// @notice Divides what one image earned. Anyone who holds the signed report may.
    /// @dev Typed data, signed by the pool's operator: `Report(bytes32 poolId,uint256 nonce,bytes32 outputHash,bytes32
    /// reportHash,uint128 revenue,uint256 weights,bytes32[] workIds,uint256 deadline)`. Also reverts with the
    /// registry's `WorkUnknown`.
    function settle(bytes32 poolId, Report calldata report, bytes calldata sig) external;

    /// @notice Divides what many images earned, all or none.
    /// @dev Typed data: `Reports(bytes32 poolId,Report[] reports)` with `Report` as for `settle`. A report that is also
    /// signed by itself, and settled first, makes the batch revert.
    function settleMany(bytes32 poolId, Report[] calldata reports, bytes calldata sig) external;

    /// @notice Pays a role what its share of all earnings has grown to. Anyone may call; the money goes to the role.
    /// @param role 0 developer, 1 compute, 2 treasury, 3 commons. What epochs owe `commons` is in their payouts instead.
    function claimFixed(bytes32 poolId, uint8 role) external returns (uint256 amount);

    /// @notice Pays all of the caller's credit in a token to `to`.
    function withdraw(address token, address to) external returns (uint256 amount);

    /// @notice Pays all of a payee's credit in a token to that payee. Anyone may call, so that a payee needs no gas.
    function withdrawFor(address token, address payee) external returns (uint256 amount);

    /// @notice Gives notice, in place of any earlier one, that unspent money will be taken back; 0 takes the notice
    /// back. Only the integrator.
    /// @dev A notice keeps standing. Whoever accepts usages should count the amount as gone from the request on; what
    /// is settled or posted before the refund is still paid first. While a pool is paused no receipt can be paid, so a
    /// notice that runs stands still; and when an epoch is void, one that asks for anything runs anew at least. Each
    /// change is logged as another `RefundRequested`.
    function requestRefund(bytes32 poolId, uint96 amount) external;

    /// @notice Pays back what was asked for, or what is left of it, once the notice has run out. Only the integrator.
    function refund(bytes32 poolId) external returns (uint256 amount);

    /// @notice Puts up the operator's bond. Anyone may; what arrives above the bond is credited to the caller.
    function stake(bytes32 poolId, uint256 amount) external payable;

    /// @notice Gives the bond back to the operator, as a credit, while no epoch is open to objections. Only the operator.
    function unstake(bytes32 poolId) external;

    /// @notice Posts the next epoch. Only the operator, with its bond staked, and once the epoch before is final.
    /// @dev The number of a void epoch is used again. `revenue` cannot exceed what is available.
    /// @param n The number of the epoch, so that two senders cannot post two different ones by mistake.
    function post(
        bytes32 poolId,
        uint256 n,
        bytes32 payouts,
        bytes32 reports,
        bytes32 credits,
        uint96 revenue,
        uint40 cutoff,
        bytes32 data
    ) external;

    /// @notice Pays a payee what a final epoch says above what it was paid before. Anyone may call, paused or not.
    /// @dev Reverts with `EpochUnknown` unless everything in `what` is as posted, an unknown pool included.
    function claim(Claim calldata what) external returns (uint256 amount);

    /// @notice The same, to another address. Only the payee.
    function claimTo(Claim calldata what, address to) external returns (uint256 amount);

    /// @notice Pays many claims. Those with nothing left to pay are passed by.
    function claimMany(Claim[] calldata what) external;

    /// @notice Voids the newest epoch by showing what is wrong with it. Anyone may, until it is final. Half of the stake is
    /// credited to the caller and half to `commons`.
    /// @param previous The epoch before; all zero for the first.
    /// @param evidence As `IFraudProofs` describes it for each kind.
    function challenge(
        PoolParams calldata params,
        Epoch calldata epoch,
        Epoch calldata previous,
        IFraudProofs.Fraud fraud,
        bytes calldata evidence
    ) external;

    /// @notice Puts up a bond against the newest epoch and asks the arbiter. Anyone may, until it is final.
    function dispute(bytes32 poolId, uint256 amount, bytes32 reason) external payable;

    /// @notice Decides a dispute. Only the arbiter, within `RULING_PERIOD`. The loser's bond is credited to the winner.
    /// @dev A valid epoch is final once its window is over too: other objections are still heard until then.
    function rule(bytes32 poolId, bool valid) external;

    /// @notice Voids an epoch whose arbiter stayed silent. Both bonds stay with who put them up. Anyone may.
    function lapse(bytes32 poolId) external;

    /// @notice Stops money from coming in, and being spent, for `PAUSE_DAYS`: no fund, settle or post. Only the
    /// guardian, and not again until as many days have passed. Claims, challenges and withdrawals go on, and so do refunds
    /// whose notice is over.
    function pause(bytes32 poolId) external;

    /// @notice Ends a pause early. Only the guardian.
    function resume(bytes32 poolId) external;

    /// @notice The id of the pool with these terms, open or not.
    function poolIdOf(PoolParams calldata params) external pure returns (bytes32);

    /// @notice Everything stored about a pool; all zero for an unknown one.
    function pool(bytes32 poolId) external view returns (Pool memory);

    /// @notice What can still be settled or posted.
    function available(bytes32 poolId) external view returns (uint256);

    /// @notice Revenue of all final epochs.
    function finalRevenue(bytes32 poolId) external view returns (uint256);

    /// @notice What `claimFixed` would pay now.
    function fixedClaimable(bytes32 poolId, uint8 role) external view returns (uint256);

    function nonceUsed(bytes32 poolId, uint256 nonce) external view returns (bool);

    /// @notice The hash of an epoch that was posted and is not void; 0 for any other.
    function epochHash(bytes32 poolId, uint256 n) external view returns (bytes32);

    /// @notice What the epochs of a pool have paid to an index.
    function claimed(bytes32 poolId, uint256 index) external view returns (uint256);

    function disputeOf(bytes32 poolId) external view returns (Dispute memory);

    /// @notice What `who` can withdraw.
    function credit(address token, address who) external view returns (uint256);
}
