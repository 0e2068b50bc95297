"""The edge: the client API and the partners' webhooks, over one lazy Temporal client and nothing else."""
