"""The four partners and the client platform as one real HTTP server, with stored state and named troubles.

It stands outside Interline and imports nothing of it, so that its ledger and inbox are an independent witness.
Our design; the wire formats are Shipper's, as far as they are known.
"""
