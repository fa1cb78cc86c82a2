"""What the sandbox checks requests by is what the official client's package says."""

from distil import TARGET, distilled


def test_the_sandbox_has_the_document_of_the_pinned_client():
    assert TARGET.read_text("utf-8") == distilled(), "run: python tests/contract/distil.py --write"
