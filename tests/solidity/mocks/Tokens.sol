// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev The least a token can be. The kinds below differ in what their transfers do and answer.
abstract contract BareToken {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function _move(address from, address to, uint256 amount, uint256 arrives) internal {
        balanceOf[from] -= amount;
        balanceOf[to] += arrives;
    }

    function _spend(address from, uint256 amount) internal {
        allowance[from][msg.sender] -= amount;
    }
}

/// @dev Moves money and answers nothing.
contract NoReturnToken is BareToken {
    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        _spend(from, amount);
        _move(from, to, amount, amount);
    }
}

/// @dev Keeps one per cent of what it moves.
contract FeeToken is BareToken {
    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount, amount - amount / 100);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spend(from, amount);
        _move(from, to, amount, amount - amount / 100);
        return true;
    }
}

/// @dev Moves nothing and says so.
contract FalseToken is BareToken {
    function transfer(address, uint256) external pure returns (bool) {
        return false;
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return false;
    }
}

/// @dev Refuses one receiver, as a stablecoin with a block list does.
contract BlockingToken is BareToken {
    address public blocked;

    function setBlocked(address who) external {
        blocked = who;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        require(to != blocked, "blocked");
        _move(msg.sender, to, amount, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spend(from, amount);
        _move(from, to, amount, amount);
        return true;
    }
}

/// @dev Calls somebody in the middle of each transfer, and fails if that call fails.
contract CallbackToken is BareToken {
    address private _target;
    bytes private _data;

    function callOnTransfer(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _callBack();
        _move(msg.sender, to, amount, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spend(from, amount);
        _callBack();
        _move(from, to, amount, amount);
        return true;
    }

    function _callBack() private {
        if (_target == address(0)) return;
        (bool ok, bytes memory answer) = _target.call(_data);
        if (ok) return;
        assembly {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}

/// @dev Is like any other until it turns: then it moves nothing, and says so, until it turns again.
contract TurningToken is BareToken {
    bool public turned;

    function turn() external {
        turned = !turned;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        if (turned) return false;
        _move(msg.sender, to, amount, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        if (turned) return false;
        _spend(from, amount);
        _move(from, to, amount, amount);
        return true;
    }
}
