"""What the wizard's pages post, read and refused in words."""
