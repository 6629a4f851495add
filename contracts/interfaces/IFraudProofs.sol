// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "./IRoyaltyLedger.sol";

/// @title What is wrong with an epoch, decided from public data alone
/// @notice Holds no money and no state. Every function of this contract either proves a fraud or reverts, whoever asks.
/// @dev An honest epoch, as docs/reference/epochs.md builds it, gives no evidence for any kind. What a proof proves is
/// positive: that something stands at a place. Nothing relies on the operator having sorted or completed anything
/// that could not itself be challenged.
///
/// Evidence is ABI-encoded (`abi.encode` of the types in the order given). A `Seat` says where a leaf stands.
interface IFraudProofs {
    enum Fraud {
        /// @dev (ReportLeaf, Seat)
        ReportMalformed,
        /// @dev (ReportLeaf, Seat). Undecided for an integrator that is a contract: its word may change. An account that
        /// delegates to code (EIP-7702) signs usages with its key.
        UsageNotReported,
        /// @dev (ReportLeaf, Seat, uint256 entry, Model, bytes32 otherLeaf, bytes32[] proof): the hash of the leaf that stands at
        /// the place instead; the last two are not read if the data set is not the model's, or too short
        WorkNotTrained,
        /// @dev (ReportLeaf, Seat, uint256 entry, Payout, Seat, Opening of the payouts): the opening is read alone, and the
        /// payout not, if the report names an index beyond the last payee
        PayeeWrong,
        /// @dev (ReportLeaf, Seat, uint256 entry, Credit, Seat): the credit where the report says that it stands
        CreditWrong,
        /// @dev (ReportLeaf, Seat, uint256 entry, Opening of the credits): the report says that it stands outside
        CreditMissing,
        /// @dev (Credit, Seat, bool empty, ReportLeaf, Seat, Opening of the reports): the report that it names says otherwise, is
        /// empty, or lies outside; then the opening is read alone
        CreditOrphaned,
        /// @dev (Credit, Seat, Credit, Seat): neighbours, left first
        CreditsUnsorted,
        /// @dev (Growth)
        PayoutWrong,
        /// @dev (Payout, Seat, Payout, Seat, Opening of the payouts): in the epoch before, then in this one; the opening is read
        /// alone if this one has no such index any more
        PayoutChanged,
        /// @dev (ReportLeaf, Seat, uint256 m, Epoch, ReportLeaf, Seat): another place, in epoch m, which may be this one
        OutputRepeated,
        /// @dev (ReportLeaf, Seat)
        AlreadySettled,
        /// @dev (Report, bytes signature, bool empty, ReportLeaf, Seat, Opening of the reports): what stands at its index; the
        /// opening is read alone if that lies outside
        ReceiptDropped,
        /// @dev (Report, bytes signature, Report, bytes signature)
        ReceiptDoubled,
        /// @dev (Broken)
        TreeBroken
    }

    /// @notice One image of an epoch. See docs/reference/epochs.md.
    struct ReportLeaf {
        bytes32 outputHash;
        bytes32 reportHash;
        uint128 revenue;
        uint256 weights;
        bytes32[] workIds;
        bytes32 usageId;
        bytes usageSignature;
        bytes32[] datasetIds;
        uint64[] places;
        uint32[] payees;
        uint32[] credits;
    }

    /// @notice One amount that one report gives to one payee.
    struct Credit {
        uint32 payee;
        uint128 amount;
        uint32 report;
        uint8 entry;
    }

    /// @notice What a payee has earned in all epochs together.
    struct Payout {
        address payee;
        uint128 amount;
    }

    /// @notice A model as registered: its id is the hash of these.
    struct Model {
        address developer;
        bytes32 weightsHash;
        bytes32 algorithmHash;
        bytes32[] datasetIds;
    }

    /// @notice Where a leaf stands in a tree of `count`, and the proof of it.
    struct Seat {
        uint64 count;
        uint256 index;
        bytes proof;
    }

    /// @notice How many leaves a tree has.
    /// @param top The hash of the node above all leaves.
    struct Opening {
        uint64 count;
        bytes32 top;
    }

    /// @notice The growth of all payouts up to one index, and the credits that should make it up.
    /// @param known Whether the index stood in the epoch before too; if not, `opening` of the payouts before says so. Neither
    /// is read in the first epoch.
    /// @param none Whether all credits lie beyond the index; else `left` is the last that does not.
    /// @param all Whether no credit lies beyond the index; else `right` is the first that does.
    struct Growth {
        Payout payout;
        Seat seat;
        bool known;
        Payout payoutBefore;
        Seat seatBefore;
        Opening opening;
        bool none;
        Credit left;
        Seat leftSeat;
        bool all;
        Credit right;
        Seat rightSeat;
    }

    /// @notice A node that is not what lies below it, a gap, a parent that is zero, or money beyond the last leaf.
    /// @param tree 0 reports, 1 credits, 2 payouts.
    /// @param level Of the node, above the leaves; `index` counts along it, and `proof` leads from it to the top.
    /// @param below Its two children as the parent hashes them, without the prefix; or, of a leaf, its ABI-encoded content.
    /// Not read for a gap, for money beyond the last leaf, or for a parent that is zero.
    struct Broken {
        uint8 tree;
        uint64 count;
        uint256 level;
        uint256 index;
        bytes32 node;
        uint128 sum;
        bytes proof;
        bytes below;
    }

    /// @notice What the ledger says of the epoch in question; it has checked that both epochs are the posted ones.
    /// @param ledger Whose epochs these are, and whose domain signatures are for.
    struct Case {
        IRoyaltyLedger ledger;
        bytes32 domainSeparator;
        bytes32 poolId;
        uint256 n;
        IRoyaltyLedger.PoolParams params;
        IRoyaltyLedger.Epoch epoch;
        IRoyaltyLedger.Epoch previous;
    }

    /// @dev The evidence is of the right form and proves nothing.
    error NotProved(Fraud fraud);
    /// @dev A leaf that does not stand where it is said to.
    error NotInTree();

    /// @notice Returns if the evidence proves the fraud, and reverts otherwise.
    function prove(Case calldata what, Fraud fraud, bytes calldata evidence) external view;
}
