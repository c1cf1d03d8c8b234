"""What runs inside a box, beside the code of a submission; nothing that it says is trusted."""
