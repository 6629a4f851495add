"""From a usage to a payout: receipts, settlement, withdrawal.

This room turns a report and a revenue into the operator's signed word, and signed words into transactions. It computes
money in integers and asks for everything else through the Protocols beside the code that needs it.
"""
