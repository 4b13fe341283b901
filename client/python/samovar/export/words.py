"""Numbers as people read them."""


def in_bytes(count: int) -> str:
    """16 B, 1.5 kB, 268.6 MB: powers of 1000."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"


def count_of(count: int, noun: str) -> str:
    """1 tensor, 3 tensors."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
