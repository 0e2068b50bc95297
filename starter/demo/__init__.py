"""The demo: the whole flow on a fresh local stack, told arrow by arrow and proven from outside the workflow."""
