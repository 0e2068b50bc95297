"""A whole local stack as separate processes: Temporal, sandbox, worker and gateway (`interline up`, DESIGN §11)."""
