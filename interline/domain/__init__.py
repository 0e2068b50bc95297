"""Pure rules and shapes of orders: no engine, no HTTP, no clock. Same input, same answer."""
