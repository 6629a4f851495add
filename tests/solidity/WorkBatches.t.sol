// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWorkRegistry} from "../../contracts/interfaces/IWorkRegistry.sol";
import {BatchFixture} from "./BatchFixture.sol";
import {TreeBuilder} from "./TreeBuilder.sol";
import {vm} from "./Vm.sol";

/// @dev A contract wallet that thinks otherwise when it is told to.
contract FickleWallet {
    bool public agrees = true;

    function disagree() external {
        agrees = false;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return agrees ? this.isValidSignature.selector : bytes4(0);
    }
}

contract WorkBatchesTest is BatchFixture {
    function setUp() external {
        deployAll();
    }

    function test_anchor_keepsTheFirstTimeAndAnnouncesEveryManifest() external {
        vm.expectEmit();
        emit IWorkRegistry.Anchored("root", address(this), 7, "garbage", START);
        works.anchor("root", 7, "garbage");
        vm.warp(START + 100);
        vm.expectEmit();
        emit IWorkRegistry.Anchored("root", creator, 8, "manifest", START);
        vm.prank(creator);
        works.anchor("root", 8, "manifest");
        vm.assertEq(works.anchoredAt("root"), START);
        vm.assertEq(works.signatoryOf("root"), address(0));
    }

    function test_anchor_whenRootOrCountIsZero_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.ZeroValue.selector));
        works.anchor(0, 1, "manifest");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.ZeroValue.selector));
        works.anchor("root", 0, "manifest");
    }

    function test_anchor_whenAWorkWasOpened_forgetsNothing() external {
        _anchor(creator, creator);
        _openSigned(0, CREATOR_KEY);
        vm.warp(START + 100);
        works.anchor(root, COUNT, "again");
        vm.assertEq(works.anchoredAt(root), START);
        vm.assertEq(works.signatoryOf(root), creator);
    }

    function test_materialise_givesTheWorkTheTimeOfItsAnchor() external {
        _anchor(creator, creator);
        bytes memory sig = _sign(CREATOR_KEY, root, COUNT, START);
        vm.warp(START + 365 days);
        vm.expectEmit();
        emit IWorkRegistry.WorkRegistered(
            _idOf(3), creator, _leaves[3].contentHash, _leaves[3].recordHash, creator, START, root
        );
        vm.prank(STRANGER);
        vm.assertEq(_open(3, START, sig), _idOf(3));
        IWorkRegistry.Work memory work = works.work(_idOf(3));
        vm.assertEq(work.owner, creator);
        vm.assertEq(work.payee, creator);
        vm.assertEq(work.registeredAt, START);
        vm.assertEq(works.payeeAt(_idOf(3), START), creator);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AlreadyRegistered.selector, _idOf(3)));
        _open(3, START, sig);
    }

    function test_materialise_afterTheFirstOfACreator_asksForNoSignature() external {
        _anchor(creator, creator);
        vm.assertEq(works.signatoryOf(root), address(0));
        _openSigned(2, CREATOR_KEY);
        vm.assertEq(works.signatoryOf(root), creator);
        vm.warp(START + 365 days);
        vm.prank(STRANGER);
        _open(0, 0, "");
        vm.assertEq(works.work(_idOf(0)).registeredAt, START);
        vm.assertEq(works.work(_idOf(0)).owner, creator);
    }

    /// @dev Whoever sends a work cannot know which one will be mined first.
    function test_materialise_afterTheFirstOfACreator_looksAtNoSignature() external {
        _anchor(creator, creator);
        _openSigned(0, CREATOR_KEY);
        _openSigned(1, CREATOR_KEY);
        _open(2, 0, "neither a deadline nor a signature");
        vm.assertEq(works.signatoryOf(root), creator);
    }

    function test_materialise_beforeAnybodySigned_asksForASignature() external {
        _anchor(creator, creator);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
        _open(0, FOREVER, "");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.Expired.selector, 0));
        _open(0, 0, "");
        vm.assertEq(works.signatoryOf(root), address(0));
    }

    function test_materialise_whenACreatorSignedAnotherRoot_asksForASignature() external {
        _anchor(creator, creator);
        _openSigned(0, CREATOR_KEY);
        bytes32 first = root;
        _anchor(creator, creator);
        vm.assertTrue(root != first);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
        _open(1, FOREVER, "");
    }

    function test_materialise_whenTwoCreatorsShareARoot_remembersTheFirst() external {
        _anchor(creator, operator);
        _openSigned(0, CREATOR_KEY);
        bytes memory refusal = abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, operator);
        vm.expectRevert(refusal);
        _open(1, FOREVER, "");
        vm.expectRevert(refusal);
        _openSigned(1, CREATOR_KEY);
        _openSigned(1, OPERATOR_KEY);
        vm.assertEq(works.signatoryOf(root), creator);
        vm.expectRevert(refusal);
        _open(3, FOREVER, "");
        _open(2, 0, "");
        _openSigned(3, OPERATOR_KEY);
        vm.assertEq(works.work(_idOf(3)).owner, operator);
    }

    /// @dev A signature without a leaf proves nothing, so nobody can take the place of those who have one.
    function test_materialise_whenASignerHasNoLeaf_remembersNothing() external {
        _anchor(creator, creator);
        IWorkRegistry.Leaf memory mine = _leaves[0];
        mine.creator = operator;
        bytes memory sig = _sign(OPERATOR_KEY, root, COUNT, START);
        bytes32[] memory proof = TreeBuilder.proofOf(_hashes, 0);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotInBatch.selector, root, 0));
        works.materialise(root, mine, COUNT, 0, proof, START, sig);
        vm.assertEq(works.signatoryOf(root), address(0));
    }

    function test_materialise_whenTheWorkIsRegistered_remembersNothing() external {
        _anchor(creator, creator);
        vm.prank(creator);
        works.register(_leaves[0].contentHash, 0, creator);
        bytes memory sig = _sign(CREATOR_KEY, root, COUNT, START);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AlreadyRegistered.selector, _idOf(0)));
        _open(0, START, sig);
        vm.assertEq(works.signatoryOf(root), address(0));
    }

    /// @dev Zero stands for "nobody has signed", not for a creator who has.
    function test_materialise_whenALeafNamesNobody_reverts() external {
        _anchor(creator, address(0));
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, address(0)));
        _open(1, FOREVER, "");
        _openSigned(0, CREATOR_KEY);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, address(0)));
        _open(1, FOREVER, "");
    }

    function test_materialise_whenAContractWalletChangesItsMind_keepsItToItsWord() external {
        FickleWallet wallet = new FickleWallet();
        _anchor(address(wallet), address(wallet));
        _open(0, START, "anything");
        wallet.disagree();
        _open(1, 0, "");
        vm.assertEq(works.work(_idOf(1)).owner, address(wallet));
        _anchor(address(wallet), address(wallet));
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, address(wallet)));
        _open(0, START, "anything");
    }

    function test_materialise_whenNotAnchored_reverts() external {
        _compose(creator, creator);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotAnchored.selector, root));
        _open(0, FOREVER, "");
    }

    function test_materialise_whenAnchoredAfterTheDeadline_reverts() external {
        _anchor(creator, creator);
        bytes memory sig = _sign(CREATOR_KEY, root, COUNT, START - 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.Expired.selector, START - 1));
        _open(0, START - 1, sig);
    }

    function test_materialise_whenTheLeafIsNotThere_reverts() external {
        _anchor(creator, creator);
        _openSigned(0, CREATOR_KEY);
        bytes32[] memory proof = TreeBuilder.proofOf(_hashes, 1);
        IWorkRegistry.Leaf memory leaf = _leaves[1];
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotInBatch.selector, root, 2));
        works.materialise(root, leaf, COUNT, 2, proof, 0, "");
        leaf.payee = STRANGER;
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotInBatch.selector, root, 1));
        works.materialise(root, leaf, COUNT, 1, proof, 0, "");
    }

    function test_materialise_whenTheCreatorDidNotSignThisBatch_reverts() external {
        _anchor(creator, creator);
        bytes[4] memory wrong = [
            _sign(OPERATOR_KEY, root, COUNT, START),
            _sign(CREATOR_KEY, root, COUNT + 1, START),
            _sign(CREATOR_KEY, keccak256("other"), COUNT, START),
            _sign(CREATOR_KEY, root, COUNT, START + 1)
        ];
        for (uint256 i; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
            _open(1, START, wrong[i]);
        }
    }

    /// @dev The leaf is hashed as it lies in calldata, so an address with more than its bits can stand in a tree.
    function test_materialise_whenAnAddressHasMoreThanItsBits_reverts() external {
        uint256[5] memory words = [uint256(uint160(creator)), 7, 8, uint256(uint160(creator)), 9];
        vm.assertFalse(_isOpened([words[0] | 1 << 160, words[1], words[2], words[3], words[4]]));
        vm.assertFalse(_isOpened([words[0], words[1], words[2], words[3] | 1 << 160, words[4]]));
        vm.assertTrue(_isOpened(words));
    }

    function testFuzz_materialise_findsAnyLeaf(IWorkRegistry.Leaf calldata leaf, bytes32 sibling, bool isRight)
        external
    {
        vm.assume(leaf.contentHash != 0 && leaf.payee != address(0));
        IWorkRegistry.Leaf memory mine = leaf;
        mine.creator = creator;
        bytes32 hash = TreeBuilder.leafHash(keccak256(abi.encode(mine)));
        bytes32 parent = isRight ? TreeBuilder.parent(sibling, hash) : TreeBuilder.parent(hash, sibling);
        works.anchor(parent, 2, "manifest");
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = sibling;
        bytes memory sig = _sign(CREATOR_KEY, parent, 2, START);
        bytes32 id = works.materialise(parent, mine, 2, isRight ? 1 : 0, proof, START, sig);
        vm.assertEq(works.work(id).owner, creator);
        vm.assertEq(works.payeeOf(id), mine.payee);
    }

    /// @dev In any order of mining, a signature always does, and its lack only where the creator's was the first.
    function testFuzz_materialise_inAnyOrder_asksEachCreatorAsOftenAsNeeded(uint256 order, uint8 unsigned) external {
        _anchor(creator, operator);
        uint256 opened;
        address first;
        for (uint256 step; step < 12; ++step) {
            uint256 i = (order >> (4 * step)) % COUNT;
            if (opened >> i & 1 == 1) continue;
            bool isSigned = (unsigned >> i) & 1 == 0;
            bool isWelcome = isSigned || (first != address(0) && first == _leaves[i].creator);
            uint256 key = _leaves[i].creator == creator ? CREATOR_KEY : OPERATOR_KEY;
            bytes memory sig = isSigned ? _sign(key, root, COUNT, START) : bytes("");
            bytes32[] memory proof = TreeBuilder.proofOf(_hashes, i);
            (bool ok,) = address(works).call(
                abi.encodeCall(works.materialise, (root, _leaves[i], COUNT, i, proof, START, sig))
            );
            vm.assertTrue(ok == isWelcome);
            if (!ok) continue;
            opened |= 1 << i;
            if (first == address(0)) first = _leaves[i].creator;
            vm.assertEq(works.signatoryOf(root), first);
        }
    }

    /// @dev Opens a batch of one leaf that is made of these words, whatever they are.
    function _isOpened(uint256[5] memory words) private returns (bool ok) {
        bytes32 alone = TreeBuilder.leafHash(keccak256(abi.encode(words)));
        works.anchor(alone, 1, "manifest");
        bytes memory sig = _sign(CREATOR_KEY, alone, 1, START);
        // Where the empty proof and the signature begin, counted in words from the first argument.
        bytes memory rest = abi.encode(1, 0, 11 * 32, START, 12 * 32, 0, sig.length);
        (ok,) = address(works).call(abi.encodePacked(works.materialise.selector, alone, words, rest, sig));
    }
}
