"""What API and CLI do alike with a client's webhooks: its account, its deliveries, sending them again."""
