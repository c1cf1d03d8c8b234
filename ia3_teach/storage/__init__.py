"""What a directory of an adapter holds: PEFT's format and its checks."""
