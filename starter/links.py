"""Addresses of pages for people."""

from urllib.parse import quote


def ui_link(ui: str, workflow_id: str, *, namespace: str = "default") -> str:
    """An order's page in the Temporal UI, or nothing where the UI's address is not known."""
    return f"{ui}/namespaces/{namespace}/workflows/{quote(workflow_id, safe='')}" if ui else ""
