// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Where the money of generated images is kept and divided
/// @notice A pool is one model's money in one token. Its terms are fixed by its id and pools do not touch each other.
/// An integrator deposits; the pool's operator signs what each image earned and which works it drew on; everyone then
/// takes out what they are credited. Nobody owns this contract, and no one but the payee can move a credit.
/// @dev Trusted: the operator, for the truth of weights and revenue within the deposit. Tokens may charge a fee on
/// transfer or return nothing. Tokens that change balances by themselves, or charge the sender on top of the amount, do
/// not work; what they lose is lost by the pools of that token only.
///
/// Rounding. G is what the pool has earned so far, and the boundaries are b0 = 0, b1 = creatorBps, b2 = b1 +
/// developerBps, b3 = b2 + computeBps, b4 = 10,000. Part j of all earnings is floor(G * b(j+1) / 10,000) - floor(G * bj
/// / 10,000), so the four parts add up to G exactly. The creator part of one report is the growth of part 0, and work i
/// of it takes floor(C * S(i) / 1e6) - floor(C * S(i-1) / 1e6), where S(i) sums the weights of works 0 to i. What is
/// left of C is unattributed and goes to `commons`.
///
/// Rebuilding. All storage follows from the logs of this contract and of the two registries, read in chain order: a
/// `Settled` credits the payees that the registry's logs before it name, by the weights that it holds.
interface IRoyaltyLedger {
    /// @param token 0 for ETH.
    /// @param integrator Who runs the generation service and may ask for unspent money back.
    /// @param operator Whose signature settles a report.
    /// @param arbiter Who rules on disputes about epochs.
    /// @param commons Who receives what no registered work explains.
    /// @param creatorBps Hundredths of a per cent, as the two that follow; `treasury` takes the rest.
    /// @param window Notice of a refund, and time to object to an epoch, in seconds.
    /// @param bond What a challenger puts up, in `token`.
    struct PoolParams {
        address token;
        address integrator;
        address operator;
        address arbiter;
        bytes32 modelId;
        address developer;
        address compute;
        address treasury;
        address commons;
        uint16 creatorBps;
        uint16 developerBps;
        uint16 computeBps;
        uint32 window;
        uint128 bond;
    }

    /// @notice What one image earned and which works it drew on. Whoever holds it signed can settle it, like a cheque.
    /// @param outputHash SHA-256 of the generated image.
    /// @param reportHash SHA-256 of the attribution report.
    /// @param weights Parts per million, 20 bits for each work, the first work lowest; at most 1,000,000 in all, and
    /// the rest is unattributed.
    /// @param workIds At most 12, strictly ascending.
    struct Report {
        uint256 nonce;
        bytes32 outputHash;
        bytes32 reportHash;
        uint128 revenue;
        uint256 weights;
        bytes32[] workIds;
        uint256 deadline;
    }

    /// @param window Notice of a refund in seconds.
    /// @param deposited What came in, less what was refunded.
    /// @param direct What was settled: G above.
    /// @param unattributed What `commons` has earned.
    /// @param refundRequested What the integrator has given notice of; it may be taken from `refundableAt` on.
    /// @param payTo Whom the roles are paid to: developer, compute, treasury, commons.
    /// @param paid What these roles have taken out.
    struct Pool {
        uint96 direct;
        uint96 unattributed;
        uint16 creatorBps;
        uint16 developerBps;
        uint16 computeBps;
        address token;
        uint96 deposited;
        address operator;
        uint32 window;
        address integrator;
        uint96 refundRequested;
        uint40 refundableAt;
        uint96[4] paid;
        address[4] payTo;
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

    error AlreadyOpen(bytes32 poolId);
    error PoolUnknown(bytes32 poolId);
    error ModelUnknown(bytes32 modelId);
    error NotAToken(address token);
    error SharesTooHigh(uint256 bps);
    error ZeroValue();
    error WrongValue(uint256 sent);
    error PoolFull(bytes32 poolId);
    error InsufficientDeposit(uint256 available, uint256 needed);
    error NonceUsed(bytes32 poolId, uint256 nonce);
    error TooManyWorks(uint256 count);
    error WorksNotAscending(bytes32 workId);
    error BadWeights(uint256 weights);
    error BadSignature(address signer);
    error Expired(uint256 deadline);
    error RoleUnknown(uint8 role);
    error NotIntegrator(address caller);
    error RefundNotReady(uint40 refundableAt);
    error NothingToPay();

    /// @notice Opens the pool that these terms name. Anyone may.
    function open(PoolParams calldata params) external returns (bytes32 poolId);

    /// @notice Adds to a pool's deposit. Anyone may; ETH comes with the call, a token by allowance.
    /// @dev A pool takes up to 2^96 - 1 units in its life, so that its counters fit together: 79 billion whole tokens
    /// of 18 decimals. Reverts with `PoolFull` beyond that; the next pool differs in any of its terms.
    /// @return received What arrived, which is less than `amount` if the token takes a fee.
    function fund(bytes32 poolId, uint256 amount) external payable returns (uint256 received);

    /// @notice Divides what one image earned. Anyone who holds the signed report may; the operator needs no signature.
    /// @dev Typed data, signed by the pool's operator: `Report(bytes32 poolId,uint256 nonce,bytes32 outputHash,bytes32
    /// reportHash,uint128 revenue,uint256 weights,bytes32[] workIds,uint256 deadline)`. Also reverts with the
    /// registry's `WorkUnknown`.
    function settle(bytes32 poolId, Report calldata report, bytes calldata sig) external;

    /// @notice Divides what many images earned, all or none.
    /// @dev Typed data: `Reports(bytes32 poolId,Report[] reports)` with `Report` as for `settle`. A report that is also
    /// signed by itself, and settled first, makes the batch revert.
    function settleMany(bytes32 poolId, Report[] calldata reports, bytes calldata sig) external;

    /// @notice Pays a role what its share of all earnings has grown to. Anyone may call; the money goes to the role.
    /// @param role 0 developer, 1 compute, 2 treasury, 3 commons.
    function claimFixed(bytes32 poolId, uint8 role) external returns (uint256 amount);

    /// @notice Pays all of the caller's credit in a token to `to`.
    function withdraw(address token, address to) external returns (uint256 amount);

    /// @notice Pays all of a payee's credit in a token to that payee. Anyone may call, so that a payee needs no gas.
    function withdrawFor(address token, address payee) external returns (uint256 amount);

    /// @notice Gives notice, in place of any earlier one, that unspent money will be taken back; 0 takes the notice
    /// back. Only the integrator.
    /// @dev A notice keeps standing. Whoever accepts usages should count the amount as gone from the request on; what
    /// is settled before the refund is still paid first.
    function requestRefund(bytes32 poolId, uint96 amount) external;

    /// @notice Pays back what was asked for, or what is left of it, once the notice has run out. Only the integrator.
    function refund(bytes32 poolId) external returns (uint256 amount);

    /// @notice The id of the pool with these terms, open or not.
    function poolIdOf(PoolParams calldata params) external pure returns (bytes32);

    /// @notice Everything stored about a pool; all zero for an unknown one.
    function pool(bytes32 poolId) external view returns (Pool memory);

    /// @notice What can still be settled.
    function available(bytes32 poolId) external view returns (uint256);

    /// @notice What `claimFixed` would pay now.
    function fixedClaimable(bytes32 poolId, uint8 role) external view returns (uint256);

    function nonceUsed(bytes32 poolId, uint256 nonce) external view returns (bool);

    /// @notice What `who` can withdraw.
    function credit(address token, address who) external view returns (uint256);
}
