"""The rules of the trade: pure functions over values, which know no database and no message."""
