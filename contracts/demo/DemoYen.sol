// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title WORTHLESS test money for demonstrations
/// @notice Anyone can mint any amount of it at any time, so a unit of it is worth NOTHING and always will be. It stands
/// in for a yen stablecoin on local and test chains. NEVER name it in a pool that is meant to pay anyone.
contract DemoYen is ERC20 {
    constructor() ERC20("Demo Yen", "dJPY") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
